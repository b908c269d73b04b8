import {
  type CodedError,
  stepHasEnded,
  type WorkflowStep,
  workflowRunHasEnded,
} from '../../model/workflow.ts';
import { begun, endEntry, makeReady } from './entry-changes.ts';
import { type Entry, entriesOf, type Failed, type RunState, SELF, touch } from './run-state.ts';

/** What can happen to a run from outside. Each changes the state; `settle` then says what follows. */

/** A step may lose its process so often; then it is taken to be what kills it. */
const MOST_RECOVERED = 20;
const LONGEST_BACKOFF_MS = 3_600_000;

/** Trying again cannot change these. */
const FINAL = new Set([
  'invalid-parameter',
  'invalid-expression',
  'unknown-task',
  'retired-task',
  'out-of-scope',
  'forbidden',
  'not-found',
  'plugin-not-allowed',
  'workflow-depth',
  'too-many-items',
]);

export interface Outcome {
  /** `interrupted`: its process died, nothing is known of what it would have given. */
  status: 'done' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
  output?: unknown;
  result?: Record<string, unknown>;
  error: CodedError | null;
}

export function stepOf(state: RunState, entry: Entry): WorkflowStep {
  const step = state.definition[entry.section].find((one) => one.name === entry.name);
  if (!step) throw new Error(`${state.id} has a step ${entry.name} that its definition does not have.`);
  return step;
}

/** Somebody takes the step to do it. */
export function claim(
  state: RunState,
  entry: Entry,
  by: { instance: string; now: number; taskRun?: string; childRun?: string },
): void {
  entry.status = 'running';
  entry.fence += 1;
  entry.started = by.now;
  entry.ready = null;
  entry.instance = by.instance;
  entry.taskRun = by.taskRun ?? null;
  entry.childRun = by.childRun ?? null;
  entry.waitsFor = by.childRun === undefined ? null : 'workflow';
  entry.error = null;
  const { timeout } = stepOf(state, entry);
  entry.due = timeout === null ? null : by.now + timeout;
  touch(state, entry);
  begun(state, by.now);
}

/** It was handed to the workers; nobody does it yet. */
export function queue(state: RunState, entry: Entry, now: number): void {
  entry.status = 'queued';
  entry.fence += 1;
  entry.ready = null;
  // A sweep looks at those that nobody took.
  entry.started = now;
  touch(state, entry);
  begun(state, now);
}

/** An attempt has ended. */
export function ended(
  state: RunState,
  entry: Entry,
  { outcome, now }: { outcome: Outcome; now: number },
): void {
  const step = stepOf(state, entry);
  const timedOut =
    entry.error?.code === 'step-timeout' && outcome.status !== 'done' && outcome.status !== 'partial';
  const error = timedOut ? entry.error : outcome.error;
  const status = timedOut ? 'failed' : outcome.status;
  state.attempts.push({
    name: entry.name,
    item: entry.item,
    attempt: entry.attempt,
    recovered: entry.recovered,
    started: entry.started ?? now,
    ended: now,
    status,
    error,
    taskRun: entry.taskRun,
    instance: entry.instance,
  });
  if (outcome.result) entry.result = JSON.stringify(outcome.result);
  const stopping = entry.section === 'steps' && (state.failed === 'cancelled' || state.failed === 'timeout');
  if (status === 'interrupted') {
    interrupted(state, entry, { stopping, now });
    return;
  }
  if (status === 'failed' && !stopping && entry.attempt <= step.retry.max && !FINAL.has(error?.code ?? '')) {
    again(state, entry, { step, error, now });
    return;
  }
  if (outcome.output !== undefined) entry.output = JSON.stringify(outcome.output);
  endEntry(state, entry, { status: status === 'failed' && stopping ? 'cancelled' : status, error, now });
}

function interrupted(
  state: RunState,
  entry: Entry,
  { stopping, now }: { stopping: boolean; now: number },
): void {
  if (stopping) {
    endEntry(state, entry, { status: 'cancelled', error: null, now });
    return;
  }
  if (entry.recovered >= MOST_RECOVERED) {
    const message = `Its process ended ${MOST_RECOVERED} times before the step did.`;
    endEntry(state, entry, { status: 'failed', error: { code: 'step-crashed', message }, now });
    return;
  }
  entry.recovered += 1;
  entry.attempt -= 1;
  release(entry);
  makeReady(state, entry, { requirement: entry.requirement, now });
}

function again(
  state: RunState,
  entry: Entry,
  { step, error, now }: { step: WorkflowStep; error: CodedError | null; now: number },
): void {
  release(entry);
  entry.status = 'waiting';
  entry.waitsFor = 'retry';
  entry.error = error;
  entry.due = now + Math.min(LONGEST_BACKOFF_MS, step.retry.backoff * 2 ** (entry.attempt - 1));
  touch(state, entry);
}

