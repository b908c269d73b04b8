import { createHash } from 'node:crypto';
import { compile } from '../../lib/cel/expression.ts';
import { fill } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { MOST_DEPTH, MOST_ITEMS, SECTIONS, type WorkflowDefinition } from '../../model/workflow.ts';
import type { WriteContext } from '../../store/store.ts';
import { checkInputs } from '../definition/inputs.ts';
import { stop } from '../state/facts.ts';
import { newEntry, type RunState, touch } from '../state/run-state.ts';
import type { Change } from './change.ts';
import { emptyChanges, type openStates } from './load.ts';

export interface StartOrder {
  /** Of the run; a new one when it does not say. */
  id?: string;
  project: string;
  principal: string;
  /** The token that the principal used: the run may do no more than that. */
  token?: string | null;
  definition: WorkflowDefinition;
  /** Null: it was given inline. */
  workflow: { id: string; revision: number } | null;
  inputs: Record<string, unknown>;
  trigger: {
    kind: 'manual' | 'schedule' | 'event' | 'webhook' | 'workflow' | 'rerun';
    id: string | null;
    data?: unknown;
  };
  /** How many workflows started each other before this one. */
  depth?: number;
  /** Lower runs first; 100 when it does not say. */
  priority?: number;
  /** Steps with sample data give that and are not run. */
  samples?: boolean;
  parent?: { run: string; step: string; item: number };
  rerunOf?: { run: string; from: string | null; keep: RunState['steps']; keepItems: RunState['items'] };
}

export type Started = { id: string } | { skipped: string };

export function createStart(parts: { states: ReturnType<typeof openStates>; change: Change }) {
  const { states, change } = parts;

  /** In a transaction of the caller. A run beyond the limit of its group waits, or is not made, as its document says. */
  return async function startInside(context: WriteContext, order: StartOrder): Promise<Started> {
    const { definition } = order;
    const depth = order.depth ?? 0;
    if (depth > MOST_DEPTH)
      throw new SentinelError(
        'workflow-depth',
        `${definition.name} would be the ${depth}th workflow that starts another.`,
      );
    const inputs = checkInputs(definition, order.inputs);
    refuseTooManyItems(definition, inputs);
    const slot = slotOf(order, inputs);
    const others = slot === null ? [] : await ofGroup(context, slot);
    const limit = definition.concurrency?.limit ?? Number.POSITIVE_INFINITY;
    const begun = others.filter((run) => run.section !== 'held');
    let held = begun.length >= limit;
    if (held && definition.concurrency?.policy === 'skip')
      return { skipped: `${begun.length} of ${limit} runs of its group are at work.` };
    if (held && definition.concurrency?.policy === 'cancel-oldest') {
      // The new one begins when the old one has ended: it gets its place then.
      const oldest = begun.slice(0, begun.length - limit + 1).map((run) => run.id);
      await change(context, oldest, (state) =>
        stop(state, {
          reason: 'cancelled',
          error: { code: 'not-possible-now', message: 'A newer run took its place.' },
          force: false,
          now: Date.now(),
        }),
      );
      await context.flush();
      const still = (await ofGroup(context, slot as string)).filter((run) => run.section !== 'held').length;
      held = still >= limit;
    }
    const state = await makeState(context, order, { inputs, slot, held, depth });
    context.emit({
      type: 'workflow-run.created',
      project: state.project,
      actor: state.principal,
      subject: state.id,
      run: state.id,
      data: { workflow: state.workflow, name: state.name, trigger: order.trigger.kind },
    });
    await change(context, [state], () => undefined);
    return { id: state.id };
  };

  async function makeState(
    context: WriteContext,
    order: StartOrder,
    {
      inputs,
      slot,
      held,
      depth,
    }: { inputs: Record<string, unknown>; slot: string | null; held: boolean; depth: number },
  ): Promise<RunState> {
    const hash = await keepDefinition(context, order.definition);
    const state: RunState = {
      id: order.id ?? newId('wfr'),
      project: order.project,
      workflow: order.workflow?.id ?? null,
      revision: order.workflow?.revision ?? null,
      name: order.definition.name,
      hash,
      definition: order.definition,
      status: 'queued',
      section: held ? 'held' : 'steps',
      version: 0,
      priority: order.priority ?? 100,
      inputs,
      principal: order.principal,
      token: order.token ?? null,
      trigger: { kind: order.trigger.kind, id: order.trigger.id, data: order.trigger.data ?? null },
      depth,
      parent: order.parent ?? null,
      samples: order.samples ?? false,
      slot,
      created: Date.now(),
      started: null,
      ended: null,
      deadline: null,
      failed: null,
      error: null,
      outputs: null,
      told: 'queued',
      toldSection: held ? 'held' : 'steps',
      steps: new Map(),
      items: new Map(),
      ...emptyChanges(),
    };
    for (const section of SECTIONS)
      for (const step of order.definition[section]) {
        const kept = order.rerunOf?.keep.get(step.name);
        const entry = kept ?? newEntry(step.name, section);
        state.steps.set(step.name, entry);
        touch(state, entry);
        const items = kept && order.rerunOf?.keepItems.get(step.name);
        if (items) state.items.set(step.name, items);
        for (const item of items ?? []) touch(state, item);
      }
    state.changed = true;
    context.defer(
      context.tx.insertInto('workflow_run').values({
        id: state.id,
        project: state.project,
        workflow: state.workflow,
        revision: state.revision,
        name: state.name,
        definition: hash,
        status: state.status,
        section: state.section,
        version: 0,
        priority: state.priority,
        inputs: JSON.stringify(inputs),
        outputs: null,
        principal: state.principal,
        token: state.token,
        trigger_kind: state.trigger.kind,
        trigger_id: state.trigger.id,
        trigger_data: state.trigger.data === null ? null : JSON.stringify(state.trigger.data),
        depth,
        parent_run: state.parent?.run ?? null,
        parent_step: state.parent?.step ?? null,
        parent_item: state.parent?.item ?? null,
        samples: state.samples ? 1 : 0,
        rerun_of: order.rerunOf?.run ?? null,
        from_step: order.rerunOf?.from ?? null,
        slot,
        created: state.created,
        started: null,
        ended: null,
        deadline: null,
        failed: null,
        error_code: null,
        error_message: null,
        counts: '{}',
      }),
    );
    return state;
  }

  async function keepDefinition(context: WriteContext, definition: WorkflowDefinition): Promise<string> {
    const body = JSON.stringify(definition);
    const hash = createHash('sha256').update(body).digest('hex');
    if (states.knowsDefinition(hash)) return hash;
    await context.tx
      .insertInto('workflow_definition')
      .values({ hash, body })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
    context.afterCommit(() => void states.remember(hash, definition));
    return hash;
  }
}

