import { queryOptions } from '@tanstack/react-query';
import { systemApi } from '../../api/system-api.ts';

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => systemApi.settings(signal),
});
