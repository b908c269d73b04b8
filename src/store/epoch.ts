import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

const OPEN = 'open:';

/**
 * The epoch of the event log. A machine that went down while a store was open may have lost its last commits
 * (synchronous NORMAL), so that a cursor could name events that never were: then the epoch changes. Every open store has a
 * mark of its own, since one process that closes says nothing about the others. A killed process leaves its mark; the next
 * boot then renews the epoch without need, which costs readers one reported gap.
 */
export async function enterEpoch(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  opening: string,
): Promise<string> {
  const known = await tx.selectFrom('meta').select('value').where('key', '=', 'epoch').executeTakeFirst();
  const lost = dialect === 'sqlite' && (await sawPowerLoss(tx));
  const epoch = known === undefined || lost ? randomBytes(4).toString('hex') : known.value;
  await setMeta(tx, 'epoch', epoch);
  // PostgreSQL does not lose what it has acknowledged.
  if (dialect === 'sqlite') await setMeta(tx, `${OPEN}${opening}`, bootId());
  return epoch;
}

/** Must be committed durably: it says that nothing of this store can be lost any more. */
export async function leaveEpoch(tx: Transaction<Database>, opening: string): Promise<void> {
  await tx.deleteFrom('meta').where('key', '=', `${OPEN}${opening}`).execute();
}

async function sawPowerLoss(tx: Transaction<Database>): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('meta')
    .where('key', 'like', `${OPEN}%`)
    .where('value', '!=', bootId())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

async function setMeta(tx: Transaction<Database>, key: string, value: string): Promise<void> {
  await tx
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Elsewhere a boot cannot be told from the one before, and an unclean end counts as a power loss.
    return `unknown-${process.pid}-${Math.round(performance.timeOrigin)}`;
  }
}
