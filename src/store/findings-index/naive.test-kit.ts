import type { Selectable } from 'kysely';
import type { Database } from '../schema.ts';
import { type Atom, type Filter, fold, type HiddenState } from './filter.ts';

export type Known = Selectable<Database['finding']>;

export interface Knowledge {
  rows: Map<string, Known>;
  references: Map<string, { kind: string; value: string }[]>;
  assets: Map<string, string>;
  labels: Map<string, string[]>;
  accounts: Map<string, string>;
  signals: Map<string, { kev: boolean; epss: number | null }>;
}

/** The meaning of a filter in the plainest words: what both databases are compared with. */
export function fits(known: Knowledge, row: Known, filter: Filter): boolean {
  return filter.every(({ not, any }) => any.some((atom) => holds(known, row, atom)) !== not);
}

function holds(known: Knowledge, row: Known, atom: Atom): boolean {
  switch (atom.is) {
    case 'equal':
      return atom.values.includes(row[atom.column] ?? '\0');
    case 'id':
      return atom.values.includes(row.id);
    case 'containing':
      return atom.columns.some((column) => fold(row[column]).includes(atom.text));
    case 'asset':
      return row.asset === atom.text || isLike(known.assets.get(row.asset) ?? '', atom.text);
    case 'seen':
      return row[atom.column] >= (atom.from ?? -Infinity) && row[atom.column] < (atom.to ?? Infinity);
    case 'reference':
      return (known.references.get(row.id) ?? []).some(
        ({ kind, value }) =>
          (atom.kind === null || atom.kind === kind) && (atom.values === null || atom.values.includes(value)),
      );
    case 'new':
      return row.first_run === row.last_run;
    case 'assignee':
      return row.assignee !== null && [atom.text, known.accounts.get(atom.text)].includes(row.assignee);
    case 'label':
      return (known.labels.get(row.id) ?? []).some((label) => atom.values.includes(label));
    case 'state':
      return atom.states.some((state) => isHidden(row, state, atom.now));
    case 'between': {
      const value = row[atom.column];
      return value !== null && value >= (atom.from ?? -Infinity) && value < (atom.to ?? Infinity);
    }
    case 'without':
      return atom.what === 'label' ? (known.labels.get(row.id) ?? []).length === 0 : row[atom.what] === null;
    case 'overdue':
      return row.due !== null && row.due < atom.now && ['open', 'confirmed'].includes(row.status);
    case 'signal':
      return (known.references.get(row.id) ?? []).some(({ kind, value }) => {
        const signal = kind === 'cve' ? known.signals.get(value) : undefined;
        if (!signal || atom.kev) return signal?.kev ?? false;
        const { epss } = signal;
        return epss !== null && epss >= (atom.from ?? 0) && epss < (atom.to ?? Infinity);
      });
  }
}

export function isHidden(row: Known, state: HiddenState, now: number): boolean {
  if (state === 'suppressed') return row.hidden_by !== null;
  if (state === 'merged') return row.merged_into !== null;
  return row.snooze_until === null ? row.snooze_rank !== null : row.snooze_until > now;
}

/** One character after the other: `*` is any text, `\*` a star. */
function isLike(name: string, pattern: string): boolean {
  if (pattern === '') return name === '';
  if (pattern.startsWith('*'))
    return isLike(name, pattern.slice(1)) || (name !== '' && isLike(name.slice(1), pattern));
  const wanted = pattern.startsWith('\\*') ? pattern.slice(1) : pattern;
  return (
    name !== '' && fold(name.charAt(0)) === fold(wanted.charAt(0)) && isLike(name.slice(1), wanted.slice(1))
  );
}
