import type { ConfigKey } from './schema.ts';

const HIDDEN = '•••';

/** A value as it may be shown: secrets not at all, addresses without their credentials. */
export function maskValue(key: Pick<ConfigKey, 'meta'>, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (key.meta.secret) return typeof value === 'string' && value.startsWith('secret:') ? value : HIDDEN;
  if (!key.meta.url) return value;
  if (typeof value === 'string') return maskUrl(value);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, url]) => [name, typeof url === 'string' ? maskUrl(url) : url]),
  );
}

/** Hides password, query values and path segments that look like a key (RPC providers put them there). */
export function maskUrl(text: string): string {
  if (text.startsWith('secret:')) return text;
  if (!URL.canParse(text)) return HIDDEN;
  const url = new URL(text);
  const user = url.username || url.password ? `${url.username}${url.password ? `:${HIDDEN}` : ''}@` : '';
  const path = url.pathname
    .split('/')
    .map((part) => (part.length >= 16 && /\d/.test(part) ? HIDDEN : part))
    .join('/');
  const query = [...url.searchParams.keys()].map((name) => `${name}=${HIDDEN}`).join('&');
  const shown = `${url.protocol}//${user}${url.host}${path}${query ? `?${query}` : ''}`;
  return /\/$/.test(text) ? shown : shown.replace(/\/$/, '');
}
