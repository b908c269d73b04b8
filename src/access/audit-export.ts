import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';
import { type AuditRow, GENESIS, macOf } from './audit.ts';
import { AuditEntry } from './audit-entry.ts';

/** One line of an export: the entry with its `mac`, and nothing else, since that would not be sealed by it. */
const Line = z.strictObject({ ...AuditEntry.shape, seq: z.int().positive(), mac: z.string() });

/** The last line of an export. The first version sealed those with filters only, and had no `first` and `last`. */
const Seal = z.strictObject({
  export: z.enum(['whole', 'part']),
  filters: z.record(z.string(), z.string()),
  entries: z.int(),
  first: z.int().nullable().optional().describe('Number of the first entry'),
  last: z.int().nullable().optional(),
  upTo: z.int().describe('The newest entry of the whole log when the export was made'),
  made: z.int(),
  sha256: z.string().describe('Of all lines before this one'),
  verify: z.string(),
  mac: z.string(),
});
type Seal = z.output<typeof Seal>;

export interface AuditFileVerdict {
  /**
   * `whole`: all entries of the log up to the last one in the file. `part`: all that fit what was asked for. `altered`: at least one
   * line is not as it was exported, or is missing. `unsealed`: no line is altered, and the last one is missing that would show
   * whether others are. `unknown`: no entries of this log.
   */
  state: 'whole' | 'part' | 'altered' | 'unsealed' | 'unknown';
  entries: number;
  first: number | null;
  last: number | null;
  /** What a part was made with; null when the file does not say. */
  filters: Record<string, string> | null;
  /** The newest entry of the log now. */
  newest: number;
  problems: { line: number; problem: string }[];
}

const MOST_PROBLEMS = 50;
const PAGE = 500;
/** Larger than any entry: what is sent to an operation ends at a megabyte. */
const LONGEST_LINE = 8_000_000;
const HOW =
  'Entries of the audit log, sealed with the key of the server. To verify it: "sentinelx audit verify-file FILE", or "Verify a file" on the page of the audit log.';

export function lineOf({ before, after, mac, ...row }: AuditRow): string {
  return `${JSON.stringify({ ...row, before: parsed(before), after: parsed(after), mac })}\n`;
}

/** Gives the lines, and behind them the seal: what was asked for, which, how many, and that none is added or left out since. */
export async function* sealed(
  rows: AsyncIterable<AuditRow>,
  { key, filters, upTo }: { key: Buffer; filters: Record<string, string>; upTo: () => Promise<number> },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let entries = 0;
  let first: number | null = null;
  let last: number | null = null;
  for await (const row of rows) {
    const line = Buffer.from(lineOf(row));
    hash.update(line);
    entries += 1;
    first ??= row.seq;
    last = row.seq;
    yield line;
  }
  const seal: Omit<Seal, 'mac'> = {
    export: Object.keys(filters).length === 0 ? 'whole' : 'part',
    filters,
    entries,
    first,
    last,
    upTo: await upTo(),
    made: Date.now(),
    sha256: hash.digest('hex'),
    verify: HOW,
  };
  yield Buffer.from(`${JSON.stringify({ ...seal, mac: sealOf(key, seal) })}\n`);
}

/** Compares each line of an export with the log, and the file with its seal. */
export async function verifyExport(
  content: AsyncIterable<Uint8Array>,
  { store, key }: { store: Store; key: Buffer },
): Promise<AuditFileVerdict> {
  const problems: AuditFileVerdict['problems'] = [];
  const report = (line: number, problem: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ line, problem });
  };
  const hash = createHash('sha256');
  let seal: Seal | undefined;
  let pending: { line: number; row: AuditRow }[] = [];
  const seen = { number: 0, entries: 0, ours: 0, first: 0, last: 0 };
  const gaps: [line: number, problem: string][] = [];
  const check = async () => {
    seen.ours += await compare(pending, { store, key, report });
    pending = [];
  };
  for await (const text of linesOf(content)) {
    seen.number += 1;
    if (text === '') continue;
    if (seal) report(seen.number, 'stands behind the last line');
    const read = readLine(text);
    if (read === undefined) report(seen.number, 'is no line of an export');
    else if ('export' in read) seal = read;
    else {
      hash.update(`${text}\n`);
      if (read.seq <= seen.last) report(seen.number, `entry ${read.seq} stands behind ${seen.last}`);
      if (read.seq > seen.last + 1 && gaps.length < MOST_PROBLEMS)
        gaps.push([seen.number, missing(seen.last + 1, read.seq - 1)]);
      seen.entries += 1;
      seen.first ||= read.seq;
      seen.last = read.seq;
      pending.push({ line: seen.number, row: rowOf(read) });
      if (pending.length === PAGE) await check();
    }
  }
  await check();
  if (seal)
    checkSeal(seal, {
      key,
      sha256: hash.digest('hex'),
      entries: seen.entries,
      report: (problem) => report(seen.number, problem),
    });
  const fits = seal !== undefined && same(sealOf(key, seal), seal.mac);
  const altered = problems.length > 0 || (seal?.export === 'whole' && gaps.length > 0);
  // In a part they are what was not asked for.
  if (seal?.export !== 'part') for (const gap of gaps) report(...gap);
  return {
    state: seen.ours > 0 || fits ? stateOf(seal, altered) : 'unknown',
    entries: seen.entries,
    first: seen.first || null,
    last: seen.last || null,
    filters: seal && fits ? seal.filters : null,
    newest: await newestOf(store),
    problems,
  };
}

