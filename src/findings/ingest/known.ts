import { sql, type Transaction } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import { FINGERPRINT_VERSION, type Fingerprints } from '../identity.ts';

/** A finding that is stored, as far as matching and storing it again need it; `kind` and `value` are of the print that hit. */
export interface Known {
  id: string;
  kind: string;
  value: string;
  status: FindingStatus;
  location: string;
  severity: string;
  own_severity: string | null;
  snooze_rank: number | null;
  content: string | null;
  last_seen: number;
  last_run: string;
  fixed_run: string | null;
}

/** By kind and value of the fingerprint, oldest finding first. */
export type KnownByPrint = ReadonlyMap<string, Known[]>;

export async function lookUp(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  prints: readonly Fingerprints[],
): Promise<KnownByPrint> {
  const values = prints
    .flatMap((print) => [print.exact, print.moved, ...(print.renamed ? [print.renamed] : [])])
    .map((value) => ({ value }));
  if (values.length === 0) return new Map();
  const rows = await tx
    .selectFrom('finding_fingerprint as p')
    .innerJoin('finding as f', 'f.id', 'p.finding')
    .select(['f.id', 'p.kind', 'p.value', 'f.status', 'f.location', 'f.severity', 'f.own_severity'])
    .select(['f.snooze_rank', 'f.content', 'f.last_seen', 'f.last_run', 'f.fixed_run'])
    .where(sql<boolean>`p.value in (${jsonRows(dialect, { value: 'bytes' }, values)})`)
    .where('p.version', '=', FINGERPRINT_VERSION)
    .orderBy('f.id')
    .execute();
  const found = new Map<string, Known[]>();
  for (const row of rows) {
    const entry: Known = { ...row, value: hex(row.value), status: row.status as FindingStatus };
    const name = `${entry.kind}:${entry.value}`;
    const list = found.get(name);
    if (list) list.push(entry);
    else found.set(name, [entry]);
  }
  return found;
}

export function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}
