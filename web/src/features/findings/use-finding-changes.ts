import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useProjectEvents } from '../../live/live.tsx';
import { refresh } from './use-triage.ts';

/** What one does with a row of many events comes in one go. */
const STILL_MS = 250;

/** Keeps one finding as it is now: what others decide, write or find about it appears by itself. */
export function useFindingChanges(finding: string): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waits is about the finding before
  useEffect(() => () => clearTimeout(timer.current), [finding]);
  const readAgain = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => refresh(client, [finding]), STILL_MS);
  };
  useProjectEvents((events) => {
    const own = events.some(({ type, data }) => type.startsWith('finding.') && data.finding === finding);
    if (own) readAgain();
  }, readAgain);
}
