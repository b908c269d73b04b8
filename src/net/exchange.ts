import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { HttpResponse } from '../plugin/powers/net.ts';
import { type CheckedAddress, pinnedLookup } from './guard.ts';
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
}

const MAX_HEADER_BYTES = 64 * 1024;

/** One request on a connection of its own, to exactly the addresses that were checked. */
export function exchange(one: Exchange): Promise<HttpResponse> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const host = plainHost(one.url.hostname);
    const secure = one.url.protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)(one.url, {
      agent: false,
      method: one.method,
      headers: one.headers,
      lookup: pinnedLookup(one.addresses),
      signal: one.signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(secure ? { servername: isIP(host) === 0 ? host : '', rejectUnauthorized: !one.inspect } : {}),
      // A server that speaks only what is withdrawn is to be looked at too: that it does so is the finding.
      ...(secure && one.inspect ? { minVersion: 'TLSv1' as const, ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
      ...(secure && one.ca ? { ca: [...one.ca] } : {}),
    });
    const fail = (cause: unknown) => reject(unreachable(one.url, cause));
    const answer = (response: IncomingMessage, body: Uint8Array, truncated: boolean) =>
      resolve({
        url: one.url.href,
        status: response.statusCode ?? 0,
        headers: pairs(response.rawHeaders),
        body,
        truncated,
        remoteAddress: response.socket.remoteAddress ?? one.addresses[0]?.address ?? '',
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
  const code = systemCode(cause) ?? 'unknown reason';
  const words = code.startsWith('HPE_') ? 'the answer is not HTTP' : 'the connection failed';
  return new SentinelError('target-unreachable', `${url.origin}: ${words} (${code}).`, { cause });
}
