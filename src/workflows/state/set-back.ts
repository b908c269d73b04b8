import { stepHasEnded } from '../../model/workflow.ts';
import { stepOf } from './facts.ts';
import { type Entry, type RunState, touch } from './run-state.ts';

/** Clocks of hosts differ by less; one that was set back by less makes a wait that much longer. */
export const AHEAD_MS = 600_000;

/**
 * The clock was far ahead when this wait, back-off or timeout began, and was put right: what is left of it is counted from now. A
 * wait for a moment (`2026-12-01T02:00:00Z`) stays, and so does one whose time an expression gave, which may be a moment.
 */
export function clockSetBack(state: RunState, entry: Entry, now: number): void {
  if (entry.due === null || entry.started === null || stepHasEnded(entry.status)) return;
  const ahead = entry.started - now;
  if (ahead < AHEAD_MS || (entry.waitsFor === 'time' && mayBeMoment(stepOf(state, entry).wait?.until)))
    return;
  entry.due -= ahead;
  entry.started = now;
  touch(state, entry);
}

/** The same for the timeout of the run. */
export function runClockSetBack(state: RunState, now: number): void {
  if (state.deadline === null || state.started === null || state.ended !== null) return;
  const ahead = state.started - now;
  if (ahead < AHEAD_MS) return;
  state.deadline -= ahead;
  state.started = now;
  state.changed = true;
}

function mayBeMoment(until: string | null | undefined): boolean {
  return until == null || /^\d{4}-\d{2}-\d{2}/.test(until) || until.includes('{{');
}
