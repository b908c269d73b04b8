import { createHash, hkdf, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SentinelError, systemCode } from '../lib/errors.ts';

const deriveBytes = promisify(hkdf);

export const KEY_TEXT = /^[0-9a-f]{64}$/;

/** 32 bytes for one purpose, derived with HKDF-SHA256 (RFC 5869). */
export async function derive(key: Buffer, label: string): Promise<Buffer> {
  return Buffer.from(await deriveBytes('sha256', key, '', `sentinelx:${label}`, 32));
}

/** Names a key and tells nothing about it. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update('sentinelx:key-id').update(key).digest('hex').slice(0, 16);
}

/** The key in `instance.key` (0600), made at first use; two processes that start at once agree on one key. */
export async function fileKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'instance.key');
  try {
    await writeKey(path, randomBytes(32));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      return fileKey(dataDir);
    }
    if (systemCode(error) !== 'EEXIST') throw unusable(path, error);
  }
  return readKey(path);
}

/** Writes a new file; fails with EEXIST when there is one. */
export async function writeKey(path: string, key: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function readKey(path: string): Promise<Buffer> {
  // Another process may have made the file and not yet written it.
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const text = (
      await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(unusable(path, error)))
    ).trim();
    if (KEY_TEXT.test(text)) {
      await chmod(path, 0o600).catch(() => undefined);
      return Buffer.from(text, 'hex');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new SentinelError(
    'data-dir',
    `${path} does not hold a key: restore it from a backup; without it secrets cannot be opened.`,
  );
}

function unusable(path: string, cause: unknown): SentinelError {
  return new SentinelError(
    'data-dir',
    `${path} cannot be read or written (${systemCode(cause) ?? 'unknown reason'}).`,
    { cause },
  );
}
