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
  'hidden_by',
] as const;

export type Atom =
  | { is: 'equal'; column: (typeof EQUAL_COLUMNS)[number]; values: readonly string[] }
  | { is: 'id'; values: readonly string[] }
  /** `text` is folded; it stands somewhere in one of the columns. */
  | { is: 'containing'; columns: readonly ('title' | 'message' | 'place')[]; text: string }
  /** The asset has this id, or a name that fits: see `nameParts`. */
  | { is: 'asset'; text: string }
  /** From (included) to (excluded) in milliseconds; null is open. */
  | { is: 'seen'; column: 'first_seen' | 'last_seen'; from: number | null; to: number | null }
  /** Any value when `values` is null. */
  | { is: 'reference'; kind: string | null; values: readonly string[] | null }
  /** The run that saw it last is the one that saw it first. */
  | { is: 'new' }
  /** The account has this id or login. */
  | { is: 'assignee'; text: string }
  | { is: 'label'; values: readonly string[] }
  /** In one of these states at that time. */
  | { is: 'state'; states: readonly HiddenState[]; now: number }
  /** From (included) to (excluded); what has no value is in no range. */
  | { is: 'between'; column: RangeColumn; from: number | null; to: number | null }
  | { is: 'without'; what: 'assignee' | 'label' | RangeColumn }
  /** Open, and the time until when the policy wants it closed is over. */
  | { is: 'overdue'; now: number }
  /** About a CVE that is exploited, or whose EPSS score is in the range (from included, to excluded). */
  | { is: 'signal'; kev: true }
  | { is: 'signal'; kev: false; from: number | null; to: number | null };

export type RangeColumn = 'priority' | 'due' | 'accept_until' | 'closed';

/** Why lists do not show it: a suppression rule, a snooze that is not over, another tool's finding that stands for it. */
export const HIDDEN_STATES = ['suppressed', 'snoozed', 'merged'] as const;
export type HiddenState = (typeof HIDDEN_STATES)[number];

/** What a list leaves out, and counts. */
export interface Hide {
  states: readonly HiddenState[];
  now: number;
}

/** Worst first, what is due first; the others by time. Ties by id, in the direction of the time. */
export const FINDING_SORTS = ['severity', 'priority', 'due', 'last-seen', 'first-seen', 'oldest'] as const;
export type FindingSort = (typeof FINDING_SORTS)[number];

export const SORT_COLUMNS = {
  severity: { column: 'severity_rank', order: 'asc', ids: 'desc' },
  'last-seen': { column: 'last_seen', order: 'desc', ids: 'desc' },
  'first-seen': { column: 'first_seen', order: 'desc', ids: 'desc' },
  oldest: { column: 'first_seen', order: 'asc', ids: 'asc' },
  /** `absent` is where what has no value stands: last. */
  priority: { column: 'priority', order: 'desc', ids: 'desc', absent: -1e15 },
  due: { column: 'due', order: 'asc', ids: 'asc', absent: 9e15 },
} as const;

/** What a row is sorted by, for the cursor of its page. */
export function sortValue(row: Record<SortColumn, number | null>, sort: FindingSort): number {
  const by = SORT_COLUMNS[sort];
  return row[by.column] ?? ('absent' in by ? by.absent : 0);
}

type SortColumn = (typeof SORT_COLUMNS)[FindingSort]['column'];

export interface ListRequest {
  project: string;
  filter: Filter;
  hide?: Hide | undefined;
  sort: FindingSort;
  /** Value of the sorted column and id of the last one of the page before. */
  after?: readonly [number, string] | undefined;
  limit: number;
}

export interface FacetsRequest {
  project: string;
  filter: Filter;
  hide?: Hide | undefined;
}

/** Ids in their order, for work on everything that fits. */
export interface IdsRequest {
  project: string;
  filter: Filter;
  hide?: Hide | undefined;
  after?: string | undefined;
  limit: number;
}

export const ROW_FACETS = ['severity', 'status', 'confidence', 'task', 'rule', 'asset', 'assignee'] as const;
export const FACETS = [...ROW_FACETS, 'label'] as const;

/** Counts of every value, most frequent first. They are exact. A finding counts with each of its labels. */
export interface Facets {
  total: number;
  counts: Record<(typeof FACETS)[number], [value: string, count: number][]>;
  /** What fits and is left out, by why; one finding may count several times, in `any` once. */
  hidden: Record<HiddenState | 'any', number>;
}

/** The facet value of findings that are nobody's. */
export const NOBODY = 'none';

/** What is left out, as a part of the filter. */
export function withoutHidden(filter: Filter, hide: Hide | undefined): Filter {
  if (!hide || hide.states.length === 0) return filter;
  return [...filter, { not: true, any: [{ is: 'state', states: hide.states, now: hide.now }] }];
}

/**
 * Both databases fold A–Z only (`lower()` of SQLite without ICU, and of PostgreSQL with the collation C), so that an answer does not
 * depend on the database.
 */
export function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}

const STAR = /\\\*|\*/g;

/**
 * Of a name in a query, what stands between its wildcards, folded: `shop*` is `shop` and nothing, a name without `*` is one part and
 * meant exactly. `\*` is a star that is part of the name.
 */
export function nameParts(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let at = 0;
  for (const { 0: star, index } of text.matchAll(STAR)) {
    part += text.slice(at, index);
    at = index + star.length;
    if (star === '*') {
      parts.push(part);
      part = '';
    } else part += '*';
  }
  return [...parts, part + text.slice(at)].map(fold);
}

/** Whether a name (not folded) is what these parts say. */
export function fitsParts(parts: readonly string[], name: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  const folded = fold(name);
  if (last === undefined) return folded === first;
  if (!folded.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = folded.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return folded.length - last.length >= at && folded.endsWith(last);
}
