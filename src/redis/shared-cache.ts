import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { SharedCache } from '../access/access-version.ts';
import type { RedisLink } from './link.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A bound for what an invalidation could miss, on top of the version in every name. */
const KEEP_MS = 30_000;

/**
 * Answers about access that several servers share. They are sealed under their name: whoever can write to Redis can make an
 * answer disappear, and let nobody in.
 */
export function sharedCache(redis: RedisLink, key: Buffer, prefix: string): SharedCache {
  return {
    async get(name) {
      try {
        const sealed = await redis.client.getBuffer(`${prefix}${name}`);
        return sealed ? { value: open(key, name, sealed) } : undefined;
      } catch {
        return undefined;
      }
    },
    set(name, value) {
      if (redis.up())
        redis.client.set(`${prefix}${name}`, seal(key, name, value), 'PX', KEEP_MS).catch(() => undefined);
    },
  };
}

function seal(key: Buffer, name: string, value: unknown): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(serialize(value)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), data]);
}

/** Throws for what was not sealed under this name with our key. */
function open(key: Buffer, name: string, sealed: Buffer): unknown {
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(name))
    .setAuthTag(sealed.subarray(NONCE_BYTES, tagEnd));
  return deserialize(Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]));
}
