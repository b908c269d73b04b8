import { SentinelError } from '../../lib/errors.ts';
import { approvalList } from '../../operations/approvals.ts';
import { workflowRunList, workflowRunLookup } from '../../operations/workflow-runs.ts';
import type { Session } from '../session.ts';

const NAMED_BY_END = /^[0-9a-f]{4,12}$/i;

/** The id of a run of a workflow named in full, by its end, or as `last`. */
export async function resolveWorkflowRun(session: Session, named: string): Promise<string> {
  if (named === 'last') return lastRun(session);
  if (!NAMED_BY_END.test(named)) return named;
  const { items } = await session.call(workflowRunLookup, { query: { end: named } });
  return onlyOne(items, named, "'sentinelx workflow runs' shows them");
}

export async function lastRun(session: Session, workflow?: string): Promise<string> {
  const query = { limit: 1, ...(workflow === undefined ? {} : { workflow }) };
  const [run] = (await session.call(workflowRunList, { query })).items;
  if (run) return run.id;
  const of = workflow === undefined ? 'a workflow' : workflow;
  throw new SentinelError('not-found', `There is no run of ${of} yet.`);
}

/** Among those that wait. */
export async function resolveApproval(session: Session, named: string): Promise<string> {
  if (!NAMED_BY_END.test(named)) return named;
  const { items } = await session.call(approvalList, { query: { limit: 1000 } });
  const fitting = items.filter(({ id }) => id.endsWith(named.toLowerCase()));
  return onlyOne(fitting, named, "'sentinelx workflow approvals' shows what waits");
}

function onlyOne(items: readonly { id: string }[], end: string, advice: string): string {
  if (items.length > 1)
    throw new SentinelError('not-found', `More than one ends in ${end}. Name more of its id.`);
  const id = items[0]?.id;
  if (id === undefined) throw new SentinelError('not-found', `There is none that ends in ${end}: ${advice}.`);
  return id;
}
