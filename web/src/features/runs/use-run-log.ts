import { useEffect, useState } from 'react';
import type { LogLine } from '../../api/types.ts';
import { useLiveSocket } from '../../live/live.tsx';
import { followLog, LOG_LIMIT } from './live-run.ts';

const DRAW_MS = 100;

/** The log from its first line, then as it grows. `dropped` lines at the beginning are no longer held in memory. */
export function useRunLog(run: string): { lines: readonly LogLine[]; dropped: number } {
  const socket = useLiveSocket();
  const [log, setLog] = useState<{ lines: readonly LogLine[]; dropped: number }>({ lines: [], dropped: 0 });
  useEffect(() => {
    let all: LogLine[] = [];
    let dropped = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const known = new Set<string>();
    const draw = () => {
      timer = undefined;
      if (all.length > LOG_LIMIT) {
        dropped += all.length - LOG_LIMIT;
        all = all.slice(-LOG_LIMIT);
      }
      setLog({ lines: [...all], dropped });
    };
    const stop = followLog(socket, run, (lines) => {
      for (const line of lines) {
        if (known.has(line.cursor)) continue;
        known.add(line.cursor);
        all.push(line);
      }
      timer ??= setTimeout(draw, DRAW_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [socket, run]);
  return log;
}
