import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { EVERYWHERE } from '../model/permission.ts';
import { getWorkflowRun } from '../store/workflow-runs.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { runOfStep } from './workflow-start.ts';

const STATUSES = ['pending', 'approved', 'rejected', 'expired', 'withdrawn'] as const;
const ApprovalPath = z.object({ id: z.string().max(100) });
const Approval = z.object({
  id: z.string(),
  workflow: z.string().describe('Name of the workflow'),
  run: z.string(),
  step: z.string(),
  message: z.string(),
  status: z.enum(STATUSES),
  roles: z
    .array(z.string())
    .describe(
      'One person, or one service account, of any of these roles decides; empty: everybody who may decide',
    ),
  requested: z.int(),
  expires: z.int().nullable(),
  decided: z.int().nullable(),
  decider: z.string().nullable(),
  comment: z.string().nullable(),
  url: z.string().describe('The page where one decides: only its path where no address of a server is known'),
});

export const approvalList = defineOperation({
  id: 'approvals.list',
  summary: 'What waits, or has waited, for the approval of a person, newest first',
  method: 'GET',
  path: '/approvals',
  permission: 'approval:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    status: z.enum([...STATUSES, 'all']).default('pending'),
    run: z.string().max(100).optional(),
  }),
  body: NO_BODY,
  output: listOf(Approval),
  cli: 'workflow approvals',
  async handler(context, { query }) {
    let rows = select(context).orderBy('a.id', 'desc');
    if (query.status !== 'all') rows = rows.where('a.status', '=', query.status);
    if (query.run !== undefined) rows = rows.where('a.run', '=', query.run);
    if (query.cursor) rows = rows.where('a.id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    return { items: result.rows.map((row) => toApproval(row, context)), nextCursor: result.nextCursor };
  },
});

export const approvalGet = defineOperation({
  id: 'approvals.get',
  summary: 'One approval',
  method: 'GET',
  path: '/approvals/{id}',
  permission: 'approval:read',
  audited: false,
  pathParams: ApprovalPath,
  query: NONE,
  body: NO_BODY,
  output: Approval,
  cli: 'workflow approval',
  handler: (context, { path }) => readApproval(context, path.id),
});

export const approvalDecide = defineOperation({
  id: 'approvals.decide',
  summary: 'Approve or reject what waits for it; the first decision counts',
  method: 'POST',
  path: '/approvals/{id}/decide',
  permission: 'approval:decide',
  audited: true,
  pathParams: ApprovalPath,
  query: NONE,
  body: z.strictObject({
    approve: z.boolean(),
    comment: z.string().max(2_000).optional().describe('Why; it is kept'),
  }),
  output: Approval,
  cli: 'workflow approve',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    const approval = await readApproval(context, path.id);
    await refuseOwnRun(context, approval.run);
    await services.workflows.decide(
      path.id,
      {
        principal: caller.id,
        project: caller.project,
        approve: body.approve,
        comment: body.comment === undefined ? null : visibleText(body.comment),
        mayDecide: (roles) => hasRole(context, roles),
      },
      async (write) => {
        const { run, step } = approval;
        context.audit({ subject: path.id, after: { run, step, approve: body.approve } });
        await context.record(write);
      },
    );
    return readApproval(context, path.id);
  },
});

/** A gate that the run could open by itself would be none. */
async function refuseOwnRun(context: OperationContext, run: string): Promise<void> {
  const { caller, services } = context;
  if (runOfStep(context) !== null)
    throw new SentinelError('forbidden', 'A workflow decides no approval: a person does.');
  if (caller.via.kind !== 'token') return;
  const { token } = await getWorkflowRun(services.store.db, { id: run, project: caller.project });
  if (token !== null && token === caller.via.id)
    throw new SentinelError('forbidden', 'The token that started the run does not decide its approvals.');
}

/** Granted in this project or everywhere, by the name of the role. The owner of the data folder has every role. */
async function hasRole({ caller, services }: OperationContext, roles: readonly string[]): Promise<boolean> {
  if (roles.length === 0 || caller.local) return true;
  const granted = await services.store.db
    .selectFrom('grant_entry')
    .select('id')
    .where('principal', '=', caller.id)
    .where('role', 'in', [...roles])
    .where('project', 'in', [caller.project, EVERYWHERE])
    .executeTakeFirst();
  return granted !== undefined;
}

function select({ services, caller }: OperationContext) {
  return services.store.db
    .selectFrom('approval as a')
    .innerJoin('workflow_run as r', 'r.id', 'a.run')
    .selectAll('a')
    .select('r.name as workflow')
    .where('a.project', '=', caller.project);
}

async function readApproval(context: OperationContext, id: string): Promise<z.output<typeof Approval>> {
  const row = await select(context).where('a.id', '=', id).executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no approval ${id}.`);
  return toApproval(row, context);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toApproval(
  { project: _project, roles, ...row }: Row,
  context: OperationContext,
): z.output<typeof Approval> {
  return { ...row, roles: JSON.parse(roles), url: approvalUrl(context, row.id) };
}

/** People follow it from elsewhere, too: the public address counts before that of the browser's page. */
export function approvalUrl({ services, from }: OperationContext, id: string): string {
  const base = services.configuration?.config.publicUrl ?? from.home ?? '';
  return `${base.replace(/\/$/, '')}/approvals/${encodeURIComponent(id)}`;
}
