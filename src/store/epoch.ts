import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { bootMark, sameBoot } from './boot.ts';
import type { Database } from './schema.ts';

const OPEN = 'open:';

/** What the epoch depends on besides the database itself. */
export type Ground =
  /** The id of this opening of the file. */
  | { opening: string }
  /** Names server, timeline and database; null when the server keeps that from its users. */
  | { server: string | null };

/**
 * The epoch of the event log: it changes when a cursor could name events that never were or that are others now.
 *
 * SQLite: a machine that went down while a store was open may have lost its last commits (synchronous NORMAL). Every open
 * store has a mark of its own, since one process that closes says nothing about the others. A killed process leaves its mark;
 * the next boot then renews the epoch without need, which costs readers one reported gap.
 *
 * PostgreSQL does not lose what it has acknowledged, but a restored dump is on another server or in another database, and a
 * promoted standby (which may lack the last commits) is on another timeline.
 */
export async function enterEpoch(tx: Transaction<Database>, ground: Ground): Promise<string> {
  const known = await getMeta(tx, 'epoch');
  const lost = 'opening' in ground ? await sawPowerLoss(tx) : await sawOtherServer(tx, ground.server);
  const epoch = known === undefined || lost ? randomBytes(4).toString('hex') : known;
  await setMeta(tx, 'epoch', epoch);
  if ('opening' in ground) await setMeta(tx, `${OPEN}${ground.opening}`, bootMark());
  else if (ground.server !== null) await setMeta(tx, 'server', ground.server);
  return epoch;
}

/** Must be committed durably: it says that nothing of this store can be lost any more. */
export async function leaveEpoch(tx: Transaction<Database>, opening: string): Promise<void> {
  await tx.deleteFrom('meta').where('key', '=', `${OPEN}${opening}`).execute();
}

async function sawPowerLoss(tx: Transaction<Database>): Promise<boolean> {
  const marks = await tx.selectFrom('meta').selectAll().where('key', 'like', `${OPEN}%`).execute();
  const now = bootMark();
  const earlier = marks.filter((mark) => !sameBoot(mark.value, now)).map((mark) => mark.key);
  if (earlier.length === 0) return false;
  await tx.deleteFrom('meta').where('key', 'in', earlier).execute();
  return true;
}

async function sawOtherServer(tx: Transaction<Database>, server: string | null): Promise<boolean> {
  const known = await getMeta(tx, 'server');
  return known !== undefined && server !== null && known !== server;
}

async function getMeta(tx: Transaction<Database>, key: string): Promise<string | undefined> {
  const row = await tx.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

async function setMeta(tx: Transaction<Database>, key: string, value: string): Promise<void> {
  await tx
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
