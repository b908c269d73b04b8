import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SentinelError } from '../lib/errors.ts';

/** Unpacked; EPSS has 10 MB, CISA's list 2 MB. A bomb ends here. */
export const MOST_BYTES = 256 * 1024 * 1024;

/** The bytes as they are meant: what begins like gzip is unpacked. */
export async function* unpacked(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  const head = first.done ? Buffer.alloc(0) : Buffer.from(first.value);
  const whole = (async function* () {
    yield head;
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next())
      yield Buffer.from(piece.value);
  })();
  let size = 0;
  for await (const piece of head[0] === 0x1f && head[1] === 0x8b ? gunzip(whole) : whole) {
    size += piece.length;
    if (size > MOST_BYTES)
      throw new SentinelError('too-large', `A file of signals has at most ${MOST_BYTES} bytes unpacked.`);
    yield piece;
  }
}

async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Readable: Stream } = await import('node:stream');
  const source: Readable = Stream.from(packed);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const piece of gunzip) yield piece as Buffer;
  } catch (cause) {
    if (cause instanceof SentinelError) throw cause;
    throw new SentinelError(
      'invalid-signals',
      'The file begins like gzip and cannot be unpacked to its end.',
      {
        cause,
      },
    );
  }
}

/** Lines without their ends, counted from 1. */
export async function* linesOf(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ line: number; text: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const piece of content) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) yield { line: ++line, text: text.replace(/\r$/, '') };
    // Nothing that belongs here has lines of this length.
    if (rest.length > 1_000_000) throw new SentinelError('invalid-signals', `Line ${line + 1} has no end.`);
  }
  if (rest !== '') yield { line: line + 1, text: rest };
}
