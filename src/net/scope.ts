import { BlockList, isIP } from 'node:net';
import { SentinelError } from '../lib/errors.ts';

/** One authorised target. `text` is the normal form that is stored and shown. */
export type ScopeEntry = { text: string } & (
  | { kind: 'host'; name: string; subdomains: boolean; port: number | null }
  | { kind: 'network'; list: BlockList }
  | { kind: 'prefix'; origin: string; host: string; path: string }
);

/** `example.org`, `*.example.org`, `example.org:8443`, `192.0.2.7`, `192.0.2.0/24`, `https://example.org:8443/app/`. */
export function parseScopeEntry(text: string): ScopeEntry {
  const value = text.trim().toLowerCase();
  if (/^https?:\/\//.test(value)) return prefixEntry(text.trim());
  const network = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(value);
  if (network) return networkEntry(text, network[1] ?? '', Number(network[2]));
  const wildcard = value.startsWith('*.');
  const { host, port } = splitPort(wildcard ? value.slice(2) : value);
  const name = URL.canParse(`http://${bracketed(host)}/`) ? plainHost(new URL(`http://${bracketed(host)}/`).hostname) : '';
  if (name === '' || host === '' || /[/?#@\s*]/.test(host)) throw wrong(text);
  if (wildcard && (isIP(name) !== 0 || !name.includes('.'))) throw wrong(text);
  const shown = `${wildcard ? '*.' : ''}${bracketed(name)}${port === null ? '' : `:${port}`}`;
  return { text: shown, kind: 'host', name, subdomains: wildcard, port };
}

/** True when the URL lies within one of the entries. Names are compared after WHATWG normalisation. */
export function allows(entries: readonly ScopeEntry[], url: URL): boolean {
  return entries.some((entry) => matches(entry, url));
}

/** True when the address itself is named, which an address that is not public needs. */
export function namesAddress(entries: readonly ScopeEntry[], address: string, requestedHost: string): boolean {
  return entries.some((entry) => {
    if (entry.kind === 'network') return entry.list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    const name = entry.kind === 'host' ? entry.name : entry.host;
    if (name === address) return true;
    return name === 'localhost' && requestedHost === 'localhost' && isLoopback(address);
  });
}

function matches(entry: ScopeEntry, url: URL): boolean {
  const host = plainHost(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  switch (entry.kind) {
    case 'host':
      if (entry.port !== null && entry.port !== port) return false;
      return entry.subdomains ? host.endsWith(`.${entry.name}`) : host === entry.name;
    case 'network': {
      const family = isIP(host);
      return family !== 0 && entry.list.check(host, family === 6 ? 'ipv6' : 'ipv4');
    }
    case 'prefix':
      return url.origin === entry.origin && (url.pathname === entry.path || url.pathname.startsWith(entry.path.endsWith('/') ? entry.path : `${entry.path}/`));
  }
}

function prefixEntry(text: string): ScopeEntry {
  if (!URL.canParse(text)) throw wrong(text);
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash) throw wrong(text);
  return { text: url.href, kind: 'prefix', origin: url.origin, host: plainHost(url.hostname), path: url.pathname };
}

function networkEntry(text: string, address: string, bits: number): ScopeEntry {
  const family = isIP(address);
  if (family === 0 || bits > (family === 6 ? 128 : 32)) throw wrong(text);
  const list = new BlockList();
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  return { text: `${address}/${bits}`, kind: 'network', list };
}

function splitPort(value: string): { host: string; port: number | null } {
  if (isIP(value) === 6) return { host: value, port: null };
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d{1,5}))?$/.exec(value);
  if (!match) return { host: '', port: null };
  const port = match[2] === undefined ? null : Number(match[2]);
  return port !== null && (port < 1 || port > 65535) ? { host: '', port: null } : { host: match[1] ?? '', port };
}

/** Without brackets and without the trailing dot of a fully qualified name. */
export function plainHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function wrong(text: string): SentinelError {
  const message = `expects a host, *.domain, address, network or address prefix; '${text}' is none`;
  return new SentinelError('invalid-parameter', `value: ${message}, for example example.org, 192.0.2.0/24 or https://example.org/app/.`, {
    fields: [{ field: 'value', message, example: 'example.org' }],
  });
}
