import { sql, type Transaction } from 'kysely';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { NewEvent } from '../model/event.ts';
import type { FindingStatus, Reference } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import type { RuleText } from '../model/rule.ts';
import { SEVERITIES, type Severity } from '../model/severity.ts';
import type { FindingEvent } from '../plugin/task.ts';
import { bulkInsert, type ColumnType, jsonRows } from '../store/bulk.ts';
import type { Database } from '../store/schema.ts';
import type { WriteContext } from '../store/store.ts';
import { FINGERPRINT_VERSION, type Fingerprints, fingerprintsOf, placeOf } from './identity.ts';
import type { Masker } from './masker.ts';

const ASSET_LOCK = 7358204;

export interface IngestScope {
  dialect: 'sqlite' | 'postgres';
  key: Buffer;
  project: string;
  asset: string;
  task: string;
  run: string;
  actor: string;
  rules: ReadonlyMap<string, RuleText>;
  masker: Masker;
  /** Findings that this run has reported already: one finding is matched once in a run. */
  taken: Set<string>;
  /** True when the file of a former place does not exist any more: then its finding may have been renamed. */
  placeGone(at: Location): boolean;
}

interface Known {
  id: string;
  kind: string;
  value: string;
  status: FindingStatus;
  location: string;
}

export interface IngestedFinding {
  id: string;
  change: 'new' | 'seen' | 'reopened';
  severity: Severity;
}

/** Stores a batch of findings of a run: matched with what is known, or new. Runs inside the caller's transaction. */
export async function ingestFindings(
  context: WriteContext,
  scope: IngestScope,
  batch: readonly FindingEvent<string>[],
): Promise<IngestedFinding[]> {
  for (const finding of batch) scope.masker.add(finding.secrets ?? []);
  if (scope.dialect === 'postgres') await oneAtATime(context.tx, scope.asset);
  const now = Date.now();
  const prepared = batch.map((event) => prepare(event, scope));
  const known = await lookUp(
    context.tx,
    scope.dialect,
    prepared.map((item) => item.prints),
  );
  const fresh: Prepared[] = [];
  const matched: (Prepared & { before: Known })[] = [];
  const befores = prepared.map((item) => {
    const before = match(item, known, scope);
    if (before) {
      item.id = before.id;
      matched.push({ ...item, before });
    } else fresh.push(item);
    scope.taken.add(item.id);
    return before;
  });
  await insertFindings(context.tx, scope, fresh, now);
  await updateFindings(context.tx, scope, matched, now);
  await insertOccurrences(context.tx, scope, fresh, matched);
  return prepared.map((item, index) => {
    const before = befores[index];
    const change = before ? (before.status === 'fixed' ? 'reopened' : 'seen') : 'new';
    announce(context, scope, item, before, change);
    return { id: item.id, change, severity: item.severity };
  });
}

