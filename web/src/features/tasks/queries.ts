import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/api.ts';

export const tasksQuery = queryOptions({
  queryKey: ['tasks'],
  queryFn: ({ signal }) => api.tasks(signal),
  staleTime: 300_000,
});

/** How long tasks usually take here. */
export const durationsQuery = queryOptions({
  queryKey: ['task-durations'],
  queryFn: ({ signal }) => api.taskDurations(signal),
  staleTime: 300_000,
});

export const taskQuery = (task: string) =>
  queryOptions({
    queryKey: ['tasks', task],
    queryFn: ({ signal }) => api.task(task, signal),
    staleTime: 300_000,
  });
