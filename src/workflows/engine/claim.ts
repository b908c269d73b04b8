import { assetOf } from '../../engine/asset.ts';
import { type Checked, newRun, principalOf } from '../../engine/new-run.ts';
import type { SecretParam } from '../../engine/run-secrets.ts';
import { saveRules } from '../../engine/save-rules.ts';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { CodedError } from '../../model/workflow.ts';
import type { RunRow } from '../../store/runs.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { claim, ended } from '../state/facts.ts';
import { type Entry, entryOf, type RunState } from '../state/run-state.ts';
import type { Change } from './change.ts';
import type { Prepared } from './prepare.ts';
import type { ReadyStep } from './ready-steps.ts';
import type { Started, StartOrder } from './start.ts';

/** A step that this process has taken, and what it does now. */
export type Claimed =
  | { kind: 'task'; row: RunRow; checked: Checked }
  | {
      kind: 'operation';
      operation: string;
      params: Record<string, unknown>;
      run: string;
      step: string;
      item: number;
      fence: number;
      depth: number;
      attempt: number;
      principal: string;
      token: string | null;
      project: string;
    };

export interface Order {
  pick: ReadyStep;
  prepared: Prepared;
}

/** Takes steps, all in one transaction: who finds one taken or changed meanwhile leaves it alone. */
export function createClaim(parts: {
  store: Store;
  change: Change;
  startInside(context: WriteContext, order: StartOrder & { id?: string }): Promise<Started>;
  instance: string;
}) {
  const rulesSaved = new Set<string>();

  return async function claimSteps(orders: readonly Order[]): Promise<Claimed[]> {
    return parts.store.write({ lane: 'run', label: 'workflow.claim' }, async (context) => {
      const claimed: Claimed[] = [];
      const children: { id: string; order: StartOrder }[] = [];
      const now = Date.now();
      await parts.change(context, [...new Set(orders.map(({ pick }) => pick.run))], async (state) => {
        for (const { pick, prepared } of orders) {
          if (pick.run !== state.id) continue;
          const entry = entryOf(state, pick.name, pick.item);
          if (entry?.fence !== pick.fence) continue;
          if (entry.status !== 'ready' && entry.status !== 'queued') continue;
          const by = { instance: parts.instance, now };
          if (prepared.kind === 'fail') {
            claim(state, entry, by);
            ended(state, entry, { outcome: { status: 'failed', error: prepared.error }, now });
          } else if (prepared.kind === 'task') {
            const id = newId('run');
            claim(state, entry, { ...by, taskRun: id });
            const row = await storeRun(context, { id, state, entry, prepared, now });
            claimed.push({ kind: 'task', row, checked: prepared.checked });
          } else if (prepared.kind === 'operation') {
            claim(state, entry, by);
            claimed.push({
              kind: 'operation',
              operation: prepared.operation,
              params: prepared.params,
              run: state.id,
              step: entry.name,
              item: entry.item,
              fence: entry.fence,
              depth: state.depth,
              attempt: entry.attempt,
              principal: state.principal,
              token: state.token,
              project: state.project,
            });
          } else {
            const id = newId('wfr');
            claim(state, entry, { ...by, childRun: id });
            children.push({ id, order: prepared.order });
          }
        }
      });
      for (const child of children) await startChild(context, child);
      return claimed;
    });
  };

  /** Behind the claim of its parent: a child that ends at once finds its parent waiting for it. */
  async function startChild(
    context: WriteContext,
    { id, order }: { id: string; order: StartOrder },
  ): Promise<void> {
    let error: CodedError;
    try {
      const started = await parts.startInside(context, { ...order, id });
      if ('id' in started) return;
      error = { code: 'not-possible-now', message: started.skipped };
    } catch (cause) {
      if (!(cause instanceof SentinelError)) throw cause;
      error = { code: cause.code, message: cause.message };
    }
    const { run, step, item } = order.parent ?? { run: '', step: '', item: -1 };
    await parts.change(context, [run], (state) => {
      const entry = entryOf(state, step, item);
      if (entry?.childRun === id)
        ended(state, entry, { outcome: { status: 'failed', error }, now: Date.now() });
    });
  }

  async function storeRun(
    context: WriteContext,
    {
      id,
      state,
      entry,
      prepared: { checked, secrets },
      now,
    }: {
      id: string;
      state: RunState;
      entry: Entry;
      prepared: { checked: Checked; secrets: readonly SecretParam[] };
      now: number;
    },
  ): Promise<RunRow> {
    const { task, target } = checked;
    const rules = `${task.id}@${task.version}`;
    if (!rulesSaved.has(rules)) {
      await saveRules(context.tx, task.id, task.rules);
      context.afterCommit(() => void rulesSaved.add(rules));
    }
    const principal = principalOf(state);
    const row: RunRow = {
      ...newRun({
        id,
        ...checked,
        asset: target ? await assetOf(context.tx, state.project, target) : null,
        principal,
        instance: parts.instance,
      }),
      status: 'running',
      started: now,
      workflow_run: state.id,
      workflow_step: entry.name,
      workflow_item: entry.item,
      secret_params: secrets.length === 0 ? null : JSON.stringify(secrets),
    };
    context.defer(context.tx.insertInto('run').values(row));
    const envelope = { project: state.project, actor: state.principal, subject: id, run: id };
    const cause = { event: state.id, depth: state.depth };
    context.emit({
      ...envelope,
      cause,
      type: 'run.created',
      data: { task: task.id, target: target?.label ?? null },
    });
    context.emit({ ...envelope, cause, type: 'run.started', data: { instance: parts.instance } });
    return row;
  }
}
