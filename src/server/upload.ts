import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SentinelError } from '../lib/errors.ts';
import type { Upload } from '../operations/operation.ts';

/** Boundary, headers of the part and small fields come on top of the file. */
const FORM_BYTES = 64 * 1024;
/** So long a refused client may go on sending: cut off at once it would see a reset instead of the answer. */
const LINGER_MS = 1000;

export async function addUploads(server: FastifyInstance): Promise<void> {
  await server.register(multipart, {
    throwFileSizeLimit: false,
    // The size is counted where it is known what is allowed.
    limits: {
      fileSize: Number.POSITIVE_INFINITY,
      // One is taken; the second is let in so that it is refused and not left out without a word.
      files: 2,
      fields: 20,
      fieldSize: FORM_BYTES,
      headerPairs: 100,
    },
  });
}

/**
 * The file of a form as it streams in. What is too large by its own word is refused before the first byte is read, what turns
 * out to be at the byte too many; what ends early is no file.
 */
export async function readUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  maxBytes: number,
): Promise<Upload> {
  endLater(request, reply);
  if (!request.isMultipart())
    throw new SentinelError(
      'unsupported-media-type',
      'An upload is multipart/form-data with a field `file`.',
    );
  const stated = Number(request.headers['content-length'] ?? 0);
  if (stated > maxBytes + FORM_BYTES) throw tooLarge(maxBytes);
  const files = request.files();
  const first = await files.next().catch((cause: unknown) => {
    // What the form parser itself finds wrong has no status; what fastify says about limits has.
    if (typeof cause === 'object' && cause !== null && 'statusCode' in cause) throw cause;
    throw new SentinelError('bad-request', 'The form cannot be read: it has no boundary, or is no form.', {
      cause,
    });
  });
  const part = first.done ? undefined : first.value;
  if (part?.fieldname !== 'file') {
    part?.file.resume();
    throw notOneFile('expects one file in this field of the form');
  }
  return { name: part.filename, mediaType: part.mimetype, content: counted(part.file, maxBytes, noOther) };

  /** Known only when the first has come to its end: before whoever reads it keeps it. */
  async function noOther(): Promise<void> {
    const second = await files.next();
    if (second.done) return;
    second.value.file.resume();
    throw notOneFile('expects one file; send each in a request of its own');
  }
}

function notOneFile(message: string): SentinelError {
  return new SentinelError('invalid-parameter', `file: ${message}.`, {
    fields: [{ field: 'file', message }],
  });
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
  ended: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const chunks = content[Symbol.asyncIterator]();
  let size = 0;
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw new SentinelError('bad-request', 'The upload ended before the end of the file.', { cause });
      });
      if (next.done) return await ended();
      size += next.value.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function tooLarge(maxBytes: number): SentinelError {
  return new SentinelError('too-large', `A file here has at most ${maxBytes} bytes.`);
}

/** When the answer is out and the client still sends, nothing is read for longer than it takes to see the answer. */
function endLater(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    if (request.raw.complete) return;
    const { socket } = request.raw;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    request.raw.once('end', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}
