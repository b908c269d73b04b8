import { isIP } from 'node:net';
import { SentinelError } from '../lib/errors.ts';
import type { LogLevel } from '../model/run.ts';
import type { HttpRequest, HttpResponse, Net, TlsAnswer, TlsRequest } from '../plugin/powers/net.ts';
import { exchange } from './exchange.ts';
import { type CheckedAddress, checkedAddresses, type Resolve } from './guard.ts';
import { createPace } from './pace.ts';
import { openTunnel, type ProxySettings, proxyFor } from './proxy.ts';
import { allows, allowsEndpoint, plainHost, type ScopeEntry } from './scope.ts';
import { lookAtTls } from './tls-look.ts';

export interface HostNetOptions {
  /** What the user is authorised to assess; anything else is refused. */
  entries: readonly ScopeEntry[];
  userAgent: string;
  /** Starts per second and host. */
  ratePerSecond: number;
  /** 4 unless told. */
  maxConcurrent?: number;
  /** Requests and TLS looks of the whole run. */
  maxRequests: number;
  signal: AbortSignal;
  log?(level: LogLevel, text: string): void;
  proxy?: ProxySettings | undefined;
  /** Certificates (PEM) to trust instead of the built-in ones, for an authority of one's own. */
  ca?: readonly string[] | undefined;
  /** Name resolution; the system's when absent. */
  resolve?: Resolve;
}

const DEFAULT_CONCURRENT = 4;
const DEFAULT_TIMEOUT = 10_000;
const MAX_TIMEOUT = 120_000;
const DEFAULT_BYTES = 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
const METHODS = ['GET', 'HEAD', 'OPTIONS'] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const MAX_HEADERS = 50;
/** These say where a message ends and for whom it is: a task must not make a proxy and a server disagree about that. */
const OWN_HEADERS = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade proxy-authorization proxy-connection'.split(
    ' ',
  ),
);

