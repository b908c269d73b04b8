import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type * as z from 'zod';
import type { assetList, assetSet } from '../../../../src/operations/assets.ts';
import type { signalsImport, signalsStatus } from '../../../../src/operations/signals.ts';
import { request } from '../../api/client.ts';
import { overviewApi } from '../../api/system-api.ts';
import type { Page } from '../../api/types.ts';
import { upload } from '../../api/upload.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type Asset = Item<typeof assetList>;
export type AssetFacts = Body<typeof assetSet>;
export type Signals = Answer<typeof signalsStatus>;
export type SignalsImported = Answer<typeof signalsImport>;

const V1 = '/api/v1';

export const CRITICALITIES = ['low', 'medium', 'high', 'critical'] as const;
export const EXPOSURES = ['isolated', 'internal', 'internet'] as const;

export const assetsQuery = (q: string, unknown: boolean) =>
  infiniteQueryOptions({
    queryKey: ['assets', 'list', q, unknown],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Asset>>(`${V1}/assets`, {
        query: { q, ...(unknown ? { unknown: 'true' } : {}), cursor: pageParam, limit: 100 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export const assetNamesQuery = queryOptions({
  queryKey: ['assets', 'list', 'names'],
  queryFn: ({ signal }) => request<Page<Asset>>(`${V1}/assets`, { query: { limit: 1000 }, signal }),
});

/** Open findings by asset, as the list counts them. */
export const openByAssetQuery = queryOptions({
  queryKey: ['findings', 'facets', 'is:open', 'assets'],
  queryFn: ({ signal }) => overviewApi.facets('is:open', signal),
});

export const signalsQuery = queryOptions({
  queryKey: ['signals'],
  queryFn: ({ signal }) => request<Signals>(`${V1}/intel/signals`, { signal }),
});

export const assetPath = (asset: string) => `${V1}/assets/${encodeURIComponent(asset)}`;

export const readAsset = (asset: string) => request<Asset>(assetPath(asset));

export const setAsset = (asset: string, facts: AssetFacts, ifMatch?: string) =>
  request<Asset>(assetPath(asset), { method: 'PATCH', body: facts, ifMatch });

export interface SignalsWish {
  file: File;
  /** `2026-11-01`, where the file does not say so. */
  asOf: string;
  older: boolean;
}

export function importSignals({ file, asOf, older }: SignalsWish): Promise<SignalsImported> {
  const search = new URLSearchParams({
    ...(asOf ? { 'as-of': asOf } : {}),
    ...(older ? { older: 'true' } : {}),
  });
  const query = search.toString();
  return upload<SignalsImported>(`${V1}/intel/signals${query ? `?${query}` : ''}`, file);
}
