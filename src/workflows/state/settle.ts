import {
  type CodedError,
  type Section,
  type StepStatus,
  stepHasEnded,
  type WorkflowRunStatus,
  type WorkflowStep,
  workflowRunHasEnded,
} from '../../model/workflow.ts';
import { begun, endEntry, makeReady } from './entry-changes.ts';
import { type Entry, entriesOf, newEntry, type RunState, touch } from './run-state.ts';

/** What a step whose needs have ended does next. Later gates are asked for when the earlier one is behind it. */
export type Decision =
  | { kind: 'skip' }
  | { kind: 'fail'; error: CodedError }
  | { kind: 'wait'; due: number | null; eventType: string | null }
  | { kind: 'ask'; roles: readonly string[]; message: string; expires: number | null }
  | { kind: 'ready'; requirement: string }
  | { kind: 'items'; items: readonly unknown[]; requirement: string }
  | { kind: 'done'; output: unknown; sample: boolean };

export interface Deciding {
  now: number;
  decide(step: WorkflowStep, entry: Entry): Promise<Decision>;
}

/** Moves a run on as far as it goes without a new fact. The only place that says what follows what. */
export async function settle(state: RunState, deciding: Deciding): Promise<void> {
  if (state.section === 'held' || workflowRunHasEnded(state.status)) return;
  for (;;) {
    const moved = await advance(state, state.section as Section, deciding);
    if (sectionHasEnded(state, state.section as Section)) {
      if (enterNext(state, deciding.now)) continue;
      return;
    }
    if (!moved) break;
  }
  setStatus(state, currentStatus(state));
}

async function advance(state: RunState, section: Section, deciding: Deciding): Promise<boolean> {
  let moved = false;
  let room = (state.definition.max_parallel ?? Number.POSITIVE_INFINITY) - busy(state, section);
  for (const step of state.definition[section]) {
    const entry = state.steps.get(step.name);
    if (!entry || stepHasEnded(entry.status)) continue;
    const before = entry.status;
    if (entry.waitsFor === 'items') {
      const begun = advanceItems(state, { step, entry, room, now: deciding.now });
      room -= begun;
      if (begun > 0) moved = true;
    } else if (entry.status === 'pending' && !needsOpen(state, step)) {
      if (stopped(state, section)) endStopped(state, entry, deciding.now);
      else if (isBlocked(state, step)) {
        const error = {
          code: 'dependency-failed',
          message: `${blockers(state, step).join(', ')} did not succeed.`,
        };
        endEntry(state, entry, { status: 'skipped', error, now: deciding.now });
      } else if (room > 0) room -= await activate(state, { step, entry, deciding });
    } else if (entry.status === 'pending' && stopped(state, section)) endStopped(state, entry, deciding.now);
    if (entry.status !== before) moved = true;
  }
  return moved;
}

/** Returns how many places it takes. */
async function activate(
  state: RunState,
  { step, entry, deciding }: { step: WorkflowStep; entry: Entry; deciding: Deciding },
): Promise<number> {
  const decision = await deciding.decide(step, entry);
  const { now } = deciding;
  switch (decision.kind) {
    case 'skip':
      endEntry(state, entry, { status: 'skipped', error: null, now });
      return 0;
    case 'fail':
      endEntry(state, entry, { status: 'failed', error: decision.error, now });
      return 0;
    case 'done':
      entry.started ??= now;
      // Undefined: what its wait or its approval gave stays its output.
      if (decision.output !== undefined) entry.output = JSON.stringify(decision.output);
      if (decision.sample) entry.result = JSON.stringify({ sample: true });
      endEntry(state, entry, { status: 'done', error: null, now });
      return 0;
    case 'wait':
      hold(state, entry, {
        waitsFor: decision.eventType === null ? 'time' : 'event',
        due: decision.due,
        now,
      });
      entry.eventType = decision.eventType;
      return 0;
    case 'ask':
      hold(state, entry, { waitsFor: 'approval', due: decision.expires, now });
      state.asked.push({
        step: step.name,
        roles: decision.roles,
        message: decision.message,
        expires: decision.expires,
      });
      return 0;
    case 'ready':
      makeReady(state, entry, { requirement: decision.requirement, now });
      return 1;
    case 'items':
      entry.requirement = decision.requirement;
      entry.status = 'running';
      entry.waitsFor = 'items';
      entry.started ??= now;
      touch(state, entry);
      state.items.set(
        step.name,
        decision.items.map((input, index) => {
          const item = newEntry(step.name, entry.section, index);
          item.input = JSON.stringify(input ?? null);
          touch(state, item);
          return item;
        }),
      );
      return 0;
  }
}

