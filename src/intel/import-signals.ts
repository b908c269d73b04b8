import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { readEpss } from './read-epss.ts';
import { readKev } from './read-kev.ts';
import { unpacked } from './signal-lines.ts';
import type { SignalProblem, SignalReader, SignalRecord, SignalSource } from './signal-records.ts';

export interface SignalImport {
  source: SignalSource;
  /** When the snapshot was made, as it says itself. */
  asOf: number;
  sha256: string;
  /** CVEs that were taken over. */
  entries: number;
  /** CVEs that were listed before and are not any more. */
  removed: number;
  unchanged: boolean;
  problems: SignalProblem[];
  /** Further problems that are only counted. */
  moreProblems: number;
}

const BATCH = 500;
const MOST_PROBLEMS = 100;

/**
 * Takes over a snapshot of CISA's list or of EPSS, packed or not. Lines that cannot be read are named and left out. `finish` is the
 * last transaction: only what it stores says that the snapshot is there.
 */
export async function importSignals(
  store: Store,
  content: AsyncIterable<Uint8Array>,
  options: {
    /** When the file does not say of when it is. */
    asOf?: number | undefined;
    /** Also a snapshot that is older than the one that is there. */
    older?: boolean;
    now: number;
    finish<T>(work: (context: WriteContext) => Promise<T>): Promise<T>;
    told(context: WriteContext, result: SignalImport): Promise<void>;
  },
): Promise<SignalImport> {
  const hash = createHash('sha256');
  const reader = await recognise(hashed(unpacked(content), hash));
  const asOf = reader.asOf ?? options.asOf;
  if (asOf === undefined)
    throw new SentinelError(
      'invalid-signals',
      'The file does not say of when it is. Name its date: --as-of 2026-01-31.',
    );
  const before = await store.db
    .selectFrom('signal_snapshot')
    .selectAll()
    .where('source', '=', reader.source)
    .executeTakeFirst();
  if (before && Number(before.as_of) > asOf && !options.older)
    throw new SentinelError(
      'not-possible-now',
      `There is a newer snapshot of ${day(Number(before.as_of))}; this one is of ${day(asOf)}. Import it anyway with --older.`,
    );
  const taken = await takeOver(store, reader, options.now);
  if (taken.entries === 0)
    throw new SentinelError('invalid-signals', 'The file has no line about a CVE that could be read.');
  const sha256 = hash.digest('hex');
  const result: SignalImport = {
    source: reader.source,
    asOf,
    sha256,
    ...taken,
    removed: 0,
    unchanged: before?.sha256 === sha256,
  };
  return options.finish(async (context) => {
    // A line that cannot be read may be about what is known: nothing is taken for gone then.
    if (taken.problems.length === 0) result.removed = await forget(context, reader.source, options.now);
    const row = { as_of: asOf, imported: options.now, entries: result.entries, sha256 };
    await context.tx
      .insertInto('signal_snapshot')
      .values({ source: reader.source, ...row })
      .onConflict((conflict) => conflict.column('source').doUpdateSet(row))
      .execute();
    await options.told(context, result);
    return result;
  });
}

async function recognise(content: AsyncIterable<Buffer>): Promise<SignalReader> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  const head: Buffer = first.done ? Buffer.alloc(0) : first.value;
  const whole = (async function* () {
    yield head;
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value;
  })();
  const start = head
    .toString('utf8', 0, 200)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start.startsWith('{')) return readKev(whole);
  if (/^(?:#|cve,)/i.test(start)) return readEpss(whole);
  if (/^"?cveID/i.test(start))
    throw new SentinelError(
      'invalid-signals',
      "This is CISA's list as CSV. Take the JSON that CISA offers beside it.",
    );
  throw new SentinelError('invalid-signals', "This is neither CISA's list as JSON nor EPSS as CSV.");
}

async function* hashed(
  content: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
}

async function takeOver(
  store: Store,
  { records }: SignalReader,
  now: number,
): Promise<Pick<SignalImport, 'entries' | 'problems' | 'moreProblems'>> {
  const problems: SignalProblem[] = [];
  let moreProblems = 0;
  let entries = 0;
  let batch = new Map<string, SignalRecord>();
  const write = async () => {
    if (batch.size === 0) return;
    const rows = [...batch.values()];
    batch = new Map();
    await store.write({ lane: 'bulk' }, async ({ tx }) => {
      await upsert(store.dialect, rows, now).execute(tx);
    });
  };
  for await (const record of records) {
    if ('problem' in record) {
      if (problems.length < MOST_PROBLEMS) problems.push(record.problem);
      else moreProblems += 1;
      continue;
    }
    entries += 1;
    batch.set(record.cve, record);
    if (batch.size >= BATCH) await write();
  }
  await write();
  return { entries, problems, moreProblems };
}

/** One statement for a batch; what the other source knows of these CVEs stays. */
function upsert(
  dialect: Store['dialect'],
  records: readonly SignalRecord[],
  now: number,
): RawBuilder<unknown> {
  const kev = records[0]?.source === 'kev';
  const data = JSON.stringify(
    records.map((one) =>
      one.source === 'kev'
        ? [one.cve, one.added, one.due, one.ransomware === null ? null : Number(one.ransomware)]
        : [one.cve, one.epss, one.percentile],
    ),
  );
  const type = kev ? 'bigint' : 'double precision';
  const value = (index: number) =>
    dialect === 'sqlite' ? sql.raw(`value->>'$[${index}]'`) : sql.raw(`(value->>${index})::${type}`);
  const cve = sql.raw(dialect === 'sqlite' ? `value->>'$[0]'` : 'value->>0');
  const columns = kev ? ['kev_added', 'kev_due', 'ransomware'] : ['epss', 'percentile'];
  const rows =
    dialect === 'sqlite' ? sql`json_each(${data})` : sql`jsonb_array_elements(${data}::text::jsonb)`;
  const names = sql.join(columns.map((name) => sql.ref(name)));
  const sets = sql.join(columns.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
  // Both sources may be imported at the same time: the later moment counts, or one would forget what the other has just stored.
  const later = sql`case when excluded.updated > cve_signal.updated then excluded.updated else cve_signal.updated end`;
  return sql`insert into cve_signal (cve, ${names}, updated)
    select ${cve}, ${sql.join(columns.map((_, index) => value(index + 1)))}, ${sql.lit(now)} from ${rows} where true
    on conflict (cve) do update set ${sets}, updated = ${later}`;
}

/** What an older snapshot said and this one does not: it is known now that it is not so. */
async function forget({ tx }: WriteContext, source: SignalSource, now: number): Promise<number> {
  const gone =
    source === 'kev'
      ? tx
          .updateTable('cve_signal')
          .set({ kev_added: null, kev_due: null, ransomware: null })
          .where('kev_added', 'is not', null)
      : tx.updateTable('cve_signal').set({ epss: null, percentile: null }).where('epss', 'is not', null);
  const { numUpdatedRows } = await gone.where('updated', '<', now).executeTakeFirst();
  return Number(numUpdatedRows);
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
