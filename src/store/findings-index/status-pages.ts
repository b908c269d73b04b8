import type { Kysely } from 'kysely';
import { FINDING_STATUSES, type FindingStatus } from '../../model/finding.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import type { Database } from '../schema.ts';
import type { Atom, ListRequest } from './filter.ts';
import { withoutHidden } from './filter.ts';
import { type FindingRow, ROW_COLUMNS } from './row.ts';
import { matching } from './sql.ts';

/** By rank of the severity the statuses that fit. */
export type Statuses = readonly (readonly FindingStatus[])[];

/**
 * Undefined when the list asks about more than severity and status. The first page that everybody sees is of this kind: it
 * needs no index in memory, which a command of the command line would read for one answer only.
 */
export function statusesOf({ filter, sort }: ListRequest): Statuses | undefined {
  if (sort !== 'severity') return undefined;
  const plain = (atom: Atom) =>
    atom.is === 'equal' && (atom.column === 'severity' || atom.column === 'status');
  if (!filter.every((clause) => clause.any.every(plain))) return undefined;
  return SEVERITIES.map((severity) =>
    FINDING_STATUSES.filter((status) => fits(filter, { severity, status })),
  );
}

function fits(filter: ListRequest['filter'], of: { severity: Severity; status: FindingStatus }): boolean {
  const holds = (atom: Atom) =>
    atom.is === 'equal' && atom.values.includes(atom.column === 'severity' ? of.severity : of.status);
  return filter.every(({ not, any }) => any.some(holds) !== not);
}

/** Severity by severity, each a few stretches of the index `finding_list` that are read as far as the page needs. */
export async function listByStatus(
  db: Kysely<Database>,
  { project, hide, after, limit }: ListRequest,
  statuses: Statuses,
): Promise<FindingRow[]> {
  const rows: FindingRow[] = [];
  for (let rank = after?.[0] ?? 0; rank < statuses.length && rows.length < limit; rank++) {
    const stretches = (statuses[rank] ?? []).map((status) => {
      const stretch = db
        .selectFrom('finding')
        .select(ROW_COLUMNS)
        .where('project', '=', project)
        .where('status', '=', status)
        .where('severity_rank', '=', rank)
        .where(matching(withoutHidden([], hide)))
        .orderBy('id', 'desc')
        .limit(limit - rows.length);
      return after && rank === after[0] ? stretch.where('id', '<', after[1]) : stretch;
    });
    const pages = await Promise.all(stretches.map((stretch) => stretch.execute()));
    const found = pages.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    rows.push(...found.slice(0, limit - rows.length));
  }
  return rows;
}
