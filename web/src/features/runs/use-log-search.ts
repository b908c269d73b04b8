import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/api.ts';
import type { LogLine } from '../../api/types.ts';

const TYPING_MS = 250;
/** A log that grows is looked through again at most this often. */
const AGAIN_MS = 2000;
const AROUND = 300;

export const LEVELS = { all: '', warnings: 'warn,error', errors: 'error' } as const;
export type Level = keyof typeof LEVELS;

export function lineNumber({ cursor }: LogLine): number {
  return Number(cursor.slice(cursor.lastIndexOf(':') + 1));
}

/** The numbers of the lines that hold the words, in the whole log as the server has it, running or not. */
export function useLogSearch(run: string, asked: { words: string; level: Level; growing: boolean }) {
  const words = useSettled(asked.words.trim());
  const level = LEVELS[asked.level];
  const query = useQuery({
    queryKey: ['runs', run, 'log', 'find', words, level],
    queryFn: ({ signal }) => api.findInLog(run, { q: words, ...(level ? { level } : {}) }, signal),
    enabled: words !== '',
    placeholderData: keepPreviousData,
    ...(asked.growing ? { refetchInterval: AGAIN_MS } : {}),
  });
  const looking = words !== asked.words.trim() || (words !== '' && query.isPlaceholderData);
  return { found: words === '' ? undefined : query.data, looking, error: query.error };
}

/** Lines around one that is not held in memory. */
export function useLinesAround(run: string, line: number | null) {
  return useQuery({
    queryKey: ['runs', run, 'log', 'around', line],
    queryFn: ({ signal }) =>
      api.runLog(run, { after: `:${Math.max(0, (line ?? 0) - AROUND)}`, limit: 2 * AROUND }, signal),
    enabled: line !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
