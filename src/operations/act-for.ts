import { SentinelError } from '../lib/errors.ts';
import { requireAll, requireAuthorityOver } from './authority.ts';
import { createMayRun } from './may-run.ts';
import type { OperationContext } from './operation.ts';

/**
 * What starts by itself runs as somebody. Who makes it, changes what it does or lets it go on must be able to do whatever that one
 * may do in the project: a token that carries less than its owner may, too.
 */
export async function requireActFor(context: OperationContext, principal: string): Promise<void> {
  const { caller, services } = context;
  if (caller.permissions === 'all') return;
  if (principal.startsWith('local:'))
    throw new SentinelError(
      'forbidden',
      `Only the owner of the data folder lets something run as ${principal}.`,
    );
  await requireAuthorityOver(context, principal);
  const held = await services.grants.permissionsIn(principal, caller.project);
  await requireAll(context, held, caller.project, `${principal}, as whom it runs, has`);
}

/** As whom something new runs: the caller, or one for whom the caller may act. It must be able to run workflows. */
export async function principalFor(context: OperationContext, named: string | undefined): Promise<string> {
  const { caller, services } = context;
  const principal = named ?? caller.id;
  if (principal.startsWith('local:') && principal !== caller.id)
    throw new SentinelError('invalid-parameter', 'principal: expects the id of an account.', {
      fields: [{ field: 'principal', message: 'expects the id of an account', example: 'svc_…' }],
    });
  if (!principal.startsWith('local:')) await services.accounts.get(principal);
  await requireActFor(context, principal);
  const reason = await createMayRun(services)(principal, caller.project);
  if (reason !== null) throw new SentinelError('forbidden', reason);
  return principal;
}
