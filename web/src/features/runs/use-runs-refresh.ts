import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useProjectEvents } from '../../live/live.tsx';

/** At most one reload a second, however fast runs come and go. */
const REFRESH_MS = 1000;

/** Keeps lists of runs and findings as fresh as the event stream. */
export function useRunsRefresh(also: readonly (readonly string[])[] = [], everyMs = REFRESH_MS): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const refresh = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of [['runs', 'list'], ...also]) void client.invalidateQueries({ queryKey });
    }, everyMs);
  };
  useProjectEvents((events) => {
    if (events.some((event) => event.type.startsWith('run.') || event.type.startsWith('finding.'))) refresh();
  }, refresh);
}
