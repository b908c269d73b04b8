import { type BlockList, isIP } from 'node:net';
import { SentinelError } from '../lib/errors.ts';
import { familyOf, isSpecial, isSpecialNetwork, subnet } from './special-addresses.ts';

/** One authorised target. `text` is the normal form that is stored and shown. */
export type ScopeEntry = { text: string } & (
  | { kind: 'host'; name: string; subdomains: boolean; port: number | null }
  | { kind: 'network'; list: BlockList; family: 'ipv4' | 'ipv6'; special: boolean }
  | { kind: 'prefix'; origin: string; host: string; port: number; path: string }
);

/** `example.org`, `*.example.org`, `example.org:8443`, `192.0.2.7`, `192.0.2.0/24`, `https://example.org:8443/app/`. */
export function parseScopeEntry(text: string): ScopeEntry {
  const value = text.trim().toLowerCase();
  if (/^https?:\/\//.test(value)) return prefixEntry(text.trim());
  const network = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(value);
  if (network) return networkEntry(text, network[1] ?? '', Number(network[2]));
  return hostEntry(text, value);
}

/** True when the URL lies within one of the entries. Names are compared after WHATWG normalisation. */
export function allows(entries: readonly ScopeEntry[], url: URL): boolean {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  const host = plainHost(url.hostname);
  return entries.some((entry) =>
    entry.kind === 'prefix'
      ? url.origin === entry.origin && isBelow(url.pathname, entry.path)
      : coversHost(entry, host, portOf(url)),
  );
}

/** True when one of the entries covers something on this port of the host: what a look at its TLS needs. */
export function allowsEndpoint(entries: readonly ScopeEntry[], host: string, port: number): boolean {
  return entries.some((entry) =>
    entry.kind === 'prefix' ? entry.host === host && entry.port === port : coversHost(entry, host, port),
  );
}

/**
 * True when an address that is not public is named itself: as an address, by a network that lies wholly in such a range
 * (`0.0.0.0/0` names none), or as `localhost`, which names the loopback addresses of this machine.
 */
export function namesAddress(
  entries: readonly ScopeEntry[],
  address: string,
  requestedHost: string,
): boolean {
  return entries.some((entry) => {
    if (entry.kind === 'network') {
      return entry.special && entry.family === familyOf(address) && entry.list.check(address, entry.family);
    }
    if (entry.kind === 'host' && entry.subdomains) return false;
    const name = entry.kind === 'host' ? entry.name : entry.host;
    if (isIP(name) !== 0) return name === normalAddress(address);
    return name === 'localhost' && requestedHost === 'localhost' && isLoopback(address);
  });
}

/** Without brackets and without the trailing dot of a fully qualified name. */
export function plainHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function coversHost(entry: Exclude<ScopeEntry, { kind: 'prefix' }>, host: string, port: number): boolean {
  if (entry.kind === 'network') {
    if (isIP(host) === 0 || entry.family !== familyOf(host)) return false;
    return entry.list.check(host, entry.family) && (entry.special || !isSpecial(host));
  }
  if (entry.port !== null && entry.port !== port) return false;
  return entry.subdomains ? isIP(host) === 0 && host.endsWith(`.${entry.name}`) : host === entry.name;
}

/**
 * A server may decode a path once more than we do (`/app/..%2fadmin`, `/app/..;/admin`): such a path is not below anything
 * but the root.
 */
function isBelow(path: string, prefix: string): boolean {
  if (prefix === '/') return true;
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  if (path !== prefix && !path.startsWith(folder)) return false;
  let decoded = path;
  for (let round = 0; round < 3; round += 1) {
    if (decoded.split(/[/\\]/).some((part) => /^\.\.?(;|$)/.test(part))) return false;
    decoded = decoded.replace(/%(2e|2f|5c|25|3b)/gi, (code) => decodeURIComponent(code));
  }
  return !/%25/i.test(decoded);
}

function hostEntry(text: string, value: string): ScopeEntry {
  const wildcard = value.startsWith('*.');
  const { host, port } = splitPort(wildcard ? value.slice(2) : value);
  const asUrl = `http://${bracketed(host)}/`;
  if (host === '' || /[/?#@\\%\s*]/.test(host) || !URL.canParse(asUrl)) throw wrong(text);
  const name = plainHost(new URL(asUrl).hostname);
  // `2130706433` and `0x7f.1` are spellings of 127.0.0.1: nobody who means that writes it so.
  if (name === '' || (isIP(name) === 4 && name !== host)) throw wrong(text);
  if (wildcard && (isIP(name) !== 0 || !name.includes('.'))) throw wrong(text);
  const shown = `${wildcard ? '*.' : ''}${bracketed(name)}${port === null ? '' : `:${port}`}`;
  return { text: shown, kind: 'host', name, subdomains: wildcard, port };
}

function prefixEntry(text: string): ScopeEntry {
  if (!URL.canParse(text) || /[\\\s]/.test(text)) throw wrong(text);
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash || url.hostname.includes('*')) throw wrong(text);
  return {
    text: url.href,
    kind: 'prefix',
    origin: url.origin,
    host: plainHost(url.hostname),
    port: portOf(url),
    path: url.pathname,
  };
}

function networkEntry(text: string, address: string, bits: number): ScopeEntry {
  const version = isIP(address);
  if (version === 0 || bits > (version === 6 ? 128 : 32)) throw wrong(text);
  const family = familyOf(address);
  return {
    text: `${address}/${bits}`,
    kind: 'network',
    list: subnet(address, bits, family),
    family,
    special: isSpecialNetwork(address, bits),
  };
}

function splitPort(value: string): { host: string; port: number | null } {
  if (isIP(value) === 6) return { host: value, port: null };
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d{1,5}))?$/.exec(value);
  if (!match) return { host: '', port: null };
  const port = match[2] === undefined ? null : Number(match[2]);
  return port !== null && (port < 1 || port > 65535)
    ? { host: '', port: null }
    : { host: match[1] ?? '', port };
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** IPv6 has many spellings; the resolver and the user may choose different ones. */
function normalAddress(address: string): string {
  return isIP(address) === 6 && !address.includes('%')
    ? plainHost(new URL(`http://[${address}]/`).hostname)
    : address;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function wrong(text: string): SentinelError {
  const message = `expects a host, *.domain, address, network or address prefix; '${text}' is none`;
  return new SentinelError(
    'invalid-parameter',
    `value: ${message}, for example example.org, 192.0.2.0/24 or https://example.org/app/.`,
    { fields: [{ field: 'value', message, example: 'example.org' }] },
  );
}
