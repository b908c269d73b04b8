import { SentinelError } from '../lib/errors.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { digest, randomText } from './digest.ts';

/** What a ticket stands for. */
export type ChallengeKind =
  | 'second-factor'
  | 'passkey-sign-in'
  | 'passkey-proof'
  | 'passkey-new'
  | 'single-sign-on';

export interface Challenge {
  id: string;
  user: string | null;
  data: string;
}

/** Long enough to fetch a telephone. */
export const TICKET_MS = 5 * 60_000;
const MOST_TRIES = 5;

/** The store knows a ticket by this. */
export function challengeId(ticket: string): string {
  return digest(ticket);
}

export type Challenges = ReturnType<typeof openChallenges>;

/** Short-lived state between two requests. The holder of the ticket has the value, the store only its hash. */
export function openChallenges(store: Store) {
  /** Returns the ticket. */
  async function issue(
    { tx }: Pick<WriteContext, 'tx'>,
    kind: ChallengeKind,
    about: { user: string | null; data: unknown; lifeMs?: number },
  ): Promise<string> {
    const ticket = randomText();
    const now = Date.now();
    await tx.deleteFrom('challenge').where('expires', '<', now).execute();
    await tx
      .insertInto('challenge')
      .values({
        id: digest(ticket),
        kind,
        user: about.user,
        data: JSON.stringify({ tries: 0, ...(about.data as object) }),
        expires: now + (about.lifeMs ?? TICKET_MS),
      })
      .execute();
    return ticket;
  }

  /** Uses the ticket up: of two that come at once, one gets it. Throws `ticket-expired`. */
  async function take({ tx }: Pick<WriteContext, 'tx'>, kind: ChallengeKind, id: string): Promise<Challenge> {
    const row = await tx
      .deleteFrom('challenge')
      .where('id', '=', id)
      .where('kind', '=', kind)
      .where('expires', '>', Date.now())
      .returning(['id', 'user', 'data'])
      .executeTakeFirst();
    if (!row) throw expired();
    return row;
  }

  /** Counts one try of a ticket that allows five; the fifth uses it up. Its own transaction, so that a failure counts too. */
  async function spend(kind: ChallengeKind, id: string): Promise<Challenge> {
    return store.write({ lane: 'interactive' }, async ({ tx }) => {
      // An update that changes nothing: PostgreSQL makes tries at the same moment wait for each other here.
      const row = await tx
        .updateTable('challenge')
        .set({ kind })
        .where('id', '=', id)
        .where('kind', '=', kind)
        .where('expires', '>', Date.now())
        .returning(['id', 'user', 'data'])
        .executeTakeFirst();
      if (!row) throw expired();
      const data = JSON.parse(row.data) as { tries: number };
      const left = JSON.stringify({ ...data, tries: data.tries + 1 });
      if (data.tries + 1 < MOST_TRIES)
        await tx.updateTable('challenge').set({ data: left }).where('id', '=', id).execute();
      else await drop({ tx }, id);
      return row;
    });
  }

  /** Uses the ticket up, whatever comes of it; one of another account is unknown. */
  async function redeem(kind: ChallengeKind, ticket: string, user?: string): Promise<Challenge> {
    const row = await store.write({ lane: 'interactive' }, (write) => take(write, kind, digest(ticket)));
    if (user !== undefined && row.user !== user) throw expired();
    return row;
  }

  async function find(kind: ChallengeKind, ticket: string): Promise<Challenge> {
    const row = await store.db
      .selectFrom('challenge')
      .select(['id', 'user', 'data'])
      .where('id', '=', digest(ticket))
      .where('kind', '=', kind)
      .where('expires', '>', Date.now())
      .executeTakeFirst();
    if (!row) throw expired();
    return row;
  }

  async function drop({ tx }: Pick<WriteContext, 'tx'>, id: string): Promise<void> {
    await tx.deleteFrom('challenge').where('id', '=', id).execute();
  }

  /** All that is open for an account: its second factors have changed. */
  async function dropAll({ tx }: Pick<WriteContext, 'tx'>, user: string): Promise<void> {
    await tx.deleteFrom('challenge').where('user', '=', user).execute();
  }

  return { issue, redeem, spend, find, drop, dropAll };
}

function expired(): SentinelError {
  return new SentinelError('ticket-expired', 'The ticket is used, unknown or too old.');
}
