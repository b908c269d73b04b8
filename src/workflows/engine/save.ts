import { newId } from '../../lib/ids.ts';
import { stepHasEnded } from '../../model/workflow.ts';
import {
  bulkInsertion,
  bulkUpdate,
  bulkUpsertion,
  type ColumnType,
  type Statement,
} from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';
import { type Entry, type RunState, SELF } from '../state/run-state.ts';

type Dialect = 'sqlite' | 'postgres';

const STEP: Record<string, ColumnType> = {
  run: 'text',
  name: 'text',
  item: 'int',
  project: 'text',
  section: 'text',
  status: 'text',
  attempt: 'int',
  recovered: 'int',
  fence: 'int',
  gate: 'int',
  priority: 'int',
  requirement: 'text',
  ready: 'int',
  due: 'int',
  waits_for: 'text',
  event_type: 'text',
  started: 'int',
  ended: 'int',
  input: 'text',
  result: 'text',
  error_code: 'text',
  error_message: 'text',
  task_run: 'text',
  child_run: 'text',
  instance: 'text',
};
const STEP_WITH_OUTPUT: Record<string, ColumnType> = { ...STEP, output: 'text' };
const STEP_KEY = ['run', 'name', 'item'];

const RUN: Record<string, ColumnType> = {
  id: 'text',
  status: 'text',
  section: 'text',
  version: 'int',
  started: 'int',
  ended: 'int',
  deadline: 'int',
  failed: 'text',
  error_code: 'text',
  error_message: 'text',
  outputs: 'text',
  counts: 'text',
};

const ATTEMPT: Record<string, ColumnType> = {
  run: 'text',
  name: 'text',
  item: 'int',
  attempt: 'int',
  recovered: 'int',
  started: 'int',
  ended: 'int',
  status: 'text',
  error_code: 'text',
  error_message: 'text',
  task_run: 'text',
  instance: 'text',
};

/** Stores what has changed in these runs, with the events that say so. One statement a table, however many runs. */
export async function saveStates(
  context: WriteContext,
  dialect: Dialect,
  states: readonly RunState[],
): Promise<void> {
  const changed = states.filter((state) => state.changed);
  if (changed.length === 0) return;
  for (const state of changed) state.version += 1;
  const entries = changed.flatMap((state) => [...state.touched].map((entry) => ({ state, entry })));
  for (const withOutput of [false, true]) {
    const rows = entries.filter(
      ({ entry }) => (entry.output !== undefined && entry.output !== null) === withOutput,
    );
    if (rows.length === 0) continue;
    const upsert = bulkUpsertion(dialect, {
      table: 'workflow_step',
      columns: withOutput ? STEP_WITH_OUTPUT : STEP,
      key: STEP_KEY,
      rows: rows.map(({ state, entry }) => stepRow(state, entry, withOutput)),
    });
    context.defer(upsert);
  }
  context.defer(updateRuns(dialect, changed));
  const attempts = changed.flatMap((state) => state.attempts.map((attempt) => attemptRow(state, attempt)));
  if (attempts.length > 0)
    context.defer(
      bulkInsertion(dialect, {
        table: 'workflow_attempt',
        columns: ATTEMPT,
        rows: attempts,
        onConflict: 'ignore',
      }),
    );
  for (const state of changed) await saveApprovals(context, state);
  for (const { state, entry } of entries) emitStep(context, state, entry);
  for (const state of changed) emitRun(context, state);
}

/** After the commit: what has been stored is no change any more. */
export function forgetChanges(states: readonly RunState[]): void {
  for (const state of states) {
    for (const entry of state.touched) entry.output = undefined;
    state.changed = false;
    state.touched = new Set();
    state.attempts = [];
    state.asked = [];
    state.withdrawn = new Set();
    state.cancelTasks = [];
    state.cancelChildren = [];
  }
}

