import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { EVERYWHERE } from '../model/permission.ts';
import type { WriteContext } from '../store/store.ts';
import { accessChanged } from './access-version.ts';
import { type Account, type Accounts, toAccount } from './accounts.ts';
import { randomText } from './digest.ts';
import { type Grants, requireRole } from './grants.ts';
import type { Identity, OidcProvider } from './oidc.ts';

interface Wanted {
  role: string;
  project: string;
}

/** The account that belongs to this identity, by issuer and subject and nothing else: an e-mail address proves nothing. */
export async function accountOf(
  { tx }: Pick<WriteContext, 'tx'>,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
): Promise<Account | undefined> {
  const row = await tx
    .selectFrom('oidc_identity as i')
    .innerJoin('user_account as u', 'u.id', 'i.user')
    .selectAll('u')
    .where('i.issuer', '=', issuer)
    .where('i.subject', '=', subject)
    .executeTakeFirst();
  return row && toAccount(row);
}

/** In the transaction of the sign-in: a new identity gets an account of its own, where the provider may make some. */
export async function accountFor(
  context: WriteContext,
  accounts: Accounts,
  { identity, provider }: { identity: Identity; provider: OidcProvider },
): Promise<Account> {
  const known = await accountOf(context, identity);
  if (known?.disabled) throw new SentinelError('account-locked', 'Your account is locked.');
  if (known) return known;
  if (!provider.createAccounts)
    throw new SentinelError('sso-no-account', `You have no account here that belongs to ${provider.name}.`);
  const account = await accounts.create(
    context,
    {
      login: await freeLogin(context, identity.login),
      name: identity.name.slice(0, 100),
      email: identity.email,
      hash: '',
    },
    `oidc:${provider.id}`,
  );
  await link(context, account.id, identity);
  return account;
}

export async function link(
  { tx }: Pick<WriteContext, 'tx'>,
  user: string,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
): Promise<void> {
  await tx.insertInto('oidc_identity').values({ issuer, subject, user, created: Date.now() }).execute();
}

/** The roles that the groups stand for. Throws `sso-misconfigured` for a role or project that does not exist. */
export async function rolesOf(grants: Grants, provider: OidcProvider, groups: string[]): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const group of new Set(groups)) {
    const to = Object.hasOwn(provider.groups, group) ? provider.groups[group] : undefined;
    if (!to) continue;
    await requireRole(grants, to.role).catch((cause: unknown) => {
      throw misconfigured(group, `role ${to.role}`, cause);
    });
    const project =
      to.project === undefined
        ? EVERYWHERE
        : (await grants.projects()).find((one) => one.id === to.project || one.slug === to.project)?.id;
    if (project === undefined) throw misconfigured(group, `project ${to.project}`);
    wanted.push({ role: to.role, project });
  }
  return wanted;
}

/** Grants of source `oidc` are from now on those that the groups give; those that somebody made by hand stay. */
export async function applyRoles(
  context: WriteContext,
  user: string,
  wanted: readonly Wanted[],
): Promise<void> {
  const { tx } = context;
  const now = Date.now();
  const held = await tx.selectFrom('grant_entry').selectAll().where('principal', '=', user).execute();
  const same = (a: Wanted, b: Wanted) => a.role === b.role && a.project === b.project;
  const ended = held.filter((row) => row.source === 'oidc' && !wanted.some((one) => same(one, row)));
  const missing = wanted.filter(
    (one, index) =>
      !held.some((row) => same(one, row)) && wanted.findIndex((other) => same(other, one)) === index,
  );
  for (const { id } of ended) await tx.deleteFrom('grant_entry').where('id', '=', id).execute();
  for (const { role, project } of missing)
    await tx
      .insertInto('grant_entry')
      .values({
        id: newId('grt'),
        principal: user,
        role,
        project,
        source: 'oidc',
        created: now,
        actor: 'oidc',
      })
      .execute();
  if (ended.length + missing.length > 0) await accessChanged(context);
}

/** A name that is taken belongs to somebody else, whatever the provider says: ours gets an addition. */
async function freeLogin({ tx }: Pick<WriteContext, 'tx'>, wanted: string): Promise<string> {
  const plain = wanted
    .replace(/[\s\p{C}]+/gu, '-')
    .toLowerCase()
    .slice(0, 90);
  const base = plain.length < 2 ? 'user' : plain;
  for (const login of [
    base,
    `${base}-${randomText(5)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '0')}`,
  ]) {
    const taken = await tx
      .selectFrom('user_account')
      .select('id')
      .where('login', '=', login)
      .executeTakeFirst();
    if (!taken) return login;
  }
  throw new SentinelError('already-exists', 'There is no free login for this account: try again.');
}

function misconfigured(group: string, what: string, cause?: unknown): SentinelError {
  return new SentinelError(
    'sso-misconfigured',
    `The group '${group}' stands for the ${what}, which does not exist.`,
    { cause },
  );
}
