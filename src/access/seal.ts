import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SentinelError } from '../lib/errors.ts';

/** AES-256-GCM; all parts are base64. */
export interface SealedBytes {
  nonce: string;
  data: string;
  tag: string;
}

const CIPHER = 'aes-256-gcm';
/** 96 random bits: one key may seal 2³² values before a repeated nonce gets likely (NIST SP 800-38D §8.3). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `context` is authenticated and not stored: what was sealed for one place cannot be passed off as that of another. */
export function sealBytes(key: Buffer, context: string, value: Uint8Array): SealedBytes {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(context),
  );
  const data = Buffer.concat([cipher.update(value), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    data: data.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** Throws `wrong-key` when key, context or bytes are not those of the sealing. */
export function unsealBytes(key: Buffer, context: string, { nonce, data, tag }: SealedBytes): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
  } catch {
    // The cause would say nothing that helps and could carry bytes of the value.
    throw new SentinelError(
      'wrong-key',
      'What is sealed cannot be opened: its key is another one, or it was changed.',
    );
  }
}
