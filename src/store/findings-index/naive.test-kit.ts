import type { Selectable } from 'kysely';
import type { Database } from '../schema.ts';
import { type Atom, type Filter, fold } from './filter.ts';

export type Known = Selectable<Database['finding']>;

export interface Knowledge {
  rows: Map<string, Known>;
  references: Map<string, { kind: string; value: string }[]>;
  assets: Map<string, string>;
}

/** The meaning of a filter in the plainest words: what both databases are compared with. */
export function fits(known: Knowledge, row: Known, filter: Filter): boolean {
  return filter.every(({ not, any }) => any.some((atom) => holds(known, row, atom)) !== not);
}

function holds(known: Knowledge, row: Known, atom: Atom): boolean {
  switch (atom.is) {
    case 'equal':
      return atom.values.includes(row[atom.column]);
    case 'id':
      return atom.values.includes(row.id);
    case 'containing':
      return atom.columns.some((column) => fold(row[column]).includes(atom.text));
    case 'asset':
      return row.asset === atom.text || fold(known.assets.get(row.asset) ?? '').includes(fold(atom.text));
    case 'seen':
      return row[atom.column] >= (atom.from ?? -Infinity) && row[atom.column] < (atom.to ?? Infinity);
    case 'reference':
      return (known.references.get(row.id) ?? []).some(
        ({ kind, value }) =>
          (atom.kind === null || atom.kind === kind) && (atom.values === null || atom.values.includes(value)),
      );
    case 'new':
      return row.first_run === row.last_run;
  }
}
