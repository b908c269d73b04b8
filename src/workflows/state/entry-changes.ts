import type { CodedError, StepStatus } from '../../model/workflow.ts';
import { type Entry, type RunState, touch } from './run-state.ts';

export function makeReady(
  state: RunState,
  entry: Entry,
  { requirement, now }: { requirement: string; now: number },
): void {
  entry.status = 'ready';
  entry.attempt += 1;
  entry.requirement = requirement;
  entry.ready = now;
  entry.due = null;
  entry.waitsFor = null;
  touch(state, entry);
}

export function endEntry(
  state: RunState,
  entry: Entry,
  { status, error, now }: { status: StepStatus; error: CodedError | null; now: number },
): void {
  if (entry.waitsFor === 'approval') state.withdrawn.add(entry.name);
  entry.status = status;
  entry.error = error;
  entry.ended = now;
  entry.ready = null;
  entry.due = null;
  entry.waitsFor = null;
  entry.eventType = null;
  entry.instance = null;
  touch(state, entry);
}

/** Something of the run has begun: its time runs. */
export function begun(state: RunState, now: number): void {
  state.started ??= now;
  state.deadline ??= state.definition.timeout === null ? null : now + state.definition.timeout;
}
