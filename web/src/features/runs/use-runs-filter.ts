import { useSearchParams } from 'react-router';
import type { TaskSummary } from '../../api/types.ts';

/** No condition is refused for many runs at once, since it is easily sent by mistake; this one says that all are meant. */
const EVERYTHING = 'status:active,ended';

/** What the list of runs is narrowed to: it all stands in the address. */
export function runsFilterIn(search: URLSearchParams, tasks: readonly TaskSummary[] | undefined) {
  const value = (key: string) => search.get(key) ?? '';
  const [status, task, since, category, asset, q] = ['status', 'task', 'since', 'category', 'asset', 'q'].map(
    value,
  ) as [string, string, string, string, string, string];
  const ofCategory = (tasks ?? []).filter((item) => item.category === category).map(({ id }) => id);
  const wanted = task || (category ? ofCategory.join(',') : '');
  const parts = [
    status && `status:${status}`,
    wanted && `task:${wanted}`,
    since && `created:>=${new Date(Number(since)).toISOString()}`,
    asset && `asset:${asset}`,
    q,
  ];
  return {
    ...{ status, task, since, category, asset, q },
    grouped: value('group') === 'error',
    job: value('job'),
    /** As the list takes it. */
    filter: {
      ...(status ? { status } : {}),
      ...(wanted ? { task: wanted } : {}),
      ...(since ? { since } : {}),
      ...(asset ? { asset } : {}),
      ...(q ? { q } : {}),
    },
    /** The same as one query. */
    asQuery: parts.filter(Boolean).join(' ') || EVERYTHING,
    filtered: parts.some(Boolean),
  };
}

export function useRunsFilter(tasks: readonly TaskSummary[] | undefined) {
  const [search, setSearch] = useSearchParams();
  return {
    ...runsFilterIn(search, tasks),
    set(changes: Readonly<Record<string, string>>) {
      const next = new URLSearchParams(search);
      for (const [key, text] of Object.entries(changes))
        if (text) next.set(key, text);
        else next.delete(key);
      setSearch(next, { replace: true });
    },
  };
}

export type RunsFilter = ReturnType<typeof useRunsFilter>;
