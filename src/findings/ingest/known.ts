import { sql, type Transaction } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';

/** A finding that is stored, as far as matching and storing it again need it. */
export interface Known {
  id: string;
  task: string;
  rule: string;
  status: FindingStatus;
  location: string;
  severity: string;
  own_severity: string | null;
  snooze_rank: number | null;
  content: string | null;
  matched: string | null;
  last_seen: number;
  last_run: string;
  fixed_run: string | null;
  merged_into: string | null;
  /** The tool of that finding, and whether it still stands for this one. */
  merged_task: string | null;
  merged_status: string | null;
}

/** By value of a fingerprint, oldest finding first. */
export type KnownByPrint = Map<string, Known[]>;

export async function lookUp(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  prints: Iterable<string>,
): Promise<KnownByPrint> {
  const values = [...new Set(prints)].map((value) => ({ value }));
  const found: KnownByPrint = new Map();
  if (values.length === 0) return found;
  const rows = await tx
    .selectFrom('finding_fingerprint as p')
    .innerJoin('finding as f', 'f.id', 'p.finding')
    .leftJoin('finding as m', 'm.id', 'f.merged_into')
    .select(['p.value', 'f.id', 'f.task', 'f.rule', 'f.status', 'f.location', 'f.severity', 'f.own_severity'])
    .select(['f.snooze_rank', 'f.content', 'f.matched', 'f.last_seen', 'f.last_run', 'f.fixed_run'])
    .select(['f.merged_into', 'm.task as merged_task', 'm.status as merged_status'])
    .where(sql<boolean>`p.value in (${jsonRows(dialect, { value: 'bytes' }, values)})`)
    .orderBy('f.id')
    .execute();
  const byId = new Map<string, Known>();
  for (const { value, ...row } of rows) {
    // One object for each finding, however many of its prints hit.
    const one = byId.get(row.id) ?? { ...row, status: row.status as FindingStatus };
    byId.set(row.id, one);
    const name = hex(value);
    const list = found.get(name);
    if (list) list.push(one);
    else found.set(name, [one]);
  }
  return found;
}

function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}
