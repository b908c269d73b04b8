import { type Kysely, sql } from 'kysely';
import type { Location } from '../../model/location.ts';
import type { Confidence, Severity } from '../../model/severity.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { Criticality, CveSignal, Exposure, PriorityFacts, SignalDates } from './facts.ts';

export interface FactsRow {
  id: string;
  project: string;
  priority: number | null;
  facts: PriorityFacts;
}

const ID = { id: 'text' } as const;

/** The facts of these findings, read with four statements however many there are. Unknown ids are left out. */
export async function readFacts(
  db: Kysely<Database>,
  dialect: Store['dialect'],
  ids: readonly string[],
): Promise<FactsRow[]> {
  if (ids.length === 0) return [];
  const wanted = sql<string>`(${jsonRows(
    dialect,
    ID,
    ids.map((id) => ({ id })),
  )})`;
  const [rows, refs, reopened, dates] = await Promise.all([
    db
      .selectFrom('finding as f')
      .leftJoin('asset as a', 'a.id', 'f.asset')
      .select([
        'f.id',
        'f.project',
        'f.severity',
        'f.own_severity',
        'f.confidence',
        'f.location',
        'f.first_seen',
        'f.priority',
        'a.criticality',
        'a.exposure',
      ])
      .where('f.id', 'in', wanted)
      .execute(),
    db
      .selectFrom('finding_ref as r')
      .leftJoin('cve_signal as s', 's.cve', 'r.value')
      .select(['r.finding', 'r.value', 's.kev_added', 's.kev_due', 's.ransomware', 's.epss', 's.percentile'])
      .where('r.finding', 'in', wanted)
      .where('r.kind', '=', 'cve')
      .orderBy('r.value')
      .execute(),
    db
      .selectFrom('finding_history')
      .select('finding')
      .distinct()
      .where('finding', 'in', wanted)
      .where('kind', '=', 'reopened')
      .execute(),
    readSignalDates(db),
  ]);
  const signals = Map.groupBy(refs, (ref) => ref.finding);
  const cameBack = new Set(reopened.map((row) => row.finding));
  return rows.map((row) => ({
    id: row.id,
    project: row.project,
    priority: row.priority === null ? null : Number(row.priority),
    facts: {
      severity: (row.own_severity ?? row.severity) as Severity,
      confidence: row.confidence as Confidence,
      location: JSON.parse(row.location) as Location,
      signals: (signals.get(row.id) ?? []).map(toSignal),
      dates,
      criticality: row.criticality as Criticality | null,
      exposure: row.exposure as Exposure | null,
      firstSeen: Number(row.first_seen),
      reopened: cameBack.has(row.id),
      model: null,
    },
  }));
}

export async function readSignalDates(db: Kysely<Database>): Promise<SignalDates> {
  const rows = await db.selectFrom('signal_snapshot').select(['source', 'as_of']).execute();
  const of = (source: string) => {
    const row = rows.find((one) => one.source === source);
    return row ? Number(row.as_of) : null;
  };
  return { kev: of('kev'), epss: of('epss') };
}

function toSignal(row: {
  value: string;
  kev_added: number | null;
  kev_due: number | null;
  ransomware: number | null;
  epss: number | null;
  percentile: number | null;
}): CveSignal {
  const number = (value: number | null) => (value === null ? null : Number(value));
  return {
    cve: row.value,
    kevAdded: number(row.kev_added),
    kevDue: number(row.kev_due),
    ransomware: row.ransomware === null ? null : Number(row.ransomware) === 1,
    epss: number(row.epss),
    percentile: number(row.percentile),
  };
}
