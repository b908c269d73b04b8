import { SentinelError } from '../../lib/errors.ts';
import type { Look } from '../model.ts';

export const MOST_LOGO_BYTES = 256 * 1024;
/** Unpacked, a picture takes four bytes a pixel. */
const MOST_SIDE = 2000;

/** A picture whose first bytes say what it is and how large; what a PDF and a page can take. */
export async function readLogo(content: AsyncIterable<Uint8Array>): Promise<NonNullable<Look['logo']>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > MOST_LOGO_BYTES)
      throw new SentinelError('too-large', `A logo has at most ${MOST_LOGO_BYTES / 1024} kB.`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const found = pngSize(bytes) ?? jpegSize(bytes);
  if (!found)
    throw new SentinelError(
      'invalid-parameter',
      'file: a logo is a PNG or a JPEG; this is neither, or it is cut off.',
    );
  if (found.width < 1 || found.height < 1 || found.width > MOST_SIDE || found.height > MOST_SIDE)
    throw new SentinelError(
      'invalid-parameter',
      `file: a logo has at most ${MOST_SIDE} pixels on a side; this one is ${found.width} by ${found.height}.`,
    );
  return { mediaType: found.mediaType, data: bytes.toString('base64') };
}

type Picture = { mediaType: 'image/png' | 'image/jpeg'; width: number; height: number };

/** RFC 2083 §3: signature, then IHDR; the last chunk is IEND. */
function pngSize(bytes: Buffer): Picture | undefined {
  if (
    bytes.length < 45 ||
    bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n' ||
    bytes.toString('latin1', 12, 16) !== 'IHDR'
  )
    return undefined;
  if (bytes.toString('latin1', bytes.length - 8, bytes.length - 4) !== 'IEND') return undefined;
  return { mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** ITU T.81 §B.2: segments up to the frame header, which has the size. */
function jpegSize(bytes: Buffer): Picture | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  if (bytes[bytes.length - 2] !== 0xff || bytes[bytes.length - 1] !== 0xd9) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame)
      return {
        mediaType: 'image/jpeg',
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
      };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
