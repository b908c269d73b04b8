import { SentinelError } from '../../lib/errors.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { decided } from '../state/facts.ts';
import type { Change } from './change.ts';

export interface ApprovalDecision {
  principal: string;
  project: string;
  approve: boolean;
  comment: string | null;
  /** Whether the person has one of these roles; an empty list is everybody's. */
  mayDecide(roles: readonly string[]): Promise<boolean>;
}

/** One decision, once: the run goes on, or its step fails, in the transaction that stores it. */
export async function decideApproval(
  { store, change }: { store: Store; change: Change },
  id: string,
  {
    decision,
    also,
  }: { decision: ApprovalDecision; also?: ((context: WriteContext) => Promise<void>) | undefined },
): Promise<{ id: string; status: 'approved' | 'rejected'; run: string; step: string }> {
  const { principal, project, approve, comment } = decision;
  const asked = await store.db
    .selectFrom('approval')
    .select(['roles'])
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!asked) throw new SentinelError('not-found', `There is no approval ${id}.`);
  const roles = JSON.parse(asked.roles) as string[];
  if (!(await decision.mayDecide(roles)))
    throw new SentinelError('forbidden', `This is decided by ${roles.join(' or ')}.`);
  return store.write({ lane: 'interactive', durable: true, label: 'approval.decide' }, async (context) => {
    const status = approve ? 'approved' : 'rejected';
    const row = await context.tx
      .updateTable('approval')
      .set({ status, decided: Date.now(), decider: principal, comment })
      .where('id', '=', id)
      .where('status', '=', 'pending')
      .returning(['run', 'step'])
      .executeTakeFirst();
    if (!row) {
      const current = await context.tx
        .selectFrom('approval')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      throw new SentinelError('conflict', `It is ${current?.status ?? 'gone'} already.`, { current });
    }
    context.emit({
      type: 'approval.decided',
      project,
      actor: principal,
      subject: id,
      run: row.run,
      data: { step: row.step, status, comment },
    });
    await change(context, [row.run], (state) => {
      const entry = state.steps.get(row.step);
      if (entry) decided(state, entry, { approved: approve, by: principal, comment, now: Date.now() });
    });
    await also?.(context);
    return { id, status, ...row };
  });
}