function stepRow(state: RunState, entry: Entry, withOutput: boolean) {
  return {
    run: state.id,
    name: entry.name,
    item: entry.item,
    project: state.project,
    section: entry.section,
    status: entry.status,
    attempt: entry.attempt,
    recovered: entry.recovered,
    fence: entry.fence,
    gate: entry.gate,
    priority: state.priority,
    requirement: entry.requirement,
    ready: entry.ready,
    due: entry.due,
    waits_for: entry.waitsFor,
    event_type: entry.eventType,
    started: entry.started,
    ended: entry.ended,
    input: entry.input,
    result: entry.result,
    error_code: entry.error?.code ?? null,
    error_message: entry.error?.message ?? null,
    task_run: entry.taskRun,
    child_run: entry.childRun,
    instance: entry.instance,
    ...(withOutput ? { output: entry.output ?? null } : {}),
  };
}

function attemptRow(state: RunState, attempt: RunState['attempts'][number]) {
  return {
    run: state.id,
    name: attempt.name,
    item: attempt.item,
    attempt: attempt.attempt,
    recovered: attempt.recovered,
    started: attempt.started,
    ended: attempt.ended,
    status: attempt.status,
    error_code: attempt.error?.code ?? null,
    error_message: attempt.error?.message ?? null,
    task_run: attempt.taskRun,
    instance: attempt.instance,
  };
}

function updateRuns(dialect: Dialect, states: readonly RunState[]): Statement {
  return bulkUpdate(dialect, {
    table: 'workflow_run',
    columns: RUN,
    key: ['id'],
    rows: states.map((state) => ({
      id: state.id,
      status: state.status,
      section: state.section,
      version: state.version,
      started: state.started,
      ended: state.ended,
      deadline: state.ended === null ? state.deadline : null,
      failed: state.failed,
      error_code: state.error?.code ?? null,
      error_message: state.error?.message ?? null,
      outputs: state.outputs === null ? null : JSON.stringify(state.outputs),
      counts: JSON.stringify(countsOf(state)),
    })),
  });
}

export function countsOf(state: RunState): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of state.steps.values()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function saveApprovals({ tx, emit }: WriteContext, state: RunState): Promise<void> {
  for (const step of state.withdrawn)
    await tx
      .updateTable('approval')
      .set({ status: state.steps.get(step)?.error?.code === 'approval-expired' ? 'expired' : 'withdrawn' })
      .where('run', '=', state.id)
      .where('step', '=', step)
      .where('status', '=', 'pending')
      .execute();
  for (const question of state.asked) {
    const id = newId('apr');
    await tx
      .insertInto('approval')
      .values({
        id,
        project: state.project,
        run: state.id,
        step: question.step,
        roles: JSON.stringify(question.roles),
        message: question.message,
        status: 'pending',
        requested: Date.now(),
        expires: question.expires,
        decided: null,
        decider: null,
        comment: null,
      })
      .execute();
    emit({
      type: 'approval.requested',
      project: state.project,
      actor: 'system',
      subject: id,
      run: state.id,
      data: { step: question.step, message: question.message, roles: [...question.roles] },
    });
  }
}

/** What nobody sees (it waits for its needs, for room) is no event. */
function emitStep({ emit }: WriteContext, state: RunState, entry: Entry): void {
  const told = entry.status === 'running' || entry.status === 'waiting' || stepHasEnded(entry.status);
  if (!told) return;
  emit({
    type: 'workflow-step.changed',
    project: state.project,
    actor: state.principal,
    subject: state.id,
    run: state.id,
    data: {
      step: entry.name,
      item: entry.item === SELF ? null : entry.item,
      status: entry.status,
      attempt: entry.attempt,
      waitsFor: entry.waitsFor,
      due: entry.due,
      run: entry.taskRun ?? entry.childRun,
      error: entry.error,
    },
  });
}

function emitRun({ emit }: WriteContext, state: RunState): void {
  const envelope = { project: state.project, actor: state.principal, subject: state.id, run: state.id };
  if (state.ended !== null)
    emit({
      ...envelope,
      type: 'workflow-run.ended',
      data: { name: state.name, status: state.status, error: state.error },
    });
  else if (state.status !== state.told || state.section !== state.toldSection)
    emit({
      ...envelope,
      type: 'workflow-run.changed',
      data: { status: state.status, section: state.section },
    });
  state.told = state.status;
  state.toldSection = state.section;
}
