import { sql, type Transaction } from 'kysely';
import { bulkInsertion, type ColumnType, jsonRows, type Statement } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import { FINGERPRINT_VERSION, identityOf, type Print } from '../identity.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

const PRINT_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  kind: 'text',
  version: 'int',
  value: 'bytes',
};

/** All of them, or only those of one kind. */
export function insertPrints(scope: IngestScope, items: readonly Prepared[], only?: 'alias'): Statement[] {
  const rows = items.flatMap((item) =>
    printsOf(scope, item, only).map(({ kind, value }) => ({
      finding: item.id,
      kind,
      version: FINGERPRINT_VERSION,
      value,
    })),
  );
  if (rows.length === 0) return [];
  const insert = {
    table: 'finding_fingerprint',
    columns: PRINT_COLUMNS,
    rows,
    onConflict: 'ignore',
  } as const;
  return [bulkInsertion(scope.dialect, insert)];
}

export function removePrints(dialect: 'sqlite' | 'postgres', findings: readonly string[]): Statement[] {
  if (findings.length === 0) return [];
  const rows = findings.map((id) => ({ id }));
  return [sql`delete from finding_fingerprint where finding in (${jsonRows(dialect, { id: 'text' }, rows)})`];
}

/** Fingerprints as they were, as text: an undo gives them back with the place that they are of. */
export async function readPrints(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  findings: readonly string[],
): Promise<Map<string, string>> {
  if (findings.length === 0) return new Map();
  const ids = jsonRows(
    dialect,
    { id: 'text' },
    findings.map((id) => ({ id })),
  );
  const rows = await tx
    .selectFrom('finding_fingerprint')
    .selectAll()
    .where(sql<boolean>`finding in (${ids})`)
    .execute();
  const lists = Map.groupBy(rows, ({ finding }) => finding);
  return new Map(
    [...lists].map(([finding, list]) => [
      finding,
      JSON.stringify(
        list.map(({ kind, version, value }) => [kind, version, Buffer.from(value).toString('hex')]),
      ),
    ]),
  );
}

export function restorePrints(
  dialect: 'sqlite' | 'postgres',
  findings: readonly { finding: string; prints: string }[],
): Statement[] {
  if (findings.length === 0) return [];
  const rows = findings.flatMap(({ finding, prints }) =>
    (JSON.parse(prints) as [string, number, string][]).map(([kind, version, value]) => ({
      finding,
      kind,
      version,
      value,
    })),
  );
  return [
    ...removePrints(
      dialect,
      findings.map(({ finding }) => finding),
    ),
    bulkInsertion(dialect, {
      table: 'finding_fingerprint',
      columns: PRINT_COLUMNS,
      rows,
      onConflict: 'ignore',
    }),
  ];
}

function printsOf(scope: IngestScope, item: Prepared, only: 'alias' | undefined): readonly Print[] {
  const { input, event, moved } = item;
  const shared = item.shared();
  if (only) return shared.filter(({ kind }) => kind === only);
  if (!scope.placeGone && !event.toolPrints) return [moved, ...shared];
  const identity = identityOf(scope.key);
  return [
    moved,
    ...shared,
    ...(scope.placeGone ? identity.renamed(input) : []),
    ...(event.toolPrints ? identity.tool(input, event.toolPrints) : []),
  ];
}
