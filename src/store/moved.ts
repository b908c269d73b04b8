import type { Kysely, Transaction } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Database } from './schema.ts';

/** Key in `meta` of an embedded store that was copied to PostgreSQL and left. */
export const MOVED = 'moved';

export async function movedTo(
  db: Kysely<Database> | Transaction<Database>,
): Promise<{ to: string; at: number } | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', MOVED).executeTakeFirst();
  return row && (JSON.parse(row.value) as { to: string; at: number });
}

/** Going on with the old copy would make two instances that know nothing of each other. */
export async function refuseMoved(tx: Transaction<Database>): Promise<void> {
  const mark = await movedTo(tx);
  if (!mark) return;
  throw new SentinelError(
    'store-moved',
    `This instance was promoted to ${mark.to} on ${new Date(mark.at).toISOString().slice(0, 16).replace('T', ' ')}.`,
  );
}
