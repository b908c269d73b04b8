import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/api.ts';

export const scopeQuery = queryOptions({ queryKey: ['scope'], queryFn: ({ signal }) => api.scope(signal) });
