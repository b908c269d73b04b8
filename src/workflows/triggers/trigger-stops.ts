import type { Transaction } from 'kysely';
import type { Database } from '../../store/schema.ts';

/** Beside the nonces of webhooks, which are hashes: what a trigger has seen is one table. */
const STOP = 'stop:';

export async function noteStop(
  tx: Transaction<Database>,
  trigger: string,
  { about, now }: { about: string; now: number },
): Promise<void> {
  await tx
    .insertInto('webhook_seen')
    .values({ trigger, nonce: `${STOP}${about}`, seen: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function countStops(tx: Transaction<Database>, trigger: string): Promise<number> {
  const row = await tx
    .selectFrom('webhook_seen')
    .select((e) => e.fn.countAll().as('count'))
    .where('trigger', '=', trigger)
    .where('nonce', '>=', STOP)
    .where('nonce', '<', `${STOP}~`)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** They count from the last time that somebody resumed it. */
export async function forgetStops(tx: Transaction<Database>, trigger: string): Promise<void> {
  await tx
    .deleteFrom('webhook_seen')
    .where('trigger', '=', trigger)
    .where('nonce', '>=', STOP)
    .where('nonce', '<', `${STOP}~`)
    .execute();
}
