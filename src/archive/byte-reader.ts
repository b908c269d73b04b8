/** Reads a stream of chunks by counts of bytes. */
export interface ByteReader {
  /** So many bytes, fewer when the stream ends there, undefined when it has ended before. */
  read(count: number): Promise<Buffer | undefined>;
  /** The next `count` bytes in pieces; ends early with the stream. */
  take(count: number): AsyncGenerator<Buffer>;
  /** Lets go of the stream. */
  close(): Promise<void>;
}

export function byteReader(content: AsyncIterable<Uint8Array>): ByteReader {
  const chunks = content[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  async function fill(): Promise<boolean> {
    const next = await chunks.next();
    if (next.done) return false;
    rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    return true;
  }

  async function* take(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (rest.length === 0 && !(await fill())) return;
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  return {
    take,
    close: async () => void (await chunks.return?.()),
    async read(count) {
      const pieces: Buffer[] = [];
      for await (const piece of take(count)) pieces.push(piece);
      const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      return bytes.length === 0 ? undefined : bytes;
    },
  };
}
