import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Sealed } from '../keyring.ts';
import { packSealed, totpContext, unpackSealed } from '../sealed-text.ts';
import { contextOf } from '../secret-store.ts';

type Db = Kysely<Database> | Transaction<Database>;

export interface SealedRow {
  id: string;
  context: string;
  sealed: Sealed;
  store(tx: Transaction<Database>, sealed: Sealed): Promise<unknown>;
}

interface SealedTable {
  /** Of the rows behind `after`, in the order of their ids. */
  rows(db: Db, after: string, limit: number): Promise<SealedRow[]>;
  count(db: Db): Promise<number>;
  /** Ids of the keys that something is sealed with. */
  keys(db: Db): Promise<string[]>;
}

/** Everything that is sealed, table by table; a new table that holds sealed values gets its entry here. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    rows: async (db, after, limit) =>
      (
        await db.selectFrom('secret').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute()
      ).map((row) => ({
        id: row.id,
        context: contextOf(row),
        sealed: { key: row.key, nonce: row.nonce, data: row.data, tag: row.tag },
        store: (tx, sealed) => tx.updateTable('secret').set(sealed).where('id', '=', row.id).execute(),
      })),
    count: async (db) =>
      countOf(
        await db
          .selectFrom('secret')
          .select((e) => e.fn.countAll().as('n'))
          .execute(),
      ),
    keys: async (db) =>
      (await db.selectFrom('secret').select('key').distinct().execute()).map(({ key }) => key),
  },
  {
    rows: async (db, after, limit) =>
      (
        await db
          .selectFrom('totp')
          .selectAll()
          .where('user', '>', after)
          .orderBy('user')
          .limit(limit)
          .execute()
      ).map((row) => ({
        id: row.user,
        context: totpContext(row.user),
        sealed: unpackSealed(row.secret),
        store: (tx, sealed) =>
          tx
            .updateTable('totp')
            .set({ secret: packSealed(sealed) })
            .where('user', '=', row.user)
            .execute(),
      })),
    count: async (db) =>
      countOf(
        await db
          .selectFrom('totp')
          .select((e) => e.fn.countAll().as('n'))
          .execute(),
      ),
    keys: async (db) => {
      // `v1.<key>.…`, with keys of 16 digits: to read each row here would hold up whoever writes meanwhile.
      const { rows } = await sql<{
        key: string;
      }>`select distinct substr(secret, 4, 16) as key from totp`.execute(db);
      return rows.map(({ key }) => key);
    },
  },
];

export async function sealedCount(db: Db): Promise<number> {
  const counts = await Promise.all(SEALED_TABLES.map((table) => table.count(db)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Another process may have changed the keys once more meanwhile: what counts is what stands in the rows now. */
export async function keysInUse(db: Db): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const table of SEALED_TABLES) for (const key of await table.keys(db)) used.add(key);
  return used;
}

function countOf(rows: readonly { n: unknown }[]): number {
  return Number(rows[0]?.n ?? 0);
}
