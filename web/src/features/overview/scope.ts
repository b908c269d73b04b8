import { useSearchParams } from 'react-router';
import type { Asked } from '../../api/system-api.ts';

export const SPANS = [7, 30, 90] as const;
const USUAL = 30;

/** One span of time and one scope for all cards, in the address: a link shows a colleague the same numbers. */
export interface Scope {
  days: number;
  asset: string;
  /** As the server takes it. */
  asked: Asked;
  /** A query about findings, within the scope. */
  within(q: string): string;
  setDays(days: number): void;
  setAsset(asset: string): void;
}

/** What an address asks for. */
export function scopeIn(search: URLSearchParams): Pick<Scope, 'days' | 'asset' | 'asked' | 'within'> {
  const given = Number(search.get('days'));
  const days = SPANS.find((span) => span === given) ?? USUAL;
  const asset = search.get('asset') ?? '';
  return {
    days,
    asset,
    asked: { days, ...(asset ? { asset } : {}) },
    within: (q) => [q, asset ? `asset:${asset}` : ''].filter(Boolean).join(' '),
  };
}

export function useScope(): Scope {
  const [search, setSearch] = useSearchParams();
  const set = (key: string, value: string) => {
    const params = new URLSearchParams(search);
    if (value === '') params.delete(key);
    else params.set(key, value);
    setSearch(params, { replace: true });
  };
  return {
    ...scopeIn(search),
    setDays: (next) => set('days', next === USUAL ? '' : String(next)),
    setAsset: (next) => set('asset', next),
  };
}

export function findingsLink(q: string, sort?: string): string {
  return `/findings?q=${encodeURIComponent(q)}${sort ? `&sort=${sort}` : ''}`;
}

/** Runs since then, within the scope. */
export function runsLink(asset: string, filter: Record<string, string | number>): string {
  const params = new URLSearchParams(Object.entries(filter).map(([key, value]) => [key, String(value)]));
  if (asset) params.set('asset', asset);
  return `/runs?${params}`;
}

const DAY_MS = 86_400_000;

/** The first day of the span, whole days in UTC, as the server counts them: `2026-10-28`. */
export function firstDay(days: number): string {
  return new Date((Math.floor(Date.now() / DAY_MS) + 1 - days) * DAY_MS).toISOString().slice(0, 10);
}