function stateOf(seal: Seal | undefined, altered: boolean): AuditFileVerdict['state'] {
  if (altered) return 'altered';
  return seal === undefined ? 'unsealed' : seal.export;
}

function missing(from: number, to: number): string {
  return from === to
    ? `entry ${from} is missing before it`
    : `the entries ${from} to ${to} are missing before it`;
}

export async function newestOf(store: Store): Promise<number> {
  const row = await store.db
    .selectFrom('audit_entry')
    .select((e) => e.fn.max('seq').as('seq'))
    .executeTakeFirst();
  return Number(row?.seq ?? 0);
}

function checkSeal(
  seal: Seal,
  now: { key: Buffer; sha256: string; entries: number; report: (problem: string) => void },
): void {
  if (!same(sealOf(now.key, seal), seal.mac)) now.report('was changed: the seal does not fit');
  else if (seal.entries !== now.entries)
    now.report(`says ${seal.entries} entries, and there are ${now.entries}: lines were taken out or added`);
  else if (seal.sha256 !== now.sha256) now.report('does not fit the lines before it');
}

/** How many of the lines have an entry of the same number in the log. */
async function compare(
  lines: readonly { line: number; row: AuditRow }[],
  { store, key, report }: { store: Store; key: Buffer; report: (line: number, problem: string) => void },
): Promise<number> {
  if (lines.length === 0) return 0;
  const wanted = [...new Set(lines.flatMap(({ row }) => [row.seq - 1, row.seq]))];
  const stored = await store.db
    .selectFrom('audit_entry')
    .select(['seq', 'id', 'mac', 'before', 'after'])
    .where('seq', 'in', wanted)
    .execute();
  const known = new Map(stored.map((row) => [row.seq, row]));
  let ours = 0;
  for (const { line, row } of lines) {
    const there = known.get(row.seq);
    if (there?.id === row.id || there?.mac === row.mac) ours += 1;
    const before = row.seq === 1 ? GENESIS : known.get(row.seq - 1)?.mac;
    if (!there || before === undefined)
      report(line, `there is no entry ${row.seq} in the log to compare with`);
    else if (there.mac !== row.mac || macOf(key, before, asStored(row, there)) !== row.mac)
      report(line, `entry ${row.seq} is not as the log has it`);
  }
  return ours;
}

/** An export shows "nothing" and a stored `null` alike. */
function asStored(row: AuditRow, there: Pick<AuditRow, 'before' | 'after'>): AuditRow {
  const nothing = (text: string | null) => (text === 'null' ? text : null);
  return {
    ...row,
    before: row.before ?? nothing(there.before),
    after: row.after ?? nothing(there.after),
  };
}

async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of content) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > LONGEST_LINE)
      throw new SentinelError('too-large', 'The file has a line without an end: it is no export.');
  }
  if (rest !== '') yield rest;
}

function readLine(text: string): Seal | z.output<typeof Line> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return z.union([Seal, Line]).safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** The same text as is stored: an entry was written by `JSON.stringify`, which keeps the order of the keys. */
function rowOf({ before, after, ...line }: z.output<typeof Line>): AuditRow {
  return { ...line, before: textOf(before), after: textOf(after) };
}

const textOf = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

/** No entry of the log begins like this, so a seal stands for no entry and the other way round. */
function sealOf(key: Buffer, { mac: _mac, ...seal }: Omit<Seal, 'mac'> & { mac?: string }): string {
  const { entries, first, last, upTo, made, sha256, filters } = seal;
  const asked = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1));
  const words =
    first === undefined
      ? ['export of a part', entries, upTo, made, sha256, asked]
      : [`export of ${seal.export}`, entries, first, last, upTo, made, sha256, asked];
  return createHmac('sha256', key).update(JSON.stringify(words)).digest('hex');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