/** The `net` power. What a task's process asks for is checked here as if a stranger had written it. */
export function createHostNet(options: HostNetOptions): Net {
  const { entries } = options;
  const pace = createPace({ maxConcurrent: DEFAULT_CONCURRENT, ...options });
  let used = 0;

  function count(): void {
    options.signal.throwIfAborted();
    used += 1;
    if (used > options.maxRequests) {
      throw new SentinelError(
        'request-limit',
        `The run has made ${options.maxRequests} requests, its limit.`,
      );
    }
  }

  return {
    async http(request) {
      const url = targetOf(request, entries);
      const method = methodOf(request);
      const headers = {
        'user-agent': options.userAgent,
        accept: '*/*',
        'accept-encoding': 'identity',
        ...headersOf(request),
      };
      count();
      return pace.run(plainHost(url.hostname), async (): Promise<HttpResponse> => {
        options.log?.('debug', `${method} ${url.origin}${url.pathname}`);
        return inTime(url.origin, request.timeoutMs, async (signal) => {
          const proxy = proxyFor(url, options.proxy);
          const addresses = await addressesOf(plainHost(url.hostname), proxy);
          const maxBytes = bounded(request.maxBytes, { otherwise: DEFAULT_BYTES, least: 0, most: MAX_BYTES });
          const inspect = request.inspect === true;
          return exchange({
            url,
            method,
            headers,
            addresses,
            signal,
            maxBytes,
            ca: options.ca,
            inspect,
            proxy,
          });
        });
      });
    },

    async tls(request) {
      const { host, port } = endpointOf(request, entries);
      if (request.version !== undefined && !TLS_VERSIONS.includes(request.version)) {
        throw invalid('version', `expects one of ${TLS_VERSIONS.join(', ')}`, 'TLSv1.2');
      }
      count();
      return pace.run(host, async (): Promise<TlsAnswer | null> => {
        options.log?.('debug', `TLS ${request.version ?? 'any version'} with ${host}:${port}`);
        return inTime(`${host}:${port}`, request.timeoutMs, async (signal) => {
          const proxy = proxyFor(
            new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`),
            options.proxy,
          );
          const addresses = await addressesOf(host, proxy);
          const through =
            proxy && (await openTunnel(proxy, { host: addresses[0]?.address ?? host, port, signal }));
          return lookAtTls({
            host,
            port,
            version: request.version,
            addresses,
            signal,
            ca: options.ca,
            through,
          });
        });
      });
    },
  };

  /** A proxy that resolves names gets the name and checks itself; addresses are checked here all the same. */
  async function addressesOf(host: string, proxy: URL | undefined): Promise<readonly CheckedAddress[]> {
    if (proxy && options.proxy?.resolves && isIP(host) === 0) return [];
    return checkedAddresses(entries, host, options.resolve);
  }

  /** Runs with a deadline for everything, name resolution included. */
  async function inTime<T>(
    what: string,
    timeoutMs: number | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limit = bounded(timeoutMs, { otherwise: DEFAULT_TIMEOUT, least: 1, most: MAX_TIMEOUT });
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limit);
    const signal = AbortSignal.any([options.signal, late.signal]);
    let ended: (() => void) | undefined;
    const end = new Promise<never>((_resolve, reject) => {
      ended = () => {
        if (options.signal.aborted) reject(options.signal.reason);
        else reject(new SentinelError('target-unreachable', `${what} did not answer within ${limit} ms.`));
      };
      signal.addEventListener('abort', ended, { once: true });
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([work(signal), end]);
    } finally {
      clearTimeout(timer);
      if (ended) signal.removeEventListener('abort', ended);
    }
  }
}

function targetOf(request: HttpRequest, entries: readonly ScopeEntry[]): URL {
  if (typeof request.url !== 'string' || !URL.canParse(request.url)) {
    throw invalid('url', 'expects a complete http or https address', 'https://example.org/');
  }
  const url = new URL(request.url);
  if (url.username !== '' || url.password !== '') {
    throw invalid('url', 'expects an address without user name and password', 'https://example.org/');
  }
  url.hash = '';
  if (!allows(entries, url)) throw outOfScope(`${url.origin}${url.pathname}`);
  return url;
}

function endpointOf(request: TlsRequest, entries: readonly ScopeEntry[]): { host: string; port: number } {
  const port = request.port ?? 443;
  const asUrl = `https://${isIP(String(request.host)) === 6 ? `[${request.host}]` : request.host}/`;
  if (
    !Number.isInteger(port) ||
    port < 1 ||
    port > 65535 ||
    !URL.canParse(asUrl) ||
    /[/?#@\\:\s]/.test(asUrl.slice(8, -1).replace(/^\[.*\]$/, ''))
  ) {
    throw invalid('host', 'expects a host name or address and a port from 1 to 65535', 'example.org');
  }
  const host = plainHost(new URL(asUrl).hostname);
  if (!allowsEndpoint(entries, host, port)) throw outOfScope(`${host}:${port}`);
  return { host, port };
}

function methodOf(request: HttpRequest): 'GET' | 'HEAD' | 'OPTIONS' {
  const method = request.method ?? 'GET';
  if (!METHODS.includes(method)) throw invalid('method', `expects one of ${METHODS.join(', ')}`, 'GET');
  return method;
}

function headersOf(request: HttpRequest): Record<string, string> {
  const entries = Object.entries(request.headers ?? {});
  if (entries.length > MAX_HEADERS)
    throw invalid('headers', `expects at most ${MAX_HEADERS} headers`, 'accept');
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const lower = name.toLowerCase();
      const wellFormed =
        /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) &&
        typeof value === 'string' &&
        /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
      if (!wellFormed || OWN_HEADERS.has(lower))
        throw invalid('headers', `the header '${name}' may not be sent`, 'accept');
      return [lower, value];
    }),
  );
}

function bounded(
  value: number | undefined,
  limits: { otherwise: number; least: number; most: number },
): number {
  if (value === undefined || !Number.isFinite(value)) return limits.otherwise;
  return Math.min(limits.most, Math.max(limits.least, Math.floor(value)));
}

function outOfScope(what: string): SentinelError {
  return new SentinelError('out-of-scope', `${what} is outside the authorised scope of this run.`);
}

function invalid(field: string, message: string, example: string): SentinelError {
  return new SentinelError('invalid-parameter', `${field}: ${message}, for example ${example}.`, {
    fields: [{ field, message, example }],
  });
}