function hold(
  state: RunState,
  entry: Entry,
  { waitsFor, due, now }: { waitsFor: Entry['waitsFor']; due: number | null; now: number },
): void {
  entry.status = 'waiting';
  entry.waitsFor = waitsFor;
  entry.due = due;
  entry.started ??= now;
  touch(state, entry);
  begun(state, now);
}

/** Begins items as far as there is room, and ends the step with its last one. Returns how many were begun. */
function advanceItems(
  state: RunState,
  { step, entry, room, now }: { step: WorkflowStep; entry: Entry; room: number; now: number },
): number {
  const items = state.items.get(step.name) ?? [];
  let open = 0;
  let active = 0;
  for (const item of items) {
    if (stepHasEnded(item.status)) continue;
    open += 1;
    if (item.status !== 'pending') active += 1;
  }
  if (open === 0) {
    endItems(state, entry, { items, now });
    return 0;
  }
  if (open === active) return 0;
  if (stopped(state, entry.section)) {
    for (const item of items) if (item.status === 'pending') endStopped(state, item, now);
    return advanceItems(state, { step, entry, room, now });
  }
  const places = Math.min(room, (step.concurrency ?? Number.POSITIVE_INFINITY) - active);
  let begun = 0;
  for (const item of items) {
    if (begun >= places) break;
    if (item.status !== 'pending') continue;
    makeReady(state, item, { requirement: entry.requirement, now });
    begun += 1;
  }
  return begun;
}

function endItems(
  state: RunState,
  entry: Entry,
  { items, now }: { items: readonly Entry[]; now: number },
): void {
  const has = (status: StepStatus) => items.some((item) => item.status === status);
  const failed = items.filter((item) => item.status === 'failed');
  const status =
    failed.length > 0 ? 'failed' : has('cancelled') ? 'cancelled' : has('partial') ? 'partial' : 'done';
  const first = failed[0]?.error;
  const error = first
    ? { code: first.code, message: `${failed.length} of ${items.length} items failed: ${first.message}` }
    : null;
  endEntry(state, entry, { status, error, now });
}

/** A failure that the run does not pass over. */
function failedHard(step: WorkflowStep, entry: Entry): boolean {
  return (entry.status === 'failed' || entry.status === 'cancelled') && !step.continue_on_error;
}

/** Nothing new of this section is begun. */
function stopped(state: RunState, section: Section): boolean {
  if (section !== 'steps') return false;
  if (state.failed === 'cancelled' || state.failed === 'timeout') return true;
  return (
    state.definition.fail_fast &&
    state.definition.steps.some((step) => {
      const entry = state.steps.get(step.name);
      return entry !== undefined && failedHard(step, entry);
    })
  );
}

function endStopped(state: RunState, entry: Entry, now: number): void {
  const byHand = state.failed !== null && state.failed !== 'failed';
  const error = byHand ? null : { code: 'dependency-failed', message: 'An earlier step failed.' };
  endEntry(state, entry, { status: byHand ? 'cancelled' : 'skipped', error, now });
}

function needsOpen(state: RunState, step: WorkflowStep): boolean {
  return step.depends_on.some((name) => {
    const need = state.steps.get(name);
    return need !== undefined && !stepHasEnded(need.status);
  });
}

