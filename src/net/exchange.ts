import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { HttpResponse } from '../plugin/powers/net.ts';
import { type CheckedAddress, pinnedLookup } from './guard.ts';
import { openTunnel, proxyAuthorization, secureTunnel } from './proxy.ts';
import { plainHost } from './scope.ts';

export interface Exchange {
  url: URL;
  method: 'GET' | 'HEAD' | 'OPTIONS';
  headers: Record<string, string>;
  addresses: readonly CheckedAddress[];
  /** Ends the exchange at once: cancel, or the time is over. */
  signal: AbortSignal;
  maxBytes: number;
  ca: readonly string[] | undefined;
  /** The answer is the object of study, whoever gives it. Never send a secret with it. */
  inspect: boolean;
  /** Goes through this proxy, to the checked address; with no address the proxy resolves the name. */
  proxy?: URL | undefined;
}

const MAX_HEADER_BYTES = 64 * 1024;

/** One request on a connection of its own, to exactly the addresses that were checked. */
export function exchange(one: Exchange): Promise<HttpResponse> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const host = plainHost(one.url.hostname);
    const secure = one.url.protocol === 'https:';
    const tls = {
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: !one.inspect,
      // A server that speaks only what is withdrawn is to be looked at too: that it does so is the finding.
      ...(one.inspect ? { minVersion: 'TLSv1' as const, ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
      ...(one.ca ? { ca: [...one.ca] } : {}),
    };
    const common = {
      method: one.method,
      headers: one.headers,
      signal: one.signal,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    const request =
      one.proxy !== undefined
        ? throughProxy(one, one.proxy, common, tls)
        : (secure ? httpsRequest : httpRequest)(one.url, {
            ...common,
            agent: false,
            lookup: pinnedLookup(one.addresses),
            ...(secure ? tls : {}),
          });
    const fail = (cause: unknown) => reject(unreachable(one.url, cause));
    const answer = (response: IncomingMessage, body: Uint8Array, truncated: boolean) =>
      resolve({
        url: one.url.href,
        status: response.statusCode ?? 0,
        headers: pairs(response.rawHeaders),
        body,
        truncated,
        remoteAddress:
          (one.proxy ? undefined : response.socket.remoteAddress) ?? one.addresses[0]?.address ?? '',
        durationMs: Math.round(performance.now() - started),
      });
    let answered = false;
    request.on('error', (cause) => {
      // After the head the answer settles it: bytes behind a length that is too short break the parser, not the page.
      if (!answered || one.signal.aborted) fail(cause);
    });
    request.on('upgrade', (response, socket) => {
      answer(response, new Uint8Array(), false);
      socket.destroy();
    });
    request.on('response', (response) => {
      answered = true;
      collect(response, one.maxBytes, { answer, fail, signal: one.signal });
    });
    request.end();
  });
}

/** http: the proxy gets the whole address; https: a tunnel, in which the certificate of the target is checked as always. */
function throughProxy(
  { url, addresses, signal }: Exchange,
  proxy: URL,
  common: { method: string; headers: Record<string, string> },
  tls: ConnectionOptions,
): ClientRequest {
  const host = addresses[0]?.address ?? plainHost(url.hostname);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (url.protocol === 'https:')
    return httpsRequest(url, {
      ...common,
      createConnection: (_options, connected) => {
        openTunnel(proxy, { host, port, signal }).then(
          (socket) => connected(null, secureTunnel(socket, tls)),
          (error) => connected(error, undefined as never),
        );
        return undefined;
      },
    });
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  return (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    ...common,
    agent: false,
    host: plainHost(proxy.hostname),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path: `http://${shown}:${port}${url.pathname}${url.search}`,
    headers: { ...common.headers, host: url.host, ...proxyAuthorization(proxy) },
  });
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  to: {
    answer: (response: IncomingMessage, body: Uint8Array, truncated: boolean) => void;
    fail: (cause: unknown) => void;
    signal: AbortSignal;
  },
): void {
  const chunks: Uint8Array[] = [];
  let length = 0;
  response.on('data', (chunk: Uint8Array) => {
    const room = maxBytes - length;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    length += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    to.answer(response, Uint8Array.from(Buffer.concat(chunks)), true);
    response.destroy();
  });
  response.on('end', () => to.answer(response, Uint8Array.from(Buffer.concat(chunks)), false));
  // What came before the connection broke is still worth looking at; what came before our own end is not an answer.
  response.on('error', (cause) => {
    if (to.signal.aborted) to.fail(cause);
    else to.answer(response, Uint8Array.from(Buffer.concat(chunks)), true);
  });
  // Settles only when nothing above did.
  response.on('close', () => to.fail(response.errored));
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return found;
}

function unreachable(url: URL, cause: unknown): SentinelError {
  if (cause instanceof SentinelError) return cause;
  const code = systemCode(cause) ?? 'unknown reason';
  const words = code.startsWith('HPE_') ? 'the answer is not HTTP' : 'the connection failed';
  return new SentinelError('target-unreachable', `${url.origin}: ${words} (${code}).`, { cause });
}
