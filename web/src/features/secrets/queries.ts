import { queryOptions } from '@tanstack/react-query';
import { projectApi } from '../../api/system-api.ts';

export type Place = 'project' | 'instance';

export const secretsQuery = (of: Place) =>
  queryOptions({ queryKey: ['secrets', of], queryFn: ({ signal }) => projectApi.secrets(of, signal) });
