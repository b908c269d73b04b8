import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Store } from '../store/store.ts';
import { hashPassword, passwordProblem, verifyPassword } from './passwords.ts';

export interface Account {
  id: string;
  login: string;
  name: string;
  role: string;
}

const SESSION_MS = 12 * 3600_000;
const IDLE_MS = 2 * 3600_000;
const TOUCH_MS = 60_000;
/** After this many failures each further one doubles the wait. */
const FREE_ATTEMPTS = 5;
const MAX_WAIT_MS = 15 * 60_000;

export type Accounts = ReturnType<typeof openAccounts>;

/** First account, sign-in and sessions. Cookies and tokens are stored as SHA-256 only. */
export function openAccounts(store: Store) {
  const setupToken = randomBytes(24).toString('base64url');
  const failures = new Map<string, { count: number; until: number }>();
  let claimed = false;

  async function setupNeeded(): Promise<boolean> {
    if (claimed) return false;
    const user = await store.db.selectFrom('user_account').select('id').limit(1).executeTakeFirst();
    claimed = user !== undefined;
    return !claimed;
  }

  async function setup(input: {
    token: string;
    login: string;
    name: string;
    password: string;
  }): Promise<Account> {
    if (!(await setupNeeded())) throw new SentinelError('setup-done', 'The first account exists already.');
    if (!sameText(input.token, setupToken))
      throw new SentinelError(
        'wrong-setup-token',
        'The setup token is wrong or belongs to an earlier start.',
      );
    const problem = passwordProblem(input.password, input.login);
    if (problem)
      throw new SentinelError('invalid-parameter', `password: ${problem}.`, {
        fields: [{ field: 'password', message: problem }],
      });
    const password = await hashPassword(input.password);
    const account = {
      id: newId('usr'),
      login: input.login.toLowerCase(),
      name: visibleText(input.name),
      role: 'admin',
    };
    await store.write({ lane: 'interactive', durable: true }, async ({ tx, emit }) => {
      if (await tx.selectFrom('user_account').select('id').limit(1).executeTakeFirst())
        throw new SentinelError('setup-done', 'The first account exists already.');
      await tx
        .insertInto('user_account')
        .values({ ...account, password, created: Date.now(), disabled: 0 })
        .execute();
      emit({
        type: 'user.created',
        project: 'prj_default',
        actor: account.id,
        subject: account.id,
        data: { user: account.id, name: account.login },
      });
    });
    claimed = true;
    return account;
  }

  async function signIn(login: string, password: string, address: string): Promise<Account> {
    const name = login.toLowerCase();
    const keys = [`login:${name}`, `address:${address}`];
    for (const key of keys) {
      const wait = (failures.get(key)?.until ?? 0) - Date.now();
      if (wait > 0)
        throw new SentinelError(
          'too-many-attempts',
          `Too many attempts: try again in ${Math.ceil(wait / 1000)} s.`,
        );
    }
    const user = await store.db
      .selectFrom('user_account')
      .selectAll()
      .where('login', '=', name)
      .where('disabled', '=', 0)
      .executeTakeFirst();
    // A missing account costs as much time as a wrong password.
    const good = await verifyPassword(password, user?.password ?? (await dummyHash()));
    if (!user || !good) {
      for (const key of keys) fail(key);
      await store.write({ lane: 'interactive' }, async ({ emit }) =>
        emit({
          type: 'session.refused',
          project: 'prj_default',
          actor: 'anonymous',
          subject: user?.id ?? 'unknown',
          data: { name: visibleText(name).slice(0, 100) },
        }),
      );
      throw new SentinelError('wrong-credentials', 'Name or password is wrong.');
    }
    for (const key of keys) failures.delete(key);
    return { id: user.id, login: user.login, name: user.name, role: user.role };
  }

  function fail(key: string): void {
    if (failures.size > 10_000) failures.clear();
    const count = (failures.get(key)?.count ?? 0) + 1;
    const wait = count <= FREE_ATTEMPTS ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (count - FREE_ATTEMPTS));
    failures.set(key, { count, until: Date.now() + wait });
  }

  /** Returns the value for the cookie. */
  async function openSession(user: string, from: { address: string; agent: string }): Promise<string> {
    const value = randomBytes(32).toString('base64url');
    const now = Date.now();
    await store.write({ lane: 'interactive' }, async ({ tx, emit }) => {
      await tx.deleteFrom('session').where('expires', '<', now).execute();
      await tx
        .insertInto('session')
        .values({
          id: digest(value),
          user,
          created: now,
          seen: now,
          expires: now + SESSION_MS,
          address: from.address,
          agent: visibleText(from.agent).slice(0, 300),
        })
        .execute();
      emit({ type: 'session.created', project: 'prj_default', actor: user, subject: user, data: { user } });
    });
    return value;
  }

  async function sessionUser(value: string): Promise<Account | undefined> {
    const id = digest(value);
    const now = Date.now();
    const row = await store.db
      .selectFrom('session as s')
      .innerJoin('user_account as u', 'u.id', 's.user')
      .select(['u.id', 'u.login', 'u.name', 'u.role', 's.seen'])
      .where('s.id', '=', id)
      .where('s.expires', '>', now)
      .where('s.seen', '>', now - IDLE_MS)
      .where('u.disabled', '=', 0)
      .executeTakeFirst();
    if (!row) return undefined;
    if (now - row.seen > TOUCH_MS)
      await store.write({ lane: 'interactive' }, ({ tx }) =>
        tx.updateTable('session').set({ seen: now }).where('id', '=', id).execute(),
      );
    return { id: row.id, login: row.login, name: row.name, role: row.role };
  }

  async function endSession(value: string): Promise<void> {
    await store.write({ lane: 'interactive' }, async ({ tx, emit }) => {
      const row = await tx
        .selectFrom('session')
        .select('user')
        .where('id', '=', digest(value))
        .executeTakeFirst();
      if (!row) return;
      await tx.deleteFrom('session').where('id', '=', digest(value)).execute();
      emit({
        type: 'session.ended',
        project: 'prj_default',
        actor: row.user,
        subject: row.user,
        data: { user: row.user },
      });
    });
  }

  return { setupToken, setupNeeded, setup, signIn, openSession, sessionUser, endSession };
}

/** Made at the first need, not on import. */
let dummy: Promise<string> | undefined;

function dummyHash(): Promise<string> {
  dummy ??= hashPassword(randomBytes(16).toString('hex'));
  return dummy;
}

export function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)));
}
