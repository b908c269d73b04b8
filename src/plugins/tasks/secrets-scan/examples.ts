import { crc32 } from 'node:zlib';
import { base58CheckEncode } from './validators/base58.ts';
import { base62Checksum } from './validators/base62-checksum.ts';
import { bech32Encode } from './validators/bech32.ts';

const ALPHABETS: Record<string, string> = {
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  digits: '0123456789',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lownum: 'abcdefghijklmnopqrstuvwxyz0123456789',
  upnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  b64u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

/**
 * Replaces `[[alnum:36]]`, `[[uuid]]`, `[[base64 text]]`, `[[base64url text]]`, `[[env:NAME]]` (a variable of a template) and `[[checksum:ghp_]]` by values that are the same at
 * every call. Examples are written this way so that no text in the sources looks like a token to anybody's scanner.
 */
export function expandExample(text: string, seed = text): string {
  const next = randomFrom(seed);
  const pick = (alphabet: string, length: number) => {
    let picked = '';
    for (let i = 0; i < length; i++) picked += alphabet[next() % alphabet.length];
    return picked;
  };
  const hex = ALPHABETS.hex as string;
  return text.replace(
    /\[\[([a-zA-Z0-9]+)(?::([^\]]*))?(?: ([^\]]*))?\]\]/g,
    (whole, kind: string, size, plain) => {
      if (kind === 'uuid') {
        return `${pick(hex, 8)}-${pick(hex, 4)}-4${pick(hex, 3)}-a${pick(hex, 3)}-${pick(hex, 12)}`;
      }
      if (kind === 'env') return `\${${size}}`;
      if (kind === 'base64') return Buffer.from(plain ?? '').toString('base64');
      if (kind === 'base64url') return Buffer.from(plain ?? '').toString('base64url');
      if (kind === 'checksum') {
        const random = pick(ALPHABETS.alnum as string, 30);
        return `${size}${random}${base62Checksum(random)}`;
      }
      if (kind === 'wif') return base58CheckEncode(Buffer.from(`80${pick(hex, 64)}01`, 'hex'));
      if (kind === 'xprv')
        return base58CheckEncode(Buffer.from(`0488ade4${pick(hex, 90)}00${pick(hex, 64)}`, 'hex'));
      if (kind === 'age') {
        return bech32Encode(
          'age-secret-key-',
          Array.from({ length: 52 }, () => next() % 32),
        ).toUpperCase();
      }
      if (kind === 'grafana') {
        const token = `glsa_${pick(ALPHABETS.alnum as string, 32)}`;
        const sum = Buffer.alloc(4);
        sum.writeUInt32LE(crc32(token));
        return `${token}_${sum.toString('hex')}`;
      }
      const alphabet = ALPHABETS[kind];
      return alphabet ? pick(alphabet, Number(size)) : whole;
    },
  );
}

/** xorshift32: small, and the same on every machine. */
function randomFrom(seed: string): () => number {
  let state = crc32(seed) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
