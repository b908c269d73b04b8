import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SentinelError } from '../lib/errors.ts';
import type { Download } from '../operations/operation.ts';

/** Sends bytes as an attachment that never acts as a page of ours; single ranges (RFC 9110 §14) of what has a known size. */
export function sendDownload(request: FastifyRequest, reply: FastifyReply, file: Download): FastifyReply {
  reply.headers({
    'content-security-policy': file.view ?? "sandbox; default-src 'none'",
    // Its policy says the same by frame-ancestors; a browser that knows both goes by that.
    ...(file.view === undefined ? {} : { 'x-frame-options': 'SAMEORIGIN' }),
    'content-disposition': `${file.view === undefined ? 'attachment' : 'inline'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    ...(file.etag === undefined ? {} : { etag: file.etag }),
  });
  reply.type(file.mediaType);
  if (file.size === undefined) return reply.send(Readable.from(file.open()));
  reply.header('accept-ranges', 'bytes');
  const range = wantedRange(request, file.size, file.etag);
  if (range === undefined) return reply.header('content-length', file.size).send(Readable.from(file.open()));
  reply.code(206).headers({
    'content-range': `bytes ${range.start}-${range.end}/${file.size}`,
    'content-length': range.end - range.start + 1,
  });
  return reply.send(Readable.from(file.open(range)));
}

function wantedRange(
  request: FastifyRequest,
  size: number,
  etag: string | undefined,
): { start: number; end: number } | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (start > end || start >= size)
    throw new SentinelError('range-unsatisfiable', `The file has ${size} bytes.`);
  return { start, end };
}
