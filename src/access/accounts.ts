import type { Selectable } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import { EVERYWHERE } from '../model/permission.ts';
import type { Database } from '../store/schema.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { accessChanged } from './access-version.ts';
import { INSTANCE } from './audit.ts';
import { randomText, sameText } from './digest.ts';
import { hashPassword, passwordProblem } from './passwords.ts';

export type AccountRow = Selectable<Database['user_account']>;

export interface Account {
  id: string;
  login: string;
  name: string;
  email: string;
  kind: 'person' | 'service';
  disabled: boolean;
  mustChangePassword: boolean;
  hasPassword: boolean;
  created: number;
}

export interface NewAccount {
  login: string;
  name: string;
  email?: string | undefined;
  kind?: 'person' | 'service';
  /** Absent: no sign-in with a password. */
  password?: string | undefined;
  mustChange?: boolean;
  /** Granted everywhere. */
  role?: string | undefined;
}

export type Accounts = ReturnType<typeof openAccounts>;

/** People and service accounts. The first account is made with a token that the start printed. */
export function openAccounts(store: Store) {
  const setupToken = randomText(24);
  let claimed = false;

  async function setupNeeded(): Promise<boolean> {
    if (claimed) return false;
    claimed = (await anyPerson(store.db)) !== undefined;
    return !claimed;
  }

  /** Throws `setup-done` or `wrong-setup-token`. */
  async function checkSetup(token: string): Promise<void> {
    if (!(await setupNeeded())) throw new SentinelError('setup-done', 'The first account exists already.');
    if (!sameText(token, setupToken))
      throw new SentinelError(
        'wrong-setup-token',
        'The setup token is wrong or belongs to an earlier start.',
      );
  }

  /** In the transaction of the first account: nobody was faster. */
  async function refuseSecondSetup({ tx }: WriteContext): Promise<void> {
    if (await anyPerson(tx)) throw new SentinelError('setup-done', 'The first account exists already.');
  }

  /** Hashing takes a while and happens before the transaction: `prepare`, then `create` in it. */
  async function prepare(input: NewAccount): Promise<NewAccount & { hash: string }> {
    if (input.password === undefined) return { ...input, hash: '' };
    const words = [input.login, input.name, input.email ?? ''];
    return { ...input, hash: await checkedHash(input.password, words) };
  }

  async function create(
    context: WriteContext,
    input: NewAccount & { hash: string },
    actor: string,
  ): Promise<Account> {
    const { tx, emit } = context;
    const kind = input.kind ?? 'person';
    const login = input.login.trim().toLowerCase();
    const taken = await tx
      .selectFrom('user_account')
      .select('id')
      .where('login', '=', login)
      .executeTakeFirst();
    if (taken)
      throw new SentinelError('already-exists', `There is an account '${login}' already.`, {
        fields: [{ field: 'login', message: 'is taken' }],
      });
    const now = Date.now();
    const row = {
      id: newId(kind === 'person' ? 'usr' : 'svc'),
      login,
      name: visibleText(input.name.trim()),
      email: visibleText((input.email ?? '').trim()),
      password: input.hash,
      role: '',
      kind,
      created: now,
      updated: now,
      disabled: 0,
      must_change: input.mustChange ? 1 : 0,
    };
    await tx.insertInto('user_account').values(row).execute();
    if (input.role !== undefined)
      await tx
        .insertInto('grant_entry')
        .values({
          id: newId('grt'),
          principal: row.id,
          role: input.role,
          project: EVERYWHERE,
          source: 'manual',
          created: now,
          actor,
        })
        .execute();
    await accessChanged(context);
    emit({
      type: 'user.created',
      project: INSTANCE,
      actor: actor === '' ? row.id : actor,
      subject: row.id,
      data: { user: row.id, name: login },
    });
    if (kind === 'person') claimed = true;
    return toAccount(row);
  }

  async function get(id: string): Promise<Account> {
    const row = await store.db.selectFrom('user_account').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no account ${id}.`);
    return toAccount(row);
  }

  return { setupToken, setupNeeded, checkSetup, refuseSecondSetup, prepare, create, get };
}

/**
 * The stored form of a new password; throws `invalid-parameter` when it is too weak. `words` are the login, and what else one
 * would try who knows the account.
 */
export async function checkedHash(password: string, words: string | readonly string[]): Promise<string> {
  const problem = await passwordProblem(password, typeof words === 'string' ? [words] : words);
  if (problem)
    throw new SentinelError('invalid-parameter', `password: ${problem}.`, {
      fields: [{ field: 'password', message: problem }],
    });
  return hashPassword(password);
}

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    email: row.email,
    kind: row.kind === 'service' ? 'service' : 'person',
    disabled: row.disabled !== 0,
    mustChangePassword: row.must_change !== 0,
    hasPassword: row.password !== '',
    created: row.created,
  };
}

function anyPerson(db: Store['db'] | WriteContext['tx']): Promise<{ id: string } | undefined> {
  return db.selectFrom('user_account').select('id').where('kind', '=', 'person').limit(1).executeTakeFirst();
}
