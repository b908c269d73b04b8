import type * as z from 'zod';
import { toToken } from '../access/tokens.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Permission } from '../model/permission.ts';
import type { WriteContext } from '../store/store.ts';
import type { OperationOrder } from '../workflows/workflows.ts';
import { OPERATIONS } from './all.ts';
import { EffectDone, type Input, invoke, may } from './invoke.ts';
import type { AnyOperation, Caller } from './operation.ts';
import type { Services } from './services.ts';

/** Whether a workflow may do it: nothing about the caller's own account, nothing that needs a person or gives bytes. */
export function isForSteps(operation: AnyOperation): boolean {
  return (
    operation.permission !== 'public' &&
    operation.permission !== 'self' &&
    // What waits for people is not decided by what waits.
    operation.permission !== 'approval:decide' &&
    !operation.sensitive &&
    !operation.shownOnce &&
    !operation.download &&
    !operation.upload
  );
}

export function operationForSteps(id: string): AnyOperation | undefined {
  const operation = (OPERATIONS as readonly AnyOperation[]).find((one) => one.id === id);
  return operation && isForSteps(operation) ? operation : undefined;
}

/** Does the operation of a step as the one who started the run, with what that one may do now. */
export async function runOperationStep(services: Services, order: OperationOrder): Promise<unknown> {
  const operation = operationForSteps(order.operation);
  if (!operation)
    throw new SentinelError('not-found', `There is no operation ${order.operation} for workflows.`);
  const before = await effectOf(services, order.key);
  if (before) return before.answer;
  const caller = await callerOf(services, order);
  const from = { address: '', agent: `workflow ${order.run}`, request: order.key };
  try {
    const effect = { key: order.key, stillWanted: (write: WriteContext) => stillClaimed(write, order) };
    return await invoke(operation, { services, caller, from, effect }, () =>
      inputOf(operation, order.params),
    );
  } catch (error) {
    if (error instanceof EffectDone) return (await effectOf(services, order.key))?.answer;
    throw error;
  }
}

/** A step that timed out, or was taken by another process, changes nothing any more: its next attempt has another key. */
async function stillClaimed({ tx }: WriteContext, { claim, run }: OperationOrder): Promise<void> {
  if (!claim) return;
  // Written and not only read: on PostgreSQL the row is then locked until this is stored.
  const { numUpdatedRows } = await tx
    .updateTable('workflow_step')
    .set({ fence: claim.fence })
    .where('run', '=', run)
    .where('name', '=', claim.step)
    .where('item', '=', claim.item)
    .where('fence', '=', claim.fence)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    throw new SentinelError(
      'not-possible-now',
      'The step was ended before its operation had changed anything.',
    );
}

/** What an earlier try of this attempt had done: to do it again could fail because of that (it is there already, or gone). */
async function effectOf({ store }: Services, key: string): Promise<{ answer: unknown } | undefined> {
  const row = await store.db
    .selectFrom('workflow_effect')
    .select('result')
    .where('key', '=', key)
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.result !== null) return { answer: JSON.parse(row.result) };
  return { answer: { done: true, answer: 'unknown: the process ended before it was stored' } };
}

/** Whether the one for whom a step's task would run may still start runs. */
export async function mayRunTasks(services: Services, who: Who): Promise<boolean> {
  return may(await callerOf(services, who), 'run:create');
}

type Who = Pick<OperationOrder, 'principal' | 'token' | 'project'>;

export async function callerOf(services: Services, order: Who): Promise<Caller> {
  const { principal, project } = order;
  const base = { id: principal, name: principal, project, verified: Number.POSITIVE_INFINITY };
  if (principal.startsWith('local:'))
    return { ...base, local: true, permissions: 'all', via: { kind: 'local', id: null } };
  const account = await services.accounts.get(principal);
  if (account.disabled)
    throw new SentinelError('forbidden', `The account ${principal}, for which this runs, is locked.`);
  const permissions = await services.grants.permissionsIn(principal, project);
  if (order.token === null)
    return { ...base, name: account.name, local: false, permissions, via: { kind: 'session', id: null } };
  return {
    ...base,
    name: account.name,
    local: false,
    permissions: await ofToken(services, order.token, permissions),
    via: { kind: 'token', id: order.token },
    onlyProject: project,
  };
}

async function ofToken(
  services: Services,
  id: string,
  permissions: ReadonlySet<Permission>,
): Promise<ReadonlySet<Permission>> {
  const row = await services.store.db.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.revoked !== null || (row.expires !== null && row.expires < Date.now()))
    throw new SentinelError('forbidden', 'The token with which this was started is revoked or expired.');
  const held = toToken(row).permissions;
  return held === null ? permissions : new Set(held.filter((name) => permissions.has(name)));
}

/** One flat object becomes path, query and body: by the names that each of them has. */
function inputOf(
  operation: AnyOperation,
  params: Record<string, unknown>,
): Input<z.ZodType, z.ZodType, z.ZodType> {
  const parts = {
    path: {} as Record<string, unknown>,
    query: {} as Record<string, unknown>,
    body: {} as Record<string, unknown>,
  };
  for (const [name, value] of Object.entries(params)) {
    if (Object.hasOwn(operation.pathParams.shape, name)) parts.path[name] = value;
    else if (Object.hasOwn(operation.query.shape, name)) parts.query[name] = value;
    else parts.body[name] = value;
  }
  const takesBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  if (!takesBody && Object.keys(parts.body).length > 0)
    throw new SentinelError(
      'invalid-parameter',
      `${operation.id} has no parameter ${Object.keys(parts.body)[0]}.`,
    );
  return {
    path: read(operation.pathParams, parts.path),
    query: read(operation.query, parts.query),
    body:
      takesBody && Object.keys(parts.body).length > 0
        ? read(operation.body, parts.body)
        : read(operation.body, undefined),
  };
}

function read(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const words = result.error.issues.map((issue) => `${issue.path.join('.') || '(all)'}: ${issue.message}`);
  throw new SentinelError('invalid-parameter', words.slice(0, 5).join('; '));
}
