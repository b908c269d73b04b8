import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { type AccessCache, accessChanged } from './access-version.ts';
import { type Account, toAccount } from './accounts.ts';
import { INSTANCE } from './audit.ts';
import { digest, randomText } from './digest.ts';
import { hasShown } from './second-factor-rule.ts';

export interface Session {
  /** SHA-256 of the cookie's value: names the session, opens nothing. */
  id: string;
  user: string;
  created: number;
  seen: number;
  expires: number;
  address: string;
  agent: string;
  method: string;
  verified: number;
}

export interface SessionLimits {
  /** Whatever happens, a session ends after this time. */
  absoluteMs: number;
  /** A session that nobody used for this time has ended. */
  idleMs: number;
}

export const SESSION_LIMITS: SessionLimits = { absoluteMs: 12 * 3600_000, idleMs: 2 * 3600_000 };
/** How often a session that is in use is marked as such: each time costs a transaction. */
const TOUCH_MS = 60_000;

export type Sessions = ReturnType<typeof openSessions>;

export function openSessions(store: Store, cache: AccessCache, limits: SessionLimits = SESSION_LIMITS) {
  /** Last use by this process, ahead of the store. */
  const seen = new Map<string, number>();

  /** In the transaction of the sign-in. Returns the value for the cookie; a session that the browser had before ends. */
  async function open(
    context: WriteContext,
    user: string,
    from: { address: string; agent: string; method: string; before?: string | undefined },
  ): Promise<string> {
    const { tx, emit } = context;
    const value = randomText();
    const now = Date.now();
    await tx
      .deleteFrom('session')
      .where((e) => e.or([e('expires', '<', now), e('seen', '<', now - limits.idleMs)]))
      .execute();
    if (from.before !== undefined) {
      await tx.deleteFrom('session').where('id', '=', digest(from.before)).execute();
      await accessChanged(context);
    }
    await tx
      .insertInto('session')
      .values({
        id: digest(value),
        user,
        created: now,
        seen: now,
        expires: now + limits.absoluteMs,
        address: from.address,
        agent: visibleText(from.agent).slice(0, 300),
        method: from.method,
        verified: now,
      })
      .execute();
    emit({ type: 'session.created', project: INSTANCE, actor: user, subject: user, data: { user } });
    return value;
  }

  /** Whose cookie it is; undefined when the session has ended, or the account is locked. */
  async function find(value: string): Promise<{ session: Session; account: Account } | undefined> {
    const id = digest(value);
    const found = await cache.get(`session:${id}`, async () => {
      const session = await store.db
        .selectFrom('session')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      if (!session) return undefined;
      const user = await store.db
        .selectFrom('user_account')
        .selectAll()
        .where('id', '=', session.user)
        .where('disabled', '=', 0)
        .executeTakeFirst();
      return user && { session, account: toAccount(user) };
    });
    if (!found) return undefined;
    const now = Date.now();
    const last = Math.max(found.session.seen, seen.get(id) ?? 0);
    if (found.session.expires <= now || last <= now - limits.idleMs) return undefined;
    if (now - last > TOUCH_MS) {
      if (seen.size > 10_000) seen.clear();
      seen.set(id, now);
      await store.write({ lane: 'interactive' }, ({ tx }) =>
        tx.updateTable('session').set({ seen: now }).where('id', '=', id).execute(),
      );
    }
    return found;
  }

  function list(user: string): Promise<Session[]> {
    const now = Date.now();
    return store.db
      .selectFrom('session')
      .selectAll()
      .where('user', '=', user)
      .where('expires', '>', now)
      .where('seen', '>', now - limits.idleMs)
      .orderBy('created', 'desc')
      .orderBy('id')
      .execute();
  }

  /** Ends one session; of the named account only, when one is named. */
  async function end(context: WriteContext, id: string, user?: string): Promise<void> {
    const { tx, emit } = context;
    let query = tx.selectFrom('session').select(['id', 'user']).where('id', '=', id);
    if (user !== undefined) query = query.where('user', '=', user);
    const row = await query.executeTakeFirst();
    if (!row) throw new SentinelError('not-found', 'There is no such session.');
    await tx.deleteFrom('session').where('id', '=', id).execute();
    await accessChanged(context);
    emit({
      type: 'session.ended',
      project: INSTANCE,
      actor: row.user,
      subject: row.user,
      data: { user: row.user },
    });
  }

  /** Ends all sessions of an account, but for one that is named, and sign-ins that are under way. Returns how many sessions there were. */
  async function endAll(context: WriteContext, user: string, except?: string): Promise<number> {
    await context.tx.deleteFrom('challenge').where('user', '=', user).execute();
    let query = context.tx.deleteFrom('session').where('user', '=', user);
    if (except !== undefined) query = query.where('id', '!=', except);
    const result = await query.executeTakeFirst();
    await accessChanged(context);
    return Number(result.numDeletedRows);
  }

  /** The person has just proved again who they are, maybe with a second factor. Returns when. */
  async function verify(context: WriteContext, id: string, factor?: string): Promise<number> {
    const verified = Date.now();
    const row = await context.tx
      .selectFrom('session')
      .select('method')
      .where('id', '=', id)
      .where('expires', '>', verified)
      .executeTakeFirst();
    if (!row) throw new SentinelError('unauthenticated', 'The session has ended.');
    const method = factor === undefined || hasShown(row.method) ? row.method : `${row.method}+${factor}`;
    await context.tx.updateTable('session').set({ verified, method }).where('id', '=', id).execute();
    await accessChanged(context);
    return verified;
  }

  return { limits, open, find, list, end, endAll, verify };
}
