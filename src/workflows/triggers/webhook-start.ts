import { SentinelError } from '../../lib/errors.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { currentWorkflow } from './current-workflow.ts';
import { tellSkipped } from './fire-event.ts';
import type { MayRun, Starter } from './starter.ts';
import { triggerInputs } from './trigger-inputs.ts';
import { findTrigger, kindOf, pauseTrigger, type TriggerRow } from './trigger-rows.ts';

export interface WebhookCall {
  row: TriggerRow;
  body: unknown;
  headers: Record<string, string>;
  nonces: readonly string[];
  now: number;
}

export type WebhookResult = { run: string } | { skipped: string };

/** Also in the transaction that starts the run. */
export type AlsoRecord = (context: WriteContext, result: WebhookResult) => Promise<void>;

/**
 * Starts the workflow of a hook for a request that was verified. What makes the request unique is stored with the run, so that it
 * counts once, on all servers; a request that could not be used may be sent again.
 */
export async function startFromWebhook(
  { store, starter, mayRun }: { store: Store; starter: Starter; mayRun: MayRun },
  call: WebhookCall,
  also: AlsoRecord,
): Promise<WebhookResult> {
  const refusal = await mayRun(call.row.principal, call.row.project);
  if (refusal !== null) {
    await pauseFor(store, call, refusal);
    throw paused();
  }
  const result = await store.write({ lane: 'interactive', durable: true }, async (context) => {
    const row = await findTrigger(context.tx, call.row);
    const workflow = row && (await currentWorkflow(context.tx, row.workflow));
    if (!row || !workflow || row.paused !== null) throw paused();
    await takeNonces(context, row.id, call);
    const started = await starter.startInside(context, {
      project: row.project,
      principal: row.principal,
      definition: workflow.definition,
      workflow: { id: workflow.id, revision: workflow.revision },
      inputs: triggerInputs(kindOf(row).spec.inputs, { body: call.body, headers: call.headers }),
      trigger: { kind: 'webhook', id: row.id, data: { hook: row.name, headers: call.headers } },
      depth: 0,
    });
    const outcome = 'id' in started ? { run: started.id } : started;
    if ('skipped' in outcome) tellSkipped(context, row, outcome.skipped);
    else
      await context.tx
        .updateTable('workflow_trigger')
        .set({ fired: call.now, last_run: outcome.run })
        .where('id', '=', row.id)
        .execute();
    await also(context, outcome);
    return outcome;
  });
  starter.wake();
  return result;
}

async function takeNonces(
  { tx }: WriteContext,
  trigger: string,
  { nonces, now }: WebhookCall,
): Promise<void> {
  for (const nonce of nonces) {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('webhook_seen')
      .values({ trigger, nonce, seen: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if ((numInsertedOrUpdatedRows ?? 0n) === 0n)
      throw new SentinelError('webhook-replayed', 'This request was taken before.');
  }
}

async function pauseFor(store: Store, { row, now }: WebhookCall, note: string): Promise<void> {
  await store.write({ lane: 'interactive', durable: true }, async (context) => {
    const current = await findTrigger(context.tx, row);
    if (current && current.paused === null)
      await pauseTrigger(context, current, { actor: 'system', now, note });
  });
}

function paused(): SentinelError {
  return new SentinelError('trigger-paused', 'This hook starts nothing at the moment.');
}
