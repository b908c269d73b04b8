import { isUtf8 } from 'node:buffer';
import { ReportProblem } from './report-problem.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Of the first bytes: by the byte order mark, or by where the zeros of ASCII characters stand. */
export function encodingOf(head: Uint8Array): { encoding: Encoding; mark: number } {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 };
  const wide =
    (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
  if (wide || (a !== undefined && head.length >= 4 && zeros(head) >= 3))
    throw new ReportProblem('the beginning', 'The file is not in UTF-8 or UTF-16: save it as UTF-8.');
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 };
  if (head.length >= 4 && a !== 0 && b === 0 && c !== 0 && d === 0) return { encoding: 'utf-16le', mark: 0 };
  if (head.length >= 4 && a === 0 && b !== 0 && c === 0 && d !== 0) return { encoding: 'utf-16be', mark: 0 };
  return { encoding: 'utf-8', mark: 0 };
}

function zeros(head: Uint8Array): number {
  return head.subarray(0, 4).filter((byte) => byte === 0).length;
}

/** The bytes as UTF-8 without mark; what is UTF-8 already passes as it is, valid or not. */
export async function* asUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let started = false;
  let held = Buffer.alloc(0);
  for await (const chunk of bytes) {
    let piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!started) {
      // The mark may be cut by the first chunk of a stream.
      held = Buffer.concat([held, piece]);
      if (held.length < 4) continue;
      piece = held;
      const { encoding, mark } = encodingOf(piece);
      if (encoding !== 'utf-8') decoder = new TextDecoder(encoding, { ignoreBOM: true });
      piece = piece.subarray(mark);
      started = true;
    }
    yield decoder ? Buffer.from(decoder.decode(piece, { stream: true })) : piece;
  }
  if (!started) yield held.subarray(held.length >= 2 ? encodingOf(held).mark : 0);
  const rest = decoder?.decode();
  if (rest) yield Buffer.from(rest);
}

/** UTF-8 as text; bytes that are none become `�`, which `note` is told. */
export function textOf(bytes: Uint8Array, note: () => void): string {
  if (!isUtf8(bytes)) note();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