function blockers(state: RunState, step: WorkflowStep): string[] {
  return step.depends_on.filter((name) => {
    const entry = state.steps.get(name);
    const need = state.definition[entry?.section ?? 'steps'].find((one) => one.name === name);
    if (!entry || !need) return false;
    return failedHard(need, entry) || (entry.status === 'skipped' && entry.error !== null);
  });
}

function isBlocked(state: RunState, step: WorkflowStep): boolean {
  return blockers(state, step).length > 0;
}

/** Places taken; a step keeps its own between two attempts. */
function busy(state: RunState, section: Section): number {
  let count = 0;
  for (const { status, waitsFor } of entriesOf(state, section))
    if (
      status === 'ready' ||
      status === 'queued' ||
      waitsFor === 'retry' ||
      (status === 'running' && waitsFor !== 'items')
    )
      count += 1;
  return count;
}

function sectionHasEnded(state: RunState, section: Section): boolean {
  return state.definition[section].every((step) =>
    stepHasEnded(state.steps.get(step.name)?.status ?? 'pending'),
  );
}

/** False when the run has ended. */
function enterNext(state: RunState, now: number): boolean {
  const { definition } = state;
  if (state.section === 'steps') {
    if (state.failed === null && sectionFailed(state, 'steps')) state.failed = 'failed';
    if (state.failed !== null && state.failed !== 'cancelled' && definition.on_failure.length > 0)
      return enter(state, 'on_failure');
    skipAll(state, 'on_failure', now);
  }
  if (state.section !== 'finally' && definition.finally.length > 0) return enter(state, 'finally');
  state.ended = now;
  setStatus(state, endStatus(state));
  state.error ??= endError(state);
  return false;
}

function enter(state: RunState, section: Section): boolean {
  state.section = section;
  state.changed = true;
  return true;
}

function skipAll(state: RunState, section: Section, now: number): void {
  for (const entry of entriesOf(state, section))
    if (!stepHasEnded(entry.status)) endEntry(state, entry, { status: 'skipped', error: null, now });
}

function sectionFailed(state: RunState, section: Section): boolean {
  return state.definition[section].some((step) => {
    const entry = state.steps.get(step.name);
    return entry !== undefined && failedHard(step, entry);
  });
}

function endStatus(state: RunState): WorkflowRunStatus {
  if (state.failed === 'cancelled') return 'cancelled';
  if (state.failed !== null || sectionFailed(state, 'on_failure') || sectionFailed(state, 'finally'))
    return 'failed';
  const incomplete = [...state.steps.values()].some(
    (entry) => entry.status === 'partial' || entry.status === 'failed' || entry.status === 'cancelled',
  );
  return incomplete ? 'partial' : 'done';
}

function endError(state: RunState): CodedError | null {
  if (state.status !== 'failed') return null;
  for (const section of ['steps', 'on_failure', 'finally'] as const)
    for (const step of state.definition[section]) {
      const entry = state.steps.get(step.name);
      if (entry && failedHard(step, entry) && entry.error)
        return { code: entry.error.code, message: `${step.name}: ${entry.error.message}` };
    }
  return null;
}

function currentStatus(state: RunState): WorkflowRunStatus {
  if (state.failed === 'cancelled') return 'cancelling';
  let waiting = false;
  let ready = false;
  for (const entry of entriesOf(state, state.section as Section)) {
    if (entry.status === 'queued' || (entry.status === 'running' && entry.waitsFor !== 'items'))
      return 'running';
    if (entry.status === 'ready') ready = true;
    if (entry.status === 'waiting') waiting = true;
  }
  if (ready) return state.started === null ? 'queued' : 'running';
  return waiting ? 'waiting' : state.started === null ? 'queued' : 'running';
}

function setStatus(state: RunState, status: WorkflowRunStatus): void {
  if (state.status === status) return;
  state.status = status;
  state.changed = true;
}
