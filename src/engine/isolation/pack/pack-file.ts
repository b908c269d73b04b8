/**
 * A packed program is one file, so that it is there whole or not at all: the length of the program in bytes and its encoding
 * as 32-bit little-endian numbers, the program, and V8's code cache for exactly this program.
 */
export function packFile(program: string, codeCache: Uint8Array): Buffer {
  // Latin-1 is what V8 keeps in memory for such text: nothing is decoded.
  const wide = /[^\0-\xff]/.test(program);
  const text = Buffer.from(program, wide ? 'utf16le' : 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(wide ? 1 : 0, 4);
  return Buffer.concat([head, text, codeCache]);
}
