import type { LiveEvent } from '../../engine/live-feed.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { oneLine, shorten, type Terminal, widthOf } from '../terminal.ts';

const PLAIN_EVERY_MS = 10_000;
const DRAW_EVERY_MS = 80;
const BAR_WIDTH = 20;
const CLEAR = '\r\x1b[2K';

export interface ProgressDisplay {
  events(list: readonly LiveEvent[]): void;
  /** Shown in place of the bar until the next event. */
  say(text: string): void;
  stop(): void;
}

/** A bar on a terminal, a line now and then elsewhere; on the error output, so that the result stays clean. */
export function showProgress(terminal: Terminal): ProgressDisplay {
  const state = { done: 0, total: null as number | null, note: '', found: new Map<Severity, number>() };
  let stopped = false;
  let lastShown = terminal.interactive ? 0 : Date.now();
  const show = () => {
    const now = Date.now();
    if (stopped || now - lastShown < (terminal.interactive ? DRAW_EVERY_MS : PLAIN_EVERY_MS)) return;
    lastShown = now;
    terminal.write(terminal.interactive ? `${CLEAR}${bar(terminal, state)}` : `${plainLine(state)}\n`);
  };
  // Keeps the bar alive between events and draws what came last.
  const timer = setInterval(show, DRAW_EVERY_MS);
  return {
    events(list) {
      for (const event of list) apply(state, event);
    },
    say(text) {
      terminal.write(`${terminal.interactive ? CLEAR : ''}${text}\n`);
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      if (terminal.interactive && lastShown > 0) terminal.write(CLEAR);
    },
  };
}

function apply(state: State, event: LiveEvent): void {
  if (event.type === 'run.progress') {
    const { done, total, note } = event.data as { done: number; total: number | null; note: string | null };
    Object.assign(state, { done, total, note: note ?? '' });
  } else if (event.type.startsWith('finding.') && event.type !== 'finding.fixed') {
    const severity = event.data.severity as Severity;
    state.found.set(severity, (state.found.get(severity) ?? 0) + 1);
  }
}

type State = { done: number; total: number | null; note: string; found: Map<Severity, number> };

function bar(terminal: Terminal, state: State): string {
  const { c } = terminal;
  const known = state.total !== null && state.total > 0;
  const filled = known ? Math.min(BAR_WIDTH, Math.round((state.done / (state.total ?? 1)) * BAR_WIDTH)) : 0;
  const pulse = Math.floor(Date.now() / 120) % BAR_WIDTH;
  const drawn = known
    ? `${c.cyan('━'.repeat(filled))}${c.dim('─'.repeat(BAR_WIDTH - filled))}`
    : `${c.dim('─'.repeat(pulse))}${c.cyan('━')}${c.dim('─'.repeat(BAR_WIDTH - pulse - 1))}`;
  const found = SEVERITIES.filter((severity) => state.found.has(severity));
  const plainFound = found.map((severity) => `${state.found.get(severity)} ${severity}`).join(' ');
  const counts = found
    .map((severity) => terminal.severity(severity)(`${state.found.get(severity)} ${severity}`))
    .join(' ');
  const left = terminal.width - BAR_WIDTH - 8 - widthOf(plainFound) - 3;
  return `${drawn} ${amount(state).padStart(5)}  ${counts}${counts ? '  ' : ''}${left > 8 ? c.dim(shorten(oneLine(state.note), left, 'middle')) : ''}`;
}

function plainLine(state: State): string {
  const found = SEVERITIES.filter((severity) => state.found.has(severity)).map(
    (severity) => `${state.found.get(severity)} ${severity}`,
  );
  return `progress: ${amount(state)}${found.length > 0 ? `, ${found.join(', ')}` : ', nothing found yet'}`;
}

function amount({ done, total }: State): string {
  return total ? `${Math.min(100, Math.floor((done / total) * 100))}%` : String(done);
}