function release(entry: Entry): void {
  entry.fence += 1;
  entry.instance = null;
  entry.taskRun = null;
  entry.childRun = null;
}

/** Its time has come: a wait is over, a retry is due, an approval or an event did not come, an attempt takes too long. */
export function timeIsUp(state: RunState, entry: Entry, now: number): void {
  if (entry.due === null || entry.due > now || stepHasEnded(entry.status)) return;
  entry.due = null;
  touch(state, entry);
  if (entry.waitsFor === 'retry') {
    makeReady(state, entry, { requirement: entry.requirement, now });
    return;
  }
  if (entry.waitsFor === 'time') {
    passGate(state, entry, { gate: 1, output: { time: now } });
    return;
  }
  if (entry.waitsFor === 'event') {
    endEntry(state, entry, {
      status: 'failed',
      error: { code: 'wait-expired', message: 'The event that it waited for did not come in time.' },
      now,
    });
    return;
  }
  if (entry.waitsFor === 'approval') {
    endEntry(state, entry, {
      status: 'failed',
      error: { code: 'approval-expired', message: 'Nobody decided in time.' },
      now,
    });
    return;
  }
  if (entry.status !== 'running' && entry.status !== 'queued') return;
  entry.error = { code: 'step-timeout', message: 'It took longer than its timeout.' };
  if (entry.taskRun !== null) state.cancelTasks.push(entry.taskRun);
  else if (entry.childRun !== null) state.cancelChildren.push(entry.childRun);
  // An operation cannot be ended from outside: its late answer is refused by the fence.
  else ended(state, entry, { outcome: { status: 'failed', error: entry.error }, now });
}

/** The step goes on behind its wait or its approval. */
export function passGate(
  state: RunState,
  entry: Entry,
  { gate, output }: { gate: 1 | 2; output: unknown },
): void {
  entry.gate = gate;
  entry.status = 'pending';
  entry.waitsFor = null;
  entry.eventType = null;
  entry.due = null;
  // What a step without an action gives: the event, the decision. An action's own output takes its place.
  entry.output = JSON.stringify(output ?? null);
  touch(state, entry);
}

export function decided(
  state: RunState,
  entry: Entry,
  decision: { approved: boolean; by: string; comment: string | null; now: number },
): void {
  if (entry.waitsFor !== 'approval') return;
  const { approved, by, comment, now } = decision;
  if (approved) {
    passGate(state, entry, { gate: 2, output: { approved, by, comment } });
    return;
  }
  entry.waitsFor = null;
  entry.output = JSON.stringify({ approved, by, comment });
  const message = `${by} rejected it${comment ? `: ${comment}` : '.'}`;
  endEntry(state, entry, { status: 'failed', error: { code: 'approval-rejected', message }, now });
}

/**
 * Ends the main steps. What cleans up (`on_failure`, `finally`) is left alone, unless `force`; what has begun is asked to
 * stop, and the run moves on when it has.
 */
export function stop(
  state: RunState,
  {
    reason,
    error,
    force,
    now,
  }: { reason: Exclude<Failed, 'failed'>; error: CodedError | null; force: boolean; now: number },
): void {
  if (workflowRunHasEnded(state.status)) return;
  state.changed = true;
  if (state.section === 'held') {
    // It never began: nothing is there to clean up.
    for (const section of ['steps', 'on_failure', 'finally'] as const) stopSection(state, section, now);
    state.failed = reason;
    state.section = 'finally';
    return;
  }
  if (state.section === 'steps') {
    state.failed = reason;
    state.error = error;
    if (reason === 'timeout') state.deadline = null;
    stopSection(state, 'steps', now);
  } else if (reason === 'cancelled') {
    if (force) {
      state.failed = 'cancelled';
      stopSection(state, state.section, now);
      if (state.section === 'on_failure') stopSection(state, 'finally', now);
    }
  }
}

function stopSection(state: RunState, section: Entry['section'], now: number): void {
  for (const entry of entriesOf(state, section)) {
    if (stepHasEnded(entry.status)) continue;
    if (entry.status === 'running') {
      if (entry.taskRun !== null) state.cancelTasks.push(entry.taskRun);
      if (entry.childRun !== null) state.cancelChildren.push(entry.childRun);
      if (entry.item !== SELF || entry.waitsFor !== 'items' || (state.items.get(entry.name) ?? []).length > 0)
        continue;
    }
    if (entry.status === 'queued') entry.fence += 1;
    endEntry(state, entry, { status: 'cancelled', error: null, now });
  }
}
