import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { MOVED, movedTo } from './moved.ts';
import { openPostgres } from './postgres/open.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';
import type { Store } from './store.ts';

export interface PromotedTable {
  name: string;
  rows: number;
  /** SHA-256 over all rows in the order of the primary key, the same on both sides. */
  checksum: string;
}

export interface PromoteOptions {
  dataDir: string;
  /** `postgres://…` of an empty database. */
  url: string;
  /** Whether that process is alive: nobody else may have the store open. */
  isAlive(pid: number, started: number): boolean;
  progress?(table: string, rows: number): void;
}

type Executor = Kysely<Database> | Transaction<Database>;
type Row = Record<string, unknown>;

const PAGE = 500;
/** Belongs to the database itself and is not copied. */
const NOT_COPIED = new Set(['migration', 'instances']);
const OWN_META = ['epoch', 'server', MOVED];

/**
 * Copies an embedded instance into an empty PostgreSQL database: one transaction there, inside of one here, so that nothing
 * changes meanwhile; every table is read back and compared before it counts. The embedded file stays as it was, with a mark
 * that it was left; `undoPromotion` takes the mark away.
 */
export async function promote(options: PromoteOptions): Promise<PromotedTable[]> {
  const source = await openSqlite(options.dataDir);
  try {
    const target = await openPostgres(options.url);
    try {
      return await source.write({ lane: 'bulk', durable: true }, async ({ tx }) => {
        await refuseInUse(tx, options);
        const tables = await target.write({ lane: 'bulk' }, ({ tx: to }) => copyAll(tx, to, target, options));
        await tx
          .insertInto('meta')
          .values({ key: MOVED, value: JSON.stringify({ to: placeOf(options.url), at: Date.now() }) })
          .execute();
        return tables;
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Takes back the mark, so that the embedded store is used again as it was. Returns where it had been copied to. */
export async function undoPromotion(dataDir: string): Promise<{ to: string; at: number }> {
  const store = await openSqlite(dataDir, { moved: 'allowed' });
  try {
    return await store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
      const mark = await movedTo(tx);
      if (!mark)
        throw new SentinelError(
          'not-possible-now',
          'This instance has not been promoted: there is nothing to undo.',
        );
      await tx.deleteFrom('meta').where('key', '=', MOVED).execute();
      return mark;
    });
  } finally {
    await store.close();
  }
}

async function refuseInUse(tx: Transaction<Database>, { isAlive }: PromoteOptions): Promise<void> {
  const others = await tx.selectFrom('instances').selectAll().execute();
  const living = others.find((row) => row.pid !== process.pid && isAlive(row.pid, row.started));
  if (living)
    throw new SentinelError(
      'in-use',
      `Process ${living.pid} (${living.role}) uses this data folder: stop it first.`,
    );
}

async function copyAll(
  from: Transaction<Database>,
  to: Transaction<Database>,
  target: Store,
  { progress }: PromoteOptions,
): Promise<PromotedTable[]> {
  const tables = (await tablesOf(from)).filter((table) => !NOT_COPIED.has(table.name));
  await makeRoom(to, tables);
  const copied: PromotedTable[] = [];
  for (const table of tables) {
    const hash = createHash('sha256');
    let rows = 0;
    for await (const page of pages(from, table)) {
      await insert(to, table, page);
      addTo(hash, table, page);
      rows += page.length;
      progress?.(table.name, rows);
    }
    const checksum = hash.digest('hex');
    const there = await fingerprint(to, table);
    if (there.rows !== rows || there.checksum !== checksum)
      throw new SentinelError(
        'store-broken',
        `The copy of ${table.name} differs (${rows} rows here, ${there.rows} there). Nothing was changed.`,
      );
    copied.push({ name: table.name, rows, checksum });
  }
  await sql`select setval(pg_get_serial_sequence('event', 'seq'), greatest(1, (select coalesce(max(seq), 1) from event)))`.execute(
    to,
  );
  // Numbers of events are the same there, so our own readers go on where they were, under the epoch of the new place.
  await to.updateTable('reader_cursor').set({ epoch: target.epoch }).execute();
  return copied;
}

/** The database must hold nothing of anybody; what its first start put there makes room. */
async function makeRoom(to: Transaction<Database>, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) {
    if (name === 'meta') continue;
    if (name === 'project') {
      const { count } = await to
        .selectFrom('project')
        .select((e) => e.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) <= 1) await to.deleteFrom('project').execute();
      else throw notEmpty(name);
    } else {
      const row = await to
        .selectFrom(name as 'meta')
        .select(sql<number>`1`.as('one'))
        .limit(1)
        .executeTakeFirst();
      if (row) throw notEmpty(name);
    }
  }
  await to.deleteFrom('meta').where('key', 'not in', OWN_META).execute();
}

function notEmpty(table: string): SentinelError {
  return new SentinelError('in-use', `The database is not empty (${table} has rows): name a new one.`);
}

interface Table {
  name: string;
  columns: string[];
  /** Columns of the primary key, in order: both databases sort them alike. */
  key: string[];
}

async function tablesOf(db: Executor): Promise<Table[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_schema where type = 'table'
    and name not like 'sqlite_%' and sql not like 'create virtual%' order by name`.execute(db);
  const known = new Set((await columnsOf(db)).keys());
  const tables: Table[] = [];
  for (const { name } of rows.filter((row) => known.has(row.name))) {
    const { rows: columns } = await sql<{ name: string; pk: number }>`
      select name, pk from pragma_table_info(${name}) order by cid`.execute(db);
    const key = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
    const order = key.length > 0 ? key : columns;
    tables.push({
      name,
      columns: columns.map((column) => column.name),
      key: order.map((column) => column.name),
    });
  }
  return tables;
}

async function columnsOf(db: Executor): Promise<Map<string, string[]>> {
  const tables = await db.introspection.getTables();
  return new Map(tables.map((table) => [table.name, table.columns.map((column) => column.name)]));
}

async function* pages(db: Executor, table: Table): AsyncGenerator<Row[]> {
  let after: unknown[] | undefined;
  for (;;) {
    const page: Row[] = await readPage(db, table, after);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    const last = page.at(-1) as Row;
    after = table.key.map((column) => last[column]);
  }
}

async function readPage(
  db: Executor,
  { name, columns, key }: Table,
  after: unknown[] | undefined,
): Promise<Row[]> {
  const keyList = sql.join(key.map((column) => sql.ref(column)));
  const skipOwn =
    name === 'meta' ? sql`key not in (${sql.join(OWN_META)}) and key not like 'open:%'` : sql`true`;
  const beyond = after ? sql`(${keyList}) > (${sql.join(after)})` : sql`true`;
  const { rows } =
    await sql<Row>`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}
    where ${skipOwn} and ${beyond} order by ${keyList} limit ${PAGE}`.execute(db);
  return rows;
}

async function insert(
  to: Transaction<Database>,
  { name, columns }: Table,
  page: readonly Row[],
): Promise<void> {
  const values = page.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  const overriding = name === 'event' ? sql` overriding system value` : sql``;
  await sql`insert into ${sql.table(name)} (${sql.join(columns.map((column) => sql.ref(column)))})${overriding} values ${sql.join(values)}`.execute(
    to,
  );
}

async function fingerprint(db: Executor, table: Table): Promise<{ rows: number; checksum: string }> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const page of pages(db, table)) {
    addTo(hash, table, page);
    rows += page.length;
  }
  return { rows, checksum: hash.digest('hex') };
}

function addTo(hash: ReturnType<typeof createHash>, { columns }: Table, page: readonly Row[]): void {
  for (const row of page)
    hash.update(JSON.stringify(columns.map((column) => plain(row[column])))).update('\n');
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? `bytes:${Buffer.from(value).toString('hex')}` : value;
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
