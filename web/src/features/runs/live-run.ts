import type { Change, LogLine, Problem, Progress, Run, RunCounts } from '../../api/types.ts';
import type { LiveEvent, LiveSocket } from '../../live/socket.ts';
import type { RowFinding } from '../findings/finding-row.tsx';
import { gatherTimeline, NOTHING_YET, type TimelineFacts } from './timeline-facts.ts';

/** What the stream of a run has told so far. Findings stand in the order of their arrival: nothing moves under the pointer. */
export interface LiveRun {
  /** True when the stream has delivered anything. */
  heard: boolean;
  started: number | null;
  ended: number | null;
  status: Run['status'] | null;
  progress: Progress | null;
  counts: RunCounts;
  findings: readonly RowFinding[];
  problems: readonly Problem[];
  artifacts: number;
  /** Findings that were told of by their id only, many in one event: the stored list has their rows. */
  untold: number;
  /** Goes up when events are missing: load the snapshot again. */
  gaps: number;
  timeline: TimelineFacts;
}

export const NO_COUNTS: RunCounts = {
  new: 0,
  seen: 0,
  reopened: 0,
  fixed: 0,
  problems: 0,
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  info: 0,
};

export const UNHEARD: LiveRun = {
  heard: false,
  started: null,
  ended: null,
  status: null,
  progress: null,
  counts: NO_COUNTS,
  findings: [],
  problems: [],
  artifacts: 0,
  untold: 0,
  gaps: 0,
  timeline: NOTHING_YET,
};

/** Lists are drawn at most this often, however fast events come. */
const DRAW_MS = 250;

const CHANGES: Record<string, Change> = {
  'finding.created': 'new',
  'finding.seen': 'seen',
  'finding.reopened': 'reopened',
};

/** Follows `run:<id>` from its first event and keeps what it says, ready for `useSyncExternalStore`. */
export function followRun(socket: LiveSocket, run: string) {
  let state = UNHEARD;
  let next = UNHEARD;
  const findings: RowFinding[] = [];
  const known = new Set<string>();
  const problems: Problem[] = [];
  let timeline = gatherTimeline();
  const watchers = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function draw(): void {
    timer = undefined;
    state = { ...next, findings: [...findings], problems: [...problems], timeline: timeline.facts() };
    for (const watcher of watchers) watcher();
  }

  function apply(event: LiveEvent): void {
    const { data } = event;
    timeline.apply(event);
    const change = CHANGES[event.type];
    if (change) addFinding(data, change);
    switch (event.type) {
      case 'findings.seen':
        addBundle(data);
        break;
      case 'run.started':
        next = { ...next, status: 'running', started: event.time };
        break;
      case 'run.progress':
        next = { ...next, progress: data as unknown as Progress };
        break;
      case 'run.problem':
        problems.push(data as unknown as Problem);
        next = { ...next, counts: { ...next.counts, problems: problems.length } };
        break;
      case 'run.artifact':
        next = { ...next, artifacts: next.artifacts + 1 };
        break;
      case 'run.cancelling':
        next = { ...next, status: 'cancelling' };
        break;
      case 'run.ended':
        {
          const { status, counts } = data as unknown as Pick<Run, 'status' | 'counts'>;
          next = { ...next, status, counts, ended: event.time };
        }
        break;
    }
  }

  function addFinding(data: LiveEvent['data'], change: Change): void {
    const { finding, title, rule, severity, location } = data as unknown as RowFinding & { finding: string };
    if (known.has(finding)) return;
    known.add(finding);
    findings.push({ id: finding, title, rule, severity, location, change });
    const { counts } = next;
    next = { ...next, counts: { ...counts, [change]: counts[change] + 1, [severity]: counts[severity] + 1 } };
  }

  function addBundle(data: LiveEvent['data']): void {
    const { findings: ids } = data as unknown as { findings: readonly string[] };
    const fresh = ids.filter((id) => !known.has(id));
    for (const id of fresh) known.add(id);
    const { counts, untold, gaps } = next;
    next = {
      ...next,
      counts: { ...counts, seen: counts.seen + fresh.length },
      untold: untold + fresh.length,
      gaps: gaps + 1,
    };
  }

  return {
    state: () => state,
    watch(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    /** Follows from the beginning until the returned function is called. */
    start(): () => void {
      findings.length = 0;
      problems.length = 0;
      known.clear();
      timeline = gatherTimeline();
      next = UNHEARD;
      const stop = socket.subscribe(`run:${run}`, {
        onEvents(events) {
          next = { ...next, heard: true };
          for (const event of events) apply(event);
          timer ??= setTimeout(draw, DRAW_MS);
        },
        onGap() {
          next = { ...next, gaps: next.gaps + 1 };
          timer ??= setTimeout(draw, DRAW_MS);
        },
      });
      return () => {
        stop();
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}

/** How many lines stay in memory; older ones are one request away in the whole log. */
export const LOG_LIMIT = 50_000;

export function followLog(
  socket: LiveSocket,
  run: string,
  onLines: (lines: readonly LogLine[]) => void,
): () => void {
  return socket.subscribe(`log:${run}`, {
    onEvents: (events) =>
      onLines(
        events.map((event) => ({
          cursor: event.cursor,
          time: event.time,
          level: event.data.level as LogLine['level'],
          text: String(event.data.text),
        })),
      ),
  });
}
