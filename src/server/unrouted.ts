import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../lib/error-codes.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { contentSecurityPolicy, SECURITY_HEADERS, setHeaders } from './headers.ts';
import { problemOf } from './problem.ts';

/** What a client may take for the head of a request, in full; Node's own limit ends the one that comes drop by drop. */
const REQUEST_MS = 15 * 60_000;

/**
 * Requests that reach no route, because they are none or because their address cannot be read, get the same kind of answer
 * as all others.
 */
export function unroutedOptions(address: string) {
  const csp = contentSecurityPolicy('none', address);
  return {
    requestTimeout: REQUEST_MS,
    http: {
      // Anything else that wants to speak another protocol is answered in the one that it came with (RFC 9110 §7.8).
      shouldUpgradeCallback: (request: {
        headers: { upgrade?: string | undefined };
        url?: string | undefined;
      }) => request.headers.upgrade?.toLowerCase() === 'websocket' && (request.url ?? '').startsWith('/ws/'),
    },
    frameworkErrors(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
      setHeaders(reply, csp);
      const { status, body } = problemOf(
        new SentinelError('bad-request', 'The address cannot be read.'),
        request.id,
      );
      reply
        .header('x-request-id', request.id)
        .code(status)
        .type('application/problem+json')
        .serializer(JSON.stringify)
        .send(body);
    },
    clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
      // The other side has gone: there is nobody to tell.
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
      const [code, detail] = brokenRequest(error.code);
      const id = newId('req');
      const { status, body } = problemOf(new SentinelError(code, detail), id);
      const text = JSON.stringify(body);
      const headers = {
        ...SECURITY_HEADERS,
        'content-security-policy': csp,
        'x-request-id': id,
        'content-type': 'application/problem+json',
        'content-length': String(Buffer.byteLength(text)),
        connection: 'close',
      };
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${text}`);
    },
  };
}

/** `Expect` other than `100-continue` may be ignored (RFC 9110 §10.1.1); Node would answer without any of our headers. */
export function ignoreExpectations(server: FastifyInstance): void {
  server.server.on('checkExpectation', (request, response) => {
    server.server.emit('request', request, response);
  });
}

/** RFC 9112 §3.2: with two names it is unclear for whom a request is. Node takes the first one, a proxy may have taken the second. */
export function namesTwoHosts(headers: readonly string[]): boolean {
  let names = 0;
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.length === 4 && headers[index]?.toLowerCase() === 'host') names += 1;
  return names > 1;
}

function brokenRequest(code: string | undefined): [ErrorCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['headers-too-large', 'The headers of the request are too large.'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['request-timeout', 'The request did not come in time.'];
  return ['bad-request', 'This is no HTTP request.'];
}
