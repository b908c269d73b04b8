import type { Run } from '../../api/types.ts';
import type { TimelineFacts } from './timeline-facts.ts';

/** A line of the timeline: something that lasted, or a moment (then `to` is `from`). */
export interface TimelineRow {
  kind: 'queued' | 'ran' | 'step' | 'first' | 'found' | 'problem' | 'artifact' | 'asked' | 'ended';
  from: number;
  to: number;
  /** Still going on. */
  open: boolean;
  /** In the words of the task: a note, a title, a message, a name. */
  text: string;
  done?: number;
  total?: number | null;
  count?: number;
}

export interface Timeline {
  from: number;
  to: number;
  rows: readonly TimelineRow[];
  /** Steps that are not among the rows: the shortest ones. */
  hidden: number;
  /** Findings in each part of the time axis. */
  strip: readonly number[];
}

const PARTS = 60;
/** Of problems and artifacts; their own tabs have all. */
const MOST_MOMENTS = 20;
export const USUAL_STEPS = 12;

/** What the stored run and its events say together, in the order in which it happened. */
export function timelineOf(run: Run, facts: TimelineFacts, now: number, mostSteps = USUAL_STEPS): Timeline {
  const from = run.created;
  const ended = run.ended;
  const to = Math.max(ended ?? now, from + 1);
  const { started } = run;
  const open = ended === null;
  const rows: TimelineRow[] = [
    { kind: 'queued', from, to: started ?? to, open: open && started === null, text: '' },
  ];
  if (started !== null) rows.push({ kind: 'ran', from: started, to, open, text: '' });
  const { steps, hidden } = stepRows(facts, to, open, mostSteps);
  rows.push(...steps);
  if (facts.first) {
    const times = [...facts.found.keys()];
    const count = [...facts.found.values()].reduce((sum, one) => sum + one, 0);
    rows.push(moment('first', facts.first.time, facts.first.text));
    rows.push({
      ...{ kind: 'found', from: facts.first.time, to: Math.max(...times.slice(-1), facts.first.time) },
      ...{ open: false, text: '', count },
    });
  }
  for (const { time, text } of facts.problems.slice(0, MOST_MOMENTS))
    rows.push(moment('problem', time, text));
  for (const { time, text } of facts.artifacts.slice(0, MOST_MOMENTS))
    rows.push(moment('artifact', time, text));
  if (facts.asked !== null) rows.push({ kind: 'asked', from: facts.asked, to, open, text: '' });
  // The sort keeps the order of what has the same time.
  rows.sort((one, other) => one.from - other.from);
  if (ended !== null) rows.push({ ...moment('ended', ended, ''), count: facts.fixed });
  return { from, to, rows, hidden, strip: stripOf(facts.found, from, to) };
}

function stepRows(facts: TimelineFacts, to: number, open: boolean, most: number) {
  const all = facts.steps.map(({ note, from, done, total }, at): TimelineRow => {
    const next = facts.steps[at + 1];
    return {
      ...{ kind: 'step', from, to: next?.from ?? Math.max(from, to), text: note, done, total },
      open: open && next === undefined,
    };
  });
  if (all.length <= most) return { steps: all, hidden: 0 };
  const longest = new Set([...all].sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, most));
  // What goes on now is always there.
  const steps = all.filter((row) => row.open || longest.has(row));
  return { steps, hidden: all.length - steps.length };
}

function moment(kind: TimelineRow['kind'], time: number, text: string): TimelineRow {
  return { kind, from: time, to: time, open: false, text };
}

function stripOf(found: ReadonlyMap<number, number>, from: number, to: number): number[] {
  const strip = Array.from({ length: PARTS }, () => 0);
  for (const [time, count] of found) {
    const at = Math.floor(((time - from) / (to - from)) * PARTS);
    const part = Math.max(0, Math.min(PARTS - 1, at));
    strip[part] = (strip[part] ?? 0) + count;
  }
  return strip;
}
