import type { Match, Verdict } from '../rule.ts';

/**
 * A PEM block, as lines or with `\n` written out. Looks at the structure inside (ASN.1 SEQUENCE, or OpenSSH's magic) and at
 * whether a passphrase protects it.
 */
export function privateKey({ value }: Match): Verdict {
  const kind = /^-----BEGIN ([A-Z0-9 ]*?)PRIVATE KEY/.exec(value)?.[1]?.trim() ?? '';
  const body = value.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\\+[nrt]|\\|["'`+,]/g, '\n');
  if (/\.\.\.|…|<|\{\{|\$\{|xxxx/i.test(body)) return false;
  if (kind === 'PGP' || /BLOCK-----/.test(value.slice(0, 60))) return pgpKey(body);
  const encrypted = /Proc-Type:\s*4,ENCRYPTED|^ENCRYPTED$/m.test(kind === 'ENCRYPTED' ? kind : body);
  const base64 = body
    .split(/\s+/)
    .filter((piece) => /^[A-Za-z0-9+/=]+$/.test(piece))
    .join('');
  if (base64.length < 40) return false;
  const bytes = Buffer.from(base64, 'base64');
  if (encrypted) return ENCRYPTED;
  if (kind === 'OPENSSH') return openSshKey(bytes);
  if (kind === 'SSH2 ENCRYPTED') return ENCRYPTED;
  return sequenceLength(bytes) === undefined
    ? { confidence: 'low' }
    : { confidence: 'high', note: sizeNote(kind, bytes) };
}

const ENCRYPTED: Verdict = { confidence: 'medium', severity: 'medium', note: 'protected by a passphrase' };

/** RFC 4880 armour: headers, an empty line, base 64. */
function pgpKey(body: string): Verdict {
  return /[A-Za-z0-9+/]{40,}/.test(body) ? { confidence: 'high' } : false;
}

/** `openssh-key-v1\0`, then the name of the cipher as a string with a length of 32 bits. */
function openSshKey(bytes: Buffer): Verdict {
  if (bytes.toString('latin1', 0, 15) !== 'openssh-key-v1\0') return { confidence: 'low' };
  const length = bytes.readUInt32BE(15);
  const cipher = bytes.toString('latin1', 19, 19 + Math.min(length, 40));
  return cipher === 'none' ? { confidence: 'high' } : ENCRYPTED;
}

/** Length of the outer SEQUENCE, or undefined when this is not DER or the rest is missing. */
function sequenceLength(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x30 || bytes.length < 8) return undefined;
  const first = bytes[1] as number;
  if (first < 0x80) return first <= bytes.length ? first : undefined;
  const count = first & 0x7f;
  if (count < 1 || count > 3) return undefined;
  const length = bytes.readUIntBE(2, count);
  return length + 2 + count <= bytes.length + 3 ? length : undefined;
}

function sizeNote(kind: string, bytes: Buffer): string {
  return `${kind === '' ? 'PKCS #8' : kind}, ${bytes.length} bytes`;
}
