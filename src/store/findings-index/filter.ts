/** What one finding must fulfil, independent of the database: every clause; a clause when one of its atoms holds (or none, with `not`). */
export type Filter = readonly Clause[];

export interface Clause {
  not: boolean;
  any: readonly Atom[];
}

export const EQUAL_COLUMNS = [
  'severity',
  'status',
  'confidence',
  'task',
  'rule',
  'first_run',
  'last_run',
] as const;

export type Atom =
  | { is: 'equal'; column: (typeof EQUAL_COLUMNS)[number]; values: readonly string[] }
  | { is: 'id'; values: readonly string[] }
  /** `text` is folded; it stands somewhere in one of the columns. */
  | { is: 'containing'; columns: readonly ('title' | 'message' | 'place')[]; text: string }
  /** The asset has this id, or this (folded) text in its name. */
  | { is: 'asset'; text: string }
  /** From (included) to (excluded) in milliseconds; null is open. */
  | { is: 'seen'; column: 'first_seen' | 'last_seen'; from: number | null; to: number | null }
  /** Any value when `values` is null. */
  | { is: 'reference'; kind: string | null; values: readonly string[] | null }
  /** The run that saw it last is the one that saw it first. */
  | { is: 'new' };

/** Worst first; the others by time. Ties by id, in the direction of the time. */
export const FINDING_SORTS = ['severity', 'last-seen', 'first-seen', 'oldest'] as const;
export type FindingSort = (typeof FINDING_SORTS)[number];

export const SORT_COLUMNS = {
  severity: { column: 'severity_rank', order: 'asc', ids: 'desc' },
  'last-seen': { column: 'last_seen', order: 'desc', ids: 'desc' },
  'first-seen': { column: 'first_seen', order: 'desc', ids: 'desc' },
  oldest: { column: 'first_seen', order: 'asc', ids: 'asc' },
} as const;

export interface ListRequest {
  project: string;
  filter: Filter;
  sort: FindingSort;
  /** Value of the sorted column and id of the last one of the page before. */
  after?: readonly [number, string] | undefined;
  limit: number;
}

export interface FacetsRequest {
  project: string;
  filter: Filter;
}

export const FACETS = ['severity', 'status', 'confidence', 'task', 'rule', 'asset'] as const;

/** Counts of every value, most frequent first. They are exact. */
export interface Facets {
  total: number;
  counts: Record<(typeof FACETS)[number], [value: string, count: number][]>;
}

/**
 * Both databases fold A–Z only (`lower()` of SQLite without ICU, and of PostgreSQL with the collation C), so that an answer does not
 * depend on the database.
 */
export function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}