/** Two runs that look at the same thing at the same time would each store as new what the other has just found. */
async function oneAtATime(tx: Transaction<Database>, asset: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ASSET_LOCK}, hashtext(${asset}))`.execute(tx);
}

interface Prepared {
  id: string;
  event: FindingEvent<string>;
  rule: RuleText;
  severity: Severity;
  title: string;
  at: Location;
  message: string;
  prints: Fingerprints;
  about: readonly Reference[];
  detail: string;
}

function prepare(event: FindingEvent<string>, scope: IngestScope): Prepared {
  const rule = scope.rules.get(event.rule);
  if (!rule) throw new Error(`The task reported the unknown rule ${event.rule}.`);
  const clean = (text: string) => visibleText(scope.masker.mask(text));
  const cleanAll = <T>(value: T): T => mapTexts(value, clean) as T;
  const about = cleanAll(event.about ?? []);
  return {
    id: newId('fnd'),
    event,
    rule,
    severity: event.severity ?? rule.severity,
    title: rule.title,
    at: cleanAll(event.at),
    message: clean(event.message ?? rule.title),
    prints: fingerprintsOf(scope.key, {
      project: scope.project,
      asset: scope.asset,
      task: scope.task,
      rule: event.rule,
      at: event.at,
      key: event.key,
    }),
    about,
    detail: JSON.stringify({
      evidence: event.evidence === undefined ? null : clean(event.evidence),
      excerpt: cleanAll(event.excerpt ?? null),
      flow: cleanAll(event.flow ?? []),
      about,
      related: cleanAll(event.related ?? []),
    }),
  };
}

/** Text by text: an escape inside of finished JSON would no longer be JSON. What does not change is not copied. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const parts = value.map((part) => mapTexts(part, change));
    return parts.some((part, index) => part !== value[index]) ? parts : value;
  }
  const fields = Object.entries(value);
  const changed = fields.map(([name, part]): [string, unknown] => [name, mapTexts(part, change)]);
  return changed.some(([, part], index) => part !== fields[index]?.[1]) ? Object.fromEntries(changed) : value;
}

async function lookUp(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  prints: readonly Fingerprints[],
): Promise<Map<string, Known[]>> {
  const values = prints
    .flatMap((print) => [print.exact, print.moved, ...(print.renamed ? [print.renamed] : [])])
    .map((value) => ({ value }));
  if (values.length === 0) return new Map();
  const rows = await tx
    .selectFrom('finding_fingerprint as p')
    .innerJoin('finding as f', 'f.id', 'p.finding')
    .select(['f.id', 'p.kind', 'p.value', 'f.status', 'f.location'])
    .where(sql<boolean>`p.value in (${jsonRows(dialect, { value: 'bytes' }, values)})`)
    .where('p.version', '=', FINGERPRINT_VERSION)
    .orderBy('f.id')
    .execute();
  const found = new Map<string, Known[]>();
  for (const row of rows) {
    const name = `${row.kind}:${hex(row.value)}`;
    const entry: Known = {
      id: row.id,
      kind: row.kind,
      value: hex(row.value),
      status: row.status as FindingStatus,
      location: row.location,
    };
    const list = found.get(name);
    if (list) list.push(entry);
    else found.set(name, [entry]);
  }
  return found;
}

/** Exact before moved before renamed; a finding that this run has matched already is not matched again. */
function match(item: Prepared, known: Map<string, Known[]>, scope: IngestScope): Known | undefined {
  const free = (kind: keyof Fingerprints) => {
    const value = item.prints[kind];
    return value
      ? (known.get(`${kind}:${hex(value)}`) ?? []).filter((entry) => !scope.taken.has(entry.id))
      : [];
  };
  return (
    free('exact')[0] ??
    free('moved')[0] ??
    free('renamed').find((entry) => scope.placeGone(JSON.parse(entry.location) as Location))
  );
}

const FINDING_COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  project: 'text',
  asset: 'text',
  task: 'text',
  rule: 'text',
  rule_revision: 'int',
  title: 'text',
  message: 'text',
  severity: 'text',
  severity_rank: 'int',
  confidence: 'text',
  status: 'text',
  place: 'text',
  location: 'text',
  detail: 'text',
  first_seen: 'int',
  last_seen: 'int',
  first_run: 'text',
  last_run: 'text',
  fixed_run: 'text',
};
const PRINT_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  kind: 'text',
  version: 'int',
  value: 'bytes',
};

async function insertFindings(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly Prepared[],
  now: number,
): Promise<void> {
  const rows = items.map((item) => ({
    ...changing(item, scope, now),
    id: item.id,
    project: scope.project,
    asset: scope.asset,
    task: scope.task,
    rule: item.event.rule,
    status: 'open',
    first_seen: now,
    first_run: scope.run,
    fixed_run: null,
  }));
  await bulkInsert(tx, scope.dialect, { table: 'finding', columns: FINDING_COLUMNS, rows });
  await insertPrints(tx, scope, items);
  const refs = items.flatMap((item) => [
    ...item.about.map((ref) => ({
      finding: item.id,
      project: scope.project,
      kind: ref.kind,
      value: ref.value,
    })),
    ...(item.rule.cwe ?? []).map((cwe) => ({
      finding: item.id,
      project: scope.project,
      kind: 'cwe',
      value: String(cwe),
    })),
  ]);
  await bulkInsert(tx, scope.dialect, {
    table: 'finding_ref',
    columns: { finding: 'text', project: 'text', kind: 'text', value: 'text' },
    rows: refs,
    onConflict: 'ignore',
  });
}

async function insertPrints(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly Prepared[],
): Promise<void> {
  const rows = items.flatMap((item) =>
    (['exact', 'moved', 'renamed'] as const).flatMap((kind) => {
      const value = item.prints[kind];
      return value ? [{ finding: item.id, kind, version: FINGERPRINT_VERSION, value }] : [];
    }),
  );
  await bulkInsert(tx, scope.dialect, {
    table: 'finding_fingerprint',
    columns: PRINT_COLUMNS,
    rows,
    onConflict: 'ignore',
  });
}

async function updateFindings(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly (Prepared & { before: Known })[],
  now: number,
): Promise<void> {
  if (items.length === 0) return;
  const columns: Record<string, ColumnType> = {
    id: 'text',
    title: 'text',
    message: 'text',
    severity: 'text',
    severity_rank: 'int',
    confidence: 'text',
    place: 'text',
    location: 'text',
    detail: 'text',
    last_seen: 'int',
    last_run: 'text',
    rule_revision: 'int',
    status: 'text',
  };
  const rows = items.map((item) => ({
    ...changing(item, scope, now),
    id: item.id,
    status: item.before.status === 'fixed' ? 'open' : item.before.status,
  }));
  const sets = Object.keys(columns)
    .filter((name) => name !== 'id')
    .map((name) => sql`${sql.ref(name)} = n.${sql.ref(name)}`);
  await sql`update finding set ${sql.join(sets)}, fixed_run = null from (${jsonRows(scope.dialect, columns, rows)}) as n where finding.id = n.id`.execute(
    tx,
  );
  const changed = items.filter((item) => item.before.kind !== 'exact');
  if (changed.length === 0) return;
  const ids = changed.map((item) => ({ id: item.id }));
  await sql`delete from finding_fingerprint where finding in (${jsonRows(scope.dialect, { id: 'text' }, ids)}) and version = ${FINGERPRINT_VERSION}`.execute(
    tx,
  );
  await insertPrints(tx, scope, changed);
}

function changing(item: Prepared, scope: IngestScope, now: number) {
  return {
    title: item.title,
    message: item.message,
    severity: item.severity,
    severity_rank: SEVERITIES.indexOf(item.severity),
    confidence: item.event.confidence ?? 'high',
    place: placeOf(item.at),
    location: JSON.stringify(item.at),
    detail: item.detail,
    last_seen: now,
    last_run: scope.run,
    rule_revision: item.rule.revision ?? 1,
  };
}

async function insertOccurrences(
  tx: Transaction<Database>,
  scope: IngestScope,
  fresh: readonly Prepared[],
  matched: readonly (Prepared & { before: Known })[],
): Promise<void> {
  const rows = [
    ...fresh.map((item) => ({
      run: scope.run,
      finding: item.id,
      project: scope.project,
      location: JSON.stringify(item.at),
      change: 'new',
    })),
    ...matched.map((item) => ({
      run: scope.run,
      finding: item.id,
      project: scope.project,
      location: JSON.stringify(item.at),
      change: item.before.status === 'fixed' ? 'reopened' : 'seen',
    })),
  ];
  const columns: Record<string, ColumnType> = {
    run: 'text',
    finding: 'text',
    project: 'text',
    location: 'text',
    change: 'text',
  };
  await bulkInsert(tx, scope.dialect, { table: 'occurrence', columns, rows });
}

function announce(
  context: WriteContext,
  scope: IngestScope,
  item: Prepared,
  before: Known | undefined,
  change: IngestedFinding['change'],
): void {
  const data = {
    finding: item.id,
    rule: item.event.rule,
    title: item.title,
    severity: item.severity,
    location: item.at,
  };
  const envelope = { project: scope.project, actor: scope.actor, subject: item.id, run: scope.run };
  const type = ({ new: 'finding.created', seen: 'finding.seen', reopened: 'finding.reopened' } as const)[
    change
  ];
  context.emit({ ...envelope, type, data } as NewEvent);
  if (before?.kind === 'renamed')
    context.emit({
      ...envelope,
      type: 'finding.moved',
      data: { ...data, from: JSON.parse(before.location) as Location },
    });
}

function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}
