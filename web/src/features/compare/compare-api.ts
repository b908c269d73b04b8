import { infiniteQueryOptions } from '@tanstack/react-query';
import type * as z from 'zod';
import type { findingDiff, DiffItem as Item } from '../../../../src/operations/diff.ts';
import { request } from '../../api/client.ts';
import { addressInProject } from '../../api/project.ts';

export type Diff = z.output<(typeof findingDiff)['output']>;
export type DiffItem = Item;
export type DiffSection = Diff['section'];

export const SECTIONS = [
  'new',
  'fixed',
  'changed',
  'still',
  'dismissed',
  'not-looked-at',
] as const satisfies readonly DiffSection[];

export interface Sides {
  from: string;
  to: string;
  asset: string;
}

export const diffQuery = (sides: Sides, section: DiffSection) =>
  infiniteQueryOptions({
    queryKey: ['findings', 'diff', sides, section],
    queryFn: ({ pageParam, signal }) =>
      request<Diff>('/api/v1/findings/diff', {
        query: { ...sides, section, cursor: pageParam, limit: 100 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    retry: false,
  });

export function diffFile({ from, to, asset }: Sides, format: 'markdown' | 'sarif' | 'json'): string {
  const address = addressInProject('/api/v1/findings/diff/file');
  const search = new URLSearchParams({ from, to, format, ...(asset ? { asset } : {}) });
  return `${address}${address.includes('?') ? '&' : '?'}${search}`;
}

/** A comment in a pull request ends at 65,536 characters; the server keeps to it. */
export async function readMarkdown(sides: Sides, signal: AbortSignal): Promise<string> {
  const response = await fetch(diffFile(sides, 'markdown'), { credentials: 'same-origin', signal });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.text();
}
