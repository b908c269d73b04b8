import type { LiveEvent } from '../../live/socket.ts';

/** Between two reports of a task that name the same thing: what it was at. */
export interface Step {
  note: string;
  from: number;
  done: number;
  total: number | null;
}

export interface Moment {
  time: number;
  text: string;
}

/** When what happened, as the events of a run tell it. */
export interface TimelineFacts {
  created: number | null;
  started: number | null;
  asked: number | null;
  ended: number | null;
  steps: readonly Step[];
  /** How many findings each transaction stored, by its time: of any number of findings there are few. */
  found: ReadonlyMap<number, number>;
  first: Moment | null;
  fixed: number;
  problems: readonly Moment[];
  artifacts: readonly Moment[];
}

/** A task may name each of its files: more are not held, and the last one then lasts. */
export const MOST_STEPS = 2000;

const FOUND = ['finding.created', 'finding.seen', 'finding.reopened'];

export const NOTHING_YET: TimelineFacts = {
  created: null,
  started: null,
  asked: null,
  ended: null,
  steps: [],
  found: new Map(),
  first: null,
  fixed: 0,
  problems: [],
  artifacts: [],
};

export function gatherTimeline() {
  let times: Pick<TimelineFacts, 'created' | 'started' | 'asked' | 'ended' | 'first' | 'fixed'> = NOTHING_YET;
  const steps: Step[] = [];
  const found = new Map<number, number>();
  const known = new Set<string>();
  const problems: Moment[] = [];
  const artifacts: Moment[] = [];

  function apply({ type, time, data }: LiveEvent): void {
    // What people do with a finding afterwards is no part of the run.
    if (times.ended !== null) return;
    if (FOUND.includes(type)) addFindings(time, [String(data.finding)], String(data.title));
    switch (type) {
      case 'run.created':
        times = { ...times, created: time };
        break;
      case 'run.started':
        times = { ...times, started: time };
        break;
      case 'run.progress':
        addStep(time, data);
        break;
      case 'findings.seen':
        addFindings(time, data.findings as readonly string[], '');
        break;
      case 'finding.fixed':
        times = { ...times, fixed: times.fixed + 1 };
        break;
      case 'run.problem':
        problems.push({ time, text: `${data.message}` });
        break;
      case 'run.artifact':
        artifacts.push({ time, text: `${data.name}` });
        break;
      case 'run.cancelling':
        times = { ...times, asked: times.asked ?? time };
        break;
      case 'run.ended':
        times = { ...times, ended: time };
        break;
    }
  }

  function addStep(time: number, data: LiveEvent['data']): void {
    const { done, total, note } = data as { done: number; total: number | null; note: string | null };
    const last = steps.at(-1);
    if (last && (last.note === (note ?? '') || steps.length >= MOST_STEPS))
      steps[steps.length - 1] = { ...last, done, total };
    else steps.push({ note: note ?? '', from: time, done, total });
  }

  function addFindings(time: number, ids: readonly string[], title: string): void {
    const fresh = ids.filter((id) => !known.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) known.add(id);
    found.set(time, (found.get(time) ?? 0) + fresh.length);
    times = { ...times, first: times.first ?? { time, text: title } };
  }

  return {
    apply,
    facts: (): TimelineFacts => ({
      ...times,
      steps: [...steps],
      found: new Map(found),
      problems: [...problems],
      artifacts: [...artifacts],
    }),
  };
}
