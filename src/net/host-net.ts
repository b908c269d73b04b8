import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type PeerCertificate, type DetailedPeerCertificate } from 'node:tls';
import { isIP } from 'node:net';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { HttpRequest, HttpResponse, Net, TlsAnswer, TlsCertificate, TlsRequest } from '../plugin/powers/net.ts';
import { type CheckedAddress, checkedAddress } from './guard.ts';
import { allows, parseScopeEntry, plainHost } from './scope.ts';

export interface HostNetOptions {
  /** Authorised hosts, as texts of the scope. */
  scope: readonly string[];
  userAgent: string;
  /** Requests and handshakes a second to one host. */
  ratePerSecond: number;
  /** Bound of a whole run. */
  maxRequests: number;
  signal: AbortSignal;
}

const METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The `net` power: runs in the host, so that scope, address guard, rate and bounds lie outside the task's process. */
export function createHostNet(options: HostNetOptions): Net {
  const entries = options.scope.map(parseScopeEntry);
  const paces = new Map<string, number>();
  let used = 0;

  async function admit(url: URL): Promise<CheckedAddress> {
    if (!allows(entries, url)) throw new SentinelError('out-of-scope', `${url.origin} is outside the authorised scope.`);
    used += 1;
    if (used > options.maxRequests) throw new SentinelError('output-limit', `The run made more than ${options.maxRequests} requests.`);
    const address = await checkedAddress(entries, url);
    const at = Math.max(Date.now(), paces.get(url.hostname) ?? 0);
    paces.set(url.hostname, at + 1000 / options.ratePerSecond);
    const wait = at - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (options.signal.aborted) throw new SentinelError('run-not-active', 'The run was cancelled.');
    return address;
  }

  return {
    async http(request) {
      const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
      if (!url || !/^https?:$/.test(url.protocol)) throw new SentinelError('invalid-parameter', 'The task asked for an address that is not http or https.');
      if (!METHODS.includes(request.method ?? 'GET')) throw new SentinelError('forbidden', `The method ${request.method} is not passive.`);
      const address = await admit(url);
      return exchange(url, request, address, options);
    },
    async tls(request) {
      const port = request.port ?? 443;
      const url = new URL(`https://${isIP(request.host) === 6 ? `[${request.host}]` : request.host}:${port}/`);
      const address = await admit(url);
      return handshake(url, request, address);
    },
  };
}

function exchange(url: URL, request: HttpRequest, address: CheckedAddress, options: HostNetOptions): Promise<HttpResponse> {
  const started = Date.now();
  const maxBytes = Math.min(request.maxBytes ?? 1024 * 1024, 8 * 1024 * 1024);
  const settings: RequestOptions & { rejectUnauthorized?: boolean; servername?: string } = {
    method: request.method ?? 'GET',
    host: address.address,
    family: address.family,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, 'user-agent': options.userAgent, accept: '*/*', connection: 'close', ...request.headers },
    agent: false,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(Math.min(request.timeoutMs ?? 10_000, 60_000))]),
    maxHeaderSize: 64 * 1024,
  };
  if (url.protocol === 'https:') {
    // A bad certificate is a finding of `tls()`, not a reason to see nothing: this look sends no secrets and acts on no answer.
    settings.rejectUnauthorized = false;
    const name = plainHost(url.hostname);
    if (isIP(name) === 0) settings.servername = name;
  }
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(settings, (incoming) => {
      readBody(incoming, maxBytes).then(({ body, truncated }) => {
        resolve({ url: url.href, status: incoming.statusCode ?? 0, headers: pairs(incoming.rawHeaders), body, truncated, remoteAddress: address.address, durationMs: Date.now() - started });
        outgoing.destroy();
      }, reject);
    });
    outgoing.once('error', (cause) => reject(unreachable(url, cause)));
    outgoing.end();
  });
}

/** The body as far as it came: a connection that breaks in the middle gives a truncated body, not an error. */
async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<{ body: Uint8Array; truncated: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  let truncated = false;
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      parts.push(part.subarray(0, maxBytes - length));
      length += part.length;
      if (length >= maxBytes) {
        truncated = length > maxBytes;
        break;
      }
    }
  } catch {
    truncated = true;
  }
  return { body: new Uint8Array(Buffer.concat(parts)), truncated };
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2] ?? '', raw[index * 2 + 1] ?? '']);
}

function handshake(url: URL, request: TlsRequest, address: CheckedAddress): Promise<TlsAnswer | null> {
  const name = plainHost(url.hostname);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address.address,
      port: Number(url.port || 443),
      // The certificate is what is looked at: it must be seen when it is bad, too. Nothing is sent over this connection.
      rejectUnauthorized: false,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(request.version ? { minVersion: request.version, maxVersion: request.version, ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    });
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), request.timeoutMs ?? 10_000);
    socket.once('secureConnect', () => {
      const trustError = socket.authorizationError as unknown as { code?: string } | string | null;
      const code = typeof trustError === 'string' ? trustError : (trustError?.code ?? null);
      resolve({
        protocol: socket.getProtocol() ?? 'unknown',
        cipher: socket.getCipher().standardName ?? socket.getCipher().name,
        trusted: socket.authorized,
        trustError: socket.authorized ? null : (code ?? 'UNKNOWN'),
        chain: chainOf(socket.getPeerCertificate(true)),
      });
      socket.destroy();
    });
    socket.once('error', (cause) => {
      const failure = systemCode(cause) ?? '';
      // Refused by the protocol: the other side does not speak the version that was offered (or our OpenSSL cannot).
      if (request.version && (failure.startsWith('ERR_SSL') || failure === 'ECONNRESET' || failure === 'EPROTO')) resolve(null);
      else reject(unreachable(url, cause));
    });
    socket.once('close', () => clearTimeout(timer));
  });
}

function chainOf(first: DetailedPeerCertificate): TlsCertificate[] {
  const chain: TlsCertificate[] = [];
  const seen = new Set<string>();
  for (let certificate: DetailedPeerCertificate | undefined = first; certificate?.raw && !seen.has(certificate.fingerprint256); certificate = certificate.issuerCertificate) {
    seen.add(certificate.fingerprint256);
    chain.push(describeCertificate(certificate));
    if (chain.length >= 10) break;
  }
  return chain;
}

function describeCertificate(certificate: PeerCertificate): TlsCertificate {
  const subject = nameOf(certificate.subject);
  const issuer = nameOf(certificate.issuer);
  const bits = (certificate as { bits?: number }).bits;
  return {
    subject,
    issuer,
    names: (certificate.subjectaltname ?? '').split(', ').filter(Boolean).map((entry) => entry.replace(/^(DNS|IP Address):/, '')),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    serial: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    keyType: (certificate as { asn1Curve?: string }).asn1Curve ? 'EC' : (certificate as { modulus?: string }).modulus ? 'RSA' : 'other',
    keyBits: bits ?? null,
    signatureAlgorithm: null,
    selfSigned: subject === issuer,
  };
}

function nameOf(name: PeerCertificate['subject']): string {
  return Object.entries(name ?? {}).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`).join(', ');
}

function unreachable(url: URL, cause: unknown): SentinelError {
  if (cause instanceof SentinelError) return cause;
  const code = cause instanceof Error && cause.name === 'TimeoutError' ? 'timeout' : (systemCode(cause) ?? 'unknown reason');
  return new SentinelError('target-unreachable', `${url.origin} cannot be reached (${code}).`, { cause });
}
