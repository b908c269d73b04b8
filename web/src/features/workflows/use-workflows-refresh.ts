import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useProjectEvents } from '../../live/live.tsx';

/** At most one reload a second, however fast runs come and go. */
const REFRESH_MS = 1000;

/** Which lists an event makes old. */
const TOUCHED: Record<string, readonly (readonly string[])[]> = {
  workflow: [
    ['workflows', 'list'],
    ['workflows', 'names'],
    ['workflows', 'one'],
  ],
  'workflow-run': [
    ['workflow-runs', 'list'],
    ['workflow-runs', 'recent'],
    ['workflow-runs', 'last'],
    ['schedules'],
    ['triggers'],
  ],
  schedule: [['schedules']],
  trigger: [['triggers']],
  approval: [['approvals']],
};

/** Keeps what stands on these screens as fresh as the event stream. */
export function useWorkflowsRefresh(): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const waiting = useRef(new Set<string>());
  useEffect(() => () => clearTimeout(timer.current), []);

  const refresh = (kinds: Iterable<string>) => {
    for (const kind of kinds) waiting.current.add(kind);
    if (waiting.current.size === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const kind of waiting.current)
        for (const queryKey of TOUCHED[kind] ?? []) void client.invalidateQueries({ queryKey });
      waiting.current.clear();
    }, REFRESH_MS);
  };
  useProjectEvents(
    (events) => refresh(events.map(({ type }) => type.split('.')[0] ?? '').filter((kind) => kind in TOUCHED)),
    () => refresh(Object.keys(TOUCHED)),
  );
}
