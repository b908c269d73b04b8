import { useSearchParams } from 'react-router';
import { PRIORITY } from './priority.ts';
import type { FindingSort, View } from './types.ts';

export const SORTS = [
  'severity',
  'priority',
  'due',
  'last-seen',
  'first-seen',
  'oldest',
] as const satisfies readonly FindingSort[];
export const GROUPS = ['rule', 'asset'] as const;
export type Group = (typeof GROUPS)[number];
export const GROUP_SORTS = ['severity', 'count'] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

export interface ListState {
  q: string;
  sort: FindingSort;
  group: Group | null;
  groupSort: GroupSort;
  /** The group that is open. */
  open: string | null;
  /** The finding beside the list. */
  peek: string | null;
  /** The bulk change that is shown. */
  change: string | null;
  view: View | null;
  set(changes: Record<string, string | null>): void;
}

type Shown = Omit<ListState, 'set'>;
const USUAL: { query: string; sort: FindingSort } = { query: PRIORITY, sort: 'priority' };

/** What an address shows. */
export function listStateIn(search: URLSearchParams, views: readonly View[], priority = USUAL): Shown {
  const view = views.find(({ id }) => id === search.get('view')) ?? null;
  const q = search.get('q') ?? view?.query ?? priority.query;
  const sort = search.get('sort');
  const group = search.get('group');
  return {
    q,
    sort:
      SORTS.find((one) => one === sort) ?? view?.sort ?? (q === priority.query ? priority.sort : 'severity'),
    group: GROUPS.find((one) => one === group) ?? null,
    groupSort: search.get('groups') === 'count' ? 'count' : 'severity',
    open: search.get('open'),
    peek: search.get('peek'),
    change: search.get('change'),
    view,
  };
}

/** All that makes the list what it is stands in the address: a link shows a colleague the same. */
export function useListState(views: readonly View[], priority = USUAL): ListState {
  const [search, setSearch] = useSearchParams();
  return {
    ...listStateIn(search, views, priority),
    set(changes) {
      // The address itself: what is drawn may still be that of before, while two changes follow each other.
      const next = new URLSearchParams(window.location.search);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) next.delete(key);
        else next.set(key, value);
      }
      setSearch(next, { replace: true });
    },
  };
}
