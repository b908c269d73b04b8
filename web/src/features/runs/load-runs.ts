import { firstAnswers } from '../../app/first-answers.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { runsQuery } from './queries.ts';
import { runsFilterIn } from './use-runs-filter.ts';

/** The list and the names of the tasks. A category is known by its tasks: its list is asked for by the page. */
export const loadRuns = firstAnswers(({ client, search }) => {
  const { filter, category, grouped } = runsFilterIn(search, undefined);
  return [
    client.prefetchQuery(tasksQuery),
    ...(category || grouped ? [] : [client.prefetchInfiniteQuery(runsQuery(filter))]),
  ];
});
