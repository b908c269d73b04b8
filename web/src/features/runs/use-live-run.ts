import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useLiveSocket } from '../../live/live.tsx';
import { followRun, type LiveRun, UNHEARD } from './live-run.ts';

/** The live state of a run while `active`; what was heard stays when the run has ended. */
export function useLiveRun(run: string, active: boolean): LiveRun {
  const socket = useLiveSocket();
  const live = useMemo(() => followRun(socket, run), [socket, run]);
  useEffect(() => (active ? live.start() : undefined), [live, active]);
  return useSyncExternalStore(live.watch, live.state) ?? UNHEARD;
}
