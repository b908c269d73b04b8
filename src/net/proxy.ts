import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { familyOf, subnet } from './special-addresses.ts';

export interface ProxySettings {
  /** Proxy for http and for https targets: `http://user:password@proxy.example.org:3128`. */
  http?: string | undefined;
  https?: string | undefined;
  /** Comma list as `NO_PROXY` has it: hosts, `.suffix`, addresses, networks, `host:port`, `*`. */
  none?: string | undefined;
  /**
   * The proxy resolves names itself. Then nobody checks where a name leads to; without it the proxy is given the address
   * that was checked.
   */
  resolves?: boolean | undefined;
}

/** The proxy for a target, or undefined for a direct connection. */
export function proxyFor(url: URL, settings: ProxySettings | undefined): URL | undefined {
  const address = url.protocol === 'https:' ? settings?.https : settings?.http;
  if (!address || isExcepted(url, settings?.none ?? '')) return undefined;
  return new URL(address);
}

function isExcepted(url: URL, none: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return none
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const network = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (network) {
    if (isIP(host) === 0 || familyOf(host) !== familyOf(network[1] ?? '')) return false;
    const family = familyOf(host);
    return subnet(network[1] ?? '', Number(network[2]), family).check(host, family);
  }
  const [, name = entry, wantedPort] =
    /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const plain = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return host === plain || host.endsWith(`.${plain}`);
}

/** What a proxy wants to know about us, from the user and password in its address. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A connection to `host:port` through the proxy (CONNECT, RFC 9110 §9.3.6). */
export function openTunnel(
  proxy: URL,
  target: { host: string; port: number; signal: AbortSignal },
): Promise<Socket> {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      signal: target.signal,
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(refused(proxy, response.statusCode));
    });
    request.once('response', (response) => {
      response.resume();
      reject(refused(proxy, response.statusCode));
    });
    request.once('error', (cause) =>
      reject(
        new SentinelError(
          'target-unreachable',
          `The proxy ${proxy.host} cannot be reached (${systemCode(cause) ?? 'unknown reason'}).`,
          { cause },
        ),
      ),
    );
    request.end();
  });
}

/** TLS over a tunnel. */
export function secureTunnel(
  socket: Socket,
  options: Omit<import('node:tls').ConnectionOptions, 'socket'>,
): import('node:tls').TLSSocket {
  return tlsConnect({ ...options, socket });
}

function refused(proxy: URL, status: number | undefined): SentinelError {
  const why = status === 407 ? 'wants a user and password' : `answered ${status ?? 'nothing'}`;
  return new SentinelError('target-unreachable', `The proxy ${proxy.host} ${why}.`);
}
