import { sql } from 'kysely';
import { bulkInsertion, type ColumnType, jsonRows, type Statement } from '../../store/bulk.ts';
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
