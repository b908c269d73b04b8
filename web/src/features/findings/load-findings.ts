import { firstAnswers } from '../../app/first-answers.ts';
import { viewsQuery } from '../views/queries.ts';
import { listStateIn } from './list-state.ts';
import { facetsQuery, findingsQuery, priorityListQuery } from './queries.ts';

/** The list and what narrows it. Where the address has no query, the project says which it is. */
export const loadFindings = firstAnswers(({ client, search }) => {
  const views = client.prefetchQuery(viewsQuery);
  const priority = client.prefetchQuery(priorityListQuery);
  const list = async () => {
    await Promise.all(search.has('q') ? [] : [views, priority]);
    const { q, sort, group } = listStateIn(
      search,
      client.getQueryData(viewsQuery.queryKey)?.items ?? [],
      client.getQueryData(priorityListQuery.queryKey),
    );
    const facets = client.prefetchQuery(facetsQuery(q));
    await Promise.all([facets, group === null ? client.prefetchInfiniteQuery(findingsQuery(q, sort)) : null]);
  };
  return [views, priority, list()];
});
