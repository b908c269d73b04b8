import { hkdf, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SentinelError, systemCode } from '../lib/errors.ts';

const deriveBytes = promisify(hkdf);

/**
 * 32 bytes for one purpose, derived (HKDF-SHA256, RFC 5869) from the key of this instance in `instance.key` (0600). The file
 * is made at first use; two processes that start at once agree on one key.
 */
export async function deriveKey(dataDir: string, label: string): Promise<Buffer> {
  const master = await readOrMake(dataDir);
  return Buffer.from(await deriveBytes('sha256', master, '', `sentinelx:${label}`, 32));
}

async function readOrMake(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'instance.key');
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      return readOrMake(dataDir);
    }
    if (systemCode(error) !== 'EEXIST') throw unusable(path, error);
  }
  return readKey(path);
}

async function readKey(path: string): Promise<Buffer> {
  // Another process may have made the file and not yet written it.
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const text = (
      await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(unusable(path, error)))
    ).trim();
    if (/^[0-9a-f]{64}$/.test(text)) {
      await chmod(path, 0o600).catch(() => undefined);
      return Buffer.from(text, 'hex');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new SentinelError(
    'data-dir',
    `${path} does not hold a key: restore it from a backup; without it old findings cannot be recognised.`,
  );
}

function unusable(path: string, cause: unknown): SentinelError {
  return new SentinelError(
    'data-dir',
    `${path} cannot be read or written (${systemCode(cause) ?? 'unknown reason'}).`,
    { cause },
  );
}
