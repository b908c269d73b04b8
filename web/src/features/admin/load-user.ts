import { firstAnswers } from '../../app/first-answers.ts';
import { rolesQuery, tokensQuery, userQuery, userSessionsQuery } from './queries.ts';

/** All parts of the page of one account: none of them pushes another down when it comes. */
export const loadUser = firstAnswers(({ client, may, params: { user = '' } }) => [
  client.prefetchQuery(userQuery(user)),
  client.prefetchQuery(userSessionsQuery(user)),
  ...(may('role:read') ? [client.prefetchQuery(rolesQuery)] : []),
  ...(may('token:read') ? [client.prefetchQuery(tokensQuery(user))] : []),
]);
