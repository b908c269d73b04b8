import type { Kysely, Transaction } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import type { Section, StepStatus, WorkflowDefinition, WorkflowRunStatus } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import { newEntry, type RunState, SELF, type WaitsFor } from '../state/run-state.ts';

type Tx = Transaction<Database>;

const KEPT_STATES = 300;
const KEPT_DEFINITIONS = 200;
/** A transaction that was rolled back gives nothing back. */
const RETURN_MS = 50;

/**
 * States of runs as this process last knew them. The version in the row says whether one is still what the store has; a state
 * that a transaction has changed is put back only after its commit.
 */
export function openStates(dialect: 'sqlite' | 'postgres') {
  const known = new Map<string, RunState>();
  const definitions = new Map<string, WorkflowDefinition>();
  /** States that a transaction of this process has. */
  const held = new Map<string, { free: Promise<void>; done(): void }>();

  /**
   * The runs in the order of their ids, locked on PostgreSQL until the transaction ends: the youngest first, because what ends a workflow
   * within a workflow has its row before that of the one around it. Taken out of what is known.
   */
  async function take(tx: Tx, ids: readonly string[]): Promise<RunState[]> {
    const wanted = [...new Set(ids)].sort();
    if (wanted.length === 0) return [];
    let query = tx
      .selectFrom('workflow_run')
      .select(['id', 'version'])
      .where('id', 'in', wanted)
      .orderBy('id', 'desc');
    if (dialect === 'postgres') query = query.forUpdate();
    const rows = await query.execute();
    const found = new Map(rows.map((row) => [row.id, Number(row.version)]));
    const missing = wanted.find((id) => !found.has(id));
    if (missing !== undefined)
      throw new SentinelError('not-found', `There is no run ${missing} of a workflow.`);
    const states = new Map<string, RunState>();
    for (const id of wanted) {
      if (known.get(id)?.version !== found.get(id)) await returned(id);
      const state = known.get(id);
      known.delete(id);
      if (state && state.version === found.get(id)) states.set(id, state);
      if (dialect === 'postgres') hold(id);
    }
    const unknown = wanted.filter((id) => !states.has(id));
    for (const state of await read(tx, unknown)) states.set(state.id, state);
    return wanted.map((id) => states.get(id) as RunState);
  }

  /**
   * The row is ours, so that who had it before has committed; here the answer to that commit may be a moment behind. Waiting for it is
   * cheaper than reading all steps again, which for a run of a thousand steps would be done a thousand times.
   */
  async function returned(id: string): Promise<void> {
    const before = held.get(id);
    if (!before) return;
    const timer = setTimeout(before.done, RETURN_MS);
    await before.free;
    clearTimeout(timer);
  }

  function hold(id: string): void {
    let done = () => {};
    const free = new Promise<void>((resolve) => {
      done = resolve;
    });
    held.set(id, { free, done });
  }

  async function read(tx: Kysely<Database>, ids: readonly string[]): Promise<RunState[]> {
    if (ids.length === 0) return [];
    const runs = await tx.selectFrom('workflow_run').selectAll().where('id', 'in', ids).execute();
    const steps = await tx
      .selectFrom('workflow_step')
      .select([
        'run',
        'name',
        'item',
        'section',
        'status',
        'attempt',
        'recovered',
        'fence',
        'gate',
        'requirement',
        'ready',
        'due',
        'waits_for',
        'event_type',
        'started',
        'ended',
        'input',
        'result',
        'error_code',
        'error_message',
        'task_run',
        'child_run',
        'instance',
      ])
      .where('run', 'in', ids)
      .orderBy('run')
      .orderBy('name')
      .orderBy('item')
      .execute();
    const states = new Map<string, RunState>();
    for (const row of runs) {
      states.set(row.id, {
        id: row.id,
        project: row.project,
        workflow: row.workflow,
        revision: row.revision,
        name: row.name,
        hash: row.definition,
        definition: await definition(tx, row.definition),
        status: row.status as WorkflowRunStatus,
        section: row.section as Section | 'held',
        version: Number(row.version),
        priority: Number(row.priority),
        inputs: JSON.parse(row.inputs),
        principal: row.principal,
        token: row.token,
        trigger: {
          kind: row.trigger_kind,
          id: row.trigger_id,
          data: row.trigger_data === null ? null : JSON.parse(row.trigger_data),
        },
        depth: Number(row.depth),
        parent:
          row.parent_run === null
            ? null
            : { run: row.parent_run, step: row.parent_step ?? '', item: Number(row.parent_item ?? SELF) },
        samples: Number(row.samples) === 1,
        slot: row.slot,
        created: row.created,
        started: row.started,
        ended: row.ended,
        deadline: row.deadline,
        failed: row.failed as RunState['failed'],
        error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
        outputs: row.outputs === null ? null : JSON.parse(row.outputs),
        told: row.status as WorkflowRunStatus,
        toldSection: row.section,
        ...emptyChanges(),
        steps: new Map(),
        items: new Map(),
      });
    }
    for (const row of steps) {
      const state = states.get(row.run);
      if (!state) continue;
      const entry = newEntry(row.name, row.section as Section, Number(row.item));
      Object.assign(entry, {
        status: row.status as StepStatus,
        attempt: Number(row.attempt),
        recovered: Number(row.recovered),
        fence: Number(row.fence),
        gate: Number(row.gate),
        requirement: row.requirement,
        ready: row.ready,
        due: row.due,
        waitsFor: row.waits_for as WaitsFor | null,
        eventType: row.event_type,
        started: row.started,
        ended: row.ended,
        input: row.input,
        output: undefined,
        result: row.result,
        error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
        taskRun: row.task_run,
        childRun: row.child_run,
        instance: row.instance,
      });
      if (entry.item === SELF) state.steps.set(entry.name, entry);
      else {
        const items = state.items.get(entry.name) ?? [];
        items[entry.item] = entry;
        state.items.set(entry.name, items);
      }
    }
    return [...states.values()];
  }

  async function definition(tx: Kysely<Database>, hash: string): Promise<WorkflowDefinition> {
    const kept = definitions.get(hash);
    if (kept) return kept;
    const row = await tx
      .selectFrom('workflow_definition')
      .select('body')
      .where('hash', '=', hash)
      .executeTakeFirstOrThrow();
    return remember(hash, JSON.parse(row.body) as WorkflowDefinition);
  }

  /** Of those that are known here: another process may have moved them on. */
  async function versions(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, number>> {
    const wanted = ids.filter((id) => known.has(id));
    if (wanted.length === 0) return new Map();
    const rows = await db
      .selectFrom('workflow_run')
      .select(['id', 'version'])
      .where('id', 'in', wanted)
      .execute();
    return new Map(rows.map((row) => [row.id, Number(row.version)]));
  }

  function remember(hash: string, value: WorkflowDefinition): WorkflowDefinition {
    definitions.set(hash, value);
    if (definitions.size > KEPT_DEFINITIONS) definitions.delete(definitions.keys().next().value as string);
    return value;
  }

  return {
    take,
    /** To look at, outside of a transaction: it is at least as new as this call. */
    async peek(db: Kysely<Database>, ids: readonly string[]): Promise<RunState[]> {
      const current = await versions(db, ids);
      const here = ids.flatMap((id) => {
        const state = known.get(id);
        return state && state.version >= (current.get(id) ?? Number.POSITIVE_INFINITY) ? state : [];
      });
      const found = new Set(here.map((state) => state.id));
      const missing = ids.filter((id) => !found.has(id));
      return [...here, ...(await read(db, missing))];
    },
    remember,
    knowsDefinition: (hash: string) => definitions.has(hash),
    /** After the commit that stored them. Ended runs are of no more use. */
    put(states: readonly RunState[]): void {
      for (const state of states) {
        if (state.ended === null) {
          known.delete(state.id);
          known.set(state.id, state);
        }
        held.get(state.id)?.done();
        held.delete(state.id);
        if (known.size > KEPT_STATES) known.delete(known.keys().next().value as string);
      }
    },
  };
}

export function emptyChanges() {
  return {
    changed: false,
    touched: new Set<never>() as RunState['touched'],
    attempts: [] as RunState['attempts'],
    asked: [] as RunState['asked'],
    withdrawn: new Set<string>(),
    cancelTasks: [] as string[],
    cancelChildren: [] as string[],
  };
}
