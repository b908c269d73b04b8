/** `utf16le` and `utf16be` are turned into UTF-8 before the search; all else is searched as the bytes that it is. */
export type Encoding = 'bytes' | 'utf16le' | 'utf16be';

const SNIFF_BYTES = 8 * 1024;

export function encodingOf(bytes: Uint8Array, length: number): Encoding {
  if (length < 4) return 'bytes';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf16be';
  const end = Math.min(length, 512);
  let even = 0;
  let odd = 0;
  for (let at = 0; at < end; at++) if (bytes[at] === 0) at % 2 === 0 ? even++ : odd++;
  const pairs = end / 2;
  if (odd > pairs * 0.7 && even < pairs * 0.05) return 'utf16le';
  if (even > pairs * 0.7 && odd < pairs * 0.05) return 'utf16be';
  return 'bytes';
}

/** A NUL in the first 8 KiB, as git decides it. */
export function isBinary(bytes: Buffer, length: number): boolean {
  const at = bytes.subarray(0, Math.min(length, SNIFF_BYTES)).indexOf(0);
  return at >= 0;
}

/** Turns UTF-16 into UTF-8; an odd last byte is dropped. */
export function toUtf8(bytes: Buffer, encoding: Exclude<Encoding, 'bytes'>): Buffer {
  const even = bytes.subarray(0, bytes.length & ~1);
  const little = encoding === 'utf16le' ? even : Buffer.from(even).swap16();
  return Buffer.from(little.toString('utf16le'), 'utf8');
}
