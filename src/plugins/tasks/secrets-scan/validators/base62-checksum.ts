import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 of the random part in six base-62 digits, as GitHub described for its tokens in April 2021; npm uses the same. */
export function base62Checksum(random: string): string {
  let rest = crc32(random);
  let digits = '';
  while (rest > 0) {
    digits = DIGITS[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits.padStart(6, '0');
}

/** `token` is a prefix up to the last `_`, the random part, and six digits of checksum. */
export function hasBase62Checksum(token: string): boolean {
  const body = token.slice(token.lastIndexOf('_') + 1);
  return base62Checksum(body.slice(0, -6)) === body.slice(-6);
}
