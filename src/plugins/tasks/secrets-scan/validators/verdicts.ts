import { crc32 } from 'node:zlib';
import type { Match, Verdict } from '../rule.ts';
import { hasBase62Checksum } from './base62-checksum.ts';
import { guessedKey } from './weak-jwt-key.ts';

const WRONG_CHECKSUM = {
  confidence: 'low',
  severity: 'low',
  note: 'its checksum is wrong, so it may be made up',
} as const;

/** GitHub and npm: a wrong checksum is still said, quietly, because a digit may have been lost while copying. */
export function base62Token({ value }: Match): Verdict {
  return hasBase62Checksum(value) ? { confidence: 'high' } : WRONG_CHECKSUM;
}

/** Grafana service accounts: `glsa_<32>_<CRC-32 of what stands before, little endian, hex>`. */
export function grafanaToken({ value }: Match): Verdict {
  const cut = value.lastIndexOf('_');
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(value.slice(0, cut)));
  return sum.toString('hex') === value.slice(cut + 1) ? { confidence: 'high' } : { confidence: 'medium' };
}

/**
 * Ids of AWS access keys made since 2019 hold the account: 40 bits behind the prefix, base 32, shifted by 7.
 * The documented examples end in `EXAMPLE`.
 */
export function awsKeyId({ value }: Match): Verdict {
  if (value.endsWith('EXAMPLE')) return false;
  const account = awsAccount(value);
  return account ? { confidence: 'high', note: `of AWS account ${account}` } : { confidence: 'medium' };
}

export function awsAccount(keyId: string): string | undefined {
  // Older ids have a letter before Q here and hold no account.
  if (!/^[Q-Z2-7]$/.test(keyId[4] ?? '')) return undefined;
  const bits = base32(keyId.slice(4, 14));
  if (bits === undefined) return undefined;
  const account = ((bits >> 2n) & 0x7fffffffff80n) >> 7n;
  return account > 0n && account < 1_000_000_000_000n ? account.toString().padStart(12, '0') : undefined;
}

function base32(text: string): bigint | undefined {
  let bits = 0n;
  for (const letter of text) {
    const digit = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter);
    if (digit < 0) return undefined;
    bits = (bits << 5n) | BigInt(digit);
  }
  return bits;
}

/** The value is base 64 of exactly `bytes` bytes that are not text. */
export function base64Key(bytes: number): (match: Match) => Verdict {
  return ({ value }) => {
    const decoded = Buffer.from(value, 'base64');
    if (decoded.length !== bytes) return false;
    return new Set(decoded).size > Math.min(bytes, 256) / 4 ? { confidence: 'high' } : false;
  };
}

/** Base 64 of `name:password`, as in an HTTP header or a Docker configuration. */
export function basicCredentials({ value }: Match): Verdict {
  const text = Buffer.from(value, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 0 || !/^[\x20-\x7e]+$/.test(text)) return false;
  const password = text.slice(colon + 1);
  if (password === '' || /^[<${]|[>}]$|^\*+$/.test(password)) return false;
  if (/^(?:pass|password|passwd|secret|test|token|open sesame|opensesame|x|xx+)$/i.test(password)) {
    return { confidence: 'low', severity: 'low', note: 'with a password that looks like an example' };
  }
  return { confidence: 'high', note: `for user ${visible(text.slice(0, colon))}` };
}

/** A JSON Web Token: three base64url parts, header with `alg`. Its claims tell whether it still works. */
export function jsonWebToken({ value, file }: Match): Verdict {
  const [head, body] = value.split('.');
  const header = decoded(head);
  if (!header || typeof header.alg !== 'string') return false;
  if (typeof header.enc === 'string') return { confidence: 'low', severity: 'low', note: 'encrypted' };
  const claims = decoded(body);
  if (!claims) return false;
  if (isKnownJwtSample(claims)) return false;
  if (header.alg.toLowerCase() === 'none') return { confidence: 'medium', note: 'without a signature' };
  const made = file.test || file.kind === 'docs';
  if (guessedKey(value, header.alg, file) !== undefined) {
    // Anybody can sign such tokens: worse than the token, where it is not just an example.
    return made ? false : { confidence: 'high', note: 'signed with a key that is easily guessed' };
  }
  return jwtLifetime(claims.exp, made);
}

/** `made`: in tests and documents, where a token that works no longer, or names no end, was made for the page. */
function jwtLifetime(exp: unknown, made: boolean): Verdict {
  const expires = typeof exp === 'number' ? exp * 1000 : undefined;
  if (expires === undefined)
    return made
      ? { confidence: 'low', severity: 'low', note: 'that never expires' }
      : { confidence: 'high', note: 'that never expires' };
  const day = dayOf(expires);
  if (!day) return { confidence: 'medium' };
  if (expires >= Date.now()) return { confidence: 'high', note: `valid until ${day}` };
  return { confidence: 'high', severity: made ? 'info' : 'low', note: `that expired on ${day}` };
}

/** The token that every introduction to JWT shows. */
function isKnownJwtSample(claims: Record<string, unknown>): boolean {
  return claims.name === 'John Doe' || (claims.sub === '1234567890' && claims.iat === 1516239022);
}

function dayOf(time: number): string | undefined {
  return Math.abs(time) < 8.64e15 ? new Date(time).toISOString().slice(0, 10) : undefined;
}

function decoded(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** PyPI and TestPyPI tokens are macaroons, version 2, whose location field names the site. */
export function pypiMacaroon({ value }: Match): Verdict {
  const bytes = Buffer.from(value.slice(5), 'base64url');
  if (bytes[0] !== 2 || bytes[1] !== 1) return false;
  const site = bytes.subarray(3, 3 + (bytes[2] ?? 0)).toString('latin1');
  return site.endsWith('pypi.org') ? { confidence: 'high', note: `for ${site}` } : { confidence: 'low' };
}

/** Names and hosts that a format gives away, shortened and free of control characters. */
export function visible(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}
