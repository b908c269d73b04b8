import { firstAnswers } from '../../app/first-answers.ts';
import { signalsQuery } from '../assets/assets-api.ts';
import { runsQuery } from '../runs/queries.ts';
import { scopeQuery } from '../scope/queries.ts';
import { findingNeeds } from './attention.tsx';
import {
  agesQuery,
  anyScheduleQuery,
  anyUserQuery,
  attentionQuery,
  facetsQuery,
  trendQuery,
  userSettingsQuery,
} from './queries.ts';
import { firstDay, scopeIn } from './scope.ts';

/** What stands in the first screen of the overview, the uppermost first; the cards below it ask when they are drawn. */
export const loadOverview = firstAnswers(({ client, may, search }) => {
  const { asked, days, within } = scopeIn(search);
  const counted = [
    ...findingNeeds(within).map(({ q }) => q),
    within('is:open'),
    within(`first-seen:>=${firstDay(days)}`),
    within('is:open has:cve'),
  ];
  return [
    client.prefetchQuery(userSettingsQuery),
    client.prefetchQuery(attentionQuery),
    ...(may('run:read') ? [client.prefetchInfiniteQuery(runsQuery({}))] : []),
    ...(may('scope:write') ? [client.prefetchQuery(scopeQuery)] : []),
    ...(may('workflow:write') ? [client.prefetchQuery(anyScheduleQuery)] : []),
    ...(may('user:write') ? [client.prefetchQuery(anyUserQuery)] : []),
    ...(may('finding:read')
      ? [
          client.prefetchQuery(facetsQuery('')),
          client.prefetchQuery(signalsQuery),
          ...counted.map((q) => client.prefetchQuery(facetsQuery(q))),
          client.prefetchQuery(trendQuery(asked)),
          client.prefetchQuery(agesQuery(asked)),
        ]
      : []),
  ];
});