function ofGroup({ tx }: WriteContext, slot: string): Promise<{ id: string; section: string }[]> {
  return tx
    .selectFrom('workflow_run')
    .select(['id', 'section'])
    .where('slot', '=', slot)
    .where('status', 'in', ['queued', 'running', 'waiting', 'cancelling'])
    .orderBy('id')
    .execute();
}

function slotOf(order: StartOrder, inputs: Record<string, unknown>): string | null {
  const { concurrency, name } = order.definition;
  if (concurrency === null) return null;
  const group = fill(concurrency.group, {
    inputs,
    steps: {},
    trigger: { kind: order.trigger.kind, id: order.trigger.id },
  }).value;
  return `${order.project}:${name}:${typeof group === 'string' ? group : JSON.stringify(group)}`.slice(
    0,
    500,
  );
}

/** What can be known before anything runs: a list that depends on nothing but the inputs. */
function refuseTooManyItems(definition: WorkflowDefinition, inputs: Record<string, unknown>): void {
  for (const section of SECTIONS)
    for (const step of definition[section]) {
      if (typeof step.for_each !== 'string') continue;
      if (
        compile(step.for_each)
          .names()
          .some(([root]) => root !== 'inputs')
      )
        continue;
      const value = compile(step.for_each).evaluate({ inputs });
      if (Array.isArray(value) && value.length > MOST_ITEMS)
        throw new SentinelError(
          'too-many-items',
          `${step.name}: for_each gives ${value.length} items; ${MOST_ITEMS} are the most.`,
          {
            fields: [
              { field: `${section}.${step.name}.for_each`, message: `expects at most ${MOST_ITEMS} items` },
            ],
          },
        );
    }
}
