import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { deriveKey } from './instance-key.ts';

export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
  list(): Promise<string[]>;
}

const Sealed = z.object({ nonce: z.string(), data: z.string(), tag: z.string() });
const SecretFile = z.object({ v: z.literal(1), secrets: z.record(z.string(), Sealed) });
type SecretFile = z.infer<typeof SecretFile>;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 25;
/** A lock this old was left by a process that died. */
const LOCK_STALE_MS = 10_000;

/**
 * Named secrets in `secrets.json` (0600), each sealed with AES-256-GCM under a key derived from `instance.key`; the name is
 * authenticated with it, so that one secret cannot be passed off as another. Values are never logged.
 */
export async function openSecretStore(dataDir: string): Promise<SecretStore> {
  const path = join(dataDir, 'secrets.json');
  const key = await deriveKey(dataDir, 'secrets');
  return {
    async get(name) {
      const sealed = (await read(path)).secrets[name];
      return sealed === undefined ? undefined : unseal(key, name, sealed);
    },
    async set(name, value) {
      if (!SECRET_NAME.test(name))
        throw new SentinelError(
          'invalid-parameter',
          `'${name}' cannot name a secret: letters, digits, dot, dash and underscore, at most 100.`,
        );
      await change(path, (file) => {
        file.secrets[name] = seal(key, name, value);
        return true;
      });
    },
    remove: (name) => change(path, (file) => Object.hasOwn(file.secrets, name) && delete file.secrets[name]),
    list: async () => Object.keys((await read(path)).secrets).sort(),
  };
}

function seal(key: Buffer, name: string, value: string): z.infer<typeof Sealed> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    data: data.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function unseal(key: Buffer, name: string, { nonce, data, tag }: z.infer<typeof Sealed>): string {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
      .setAAD(Buffer.from(name))
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
  } catch {
    // The cause would say nothing that helps and could carry bytes of the secret.
    throw new SentinelError(
      'data-dir',
      `The secret '${name}' cannot be opened: instance.key is not the one that sealed it, or secrets.json was changed. Store it again.`,
    );
  }
}

async function read(path: string): Promise<SecretFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT')
      return { v: 1, secrets: Object.create(null) as SecretFile['secrets'] };
    throw new SentinelError(
      'data-dir',
      `${path} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
  const parsed = SecretFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new SentinelError(
      'data-dir',
      `${path} is damaged. Restore it from a backup, or remove it and store the secrets again.`,
    );
  return { v: 1, secrets: Object.assign(Object.create(null) as SecretFile['secrets'], parsed.data.secrets) };
}

/** One writer at a time over all processes; the new file replaces the old one in one step. */
async function change(path: string, work: (file: SecretFile) => boolean): Promise<boolean> {
  const unlock = await lock(`${path}.lock`);
  try {
    const file = await read(path);
    if (!work(file)) return false;
    const part = `${path}.${process.pid}.part`;
    const handle = await open(part, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
    return true;
  } catch (cause) {
    if (cause instanceof SentinelError) throw cause;
    throw new SentinelError(
      'data-dir',
      `${path} cannot be written (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  } finally {
    await unlock();
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < LOCK_TRIES; attempt += 1) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      return () => rm(path, { force: true });
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      else if (systemCode(cause) !== 'EEXIST')
        throw new SentinelError(
          'data-dir',
          `${path} cannot be made (${systemCode(cause) ?? 'unknown reason'}).`,
          { cause },
        );
    }
    const made = await stat(path).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > LOCK_STALE_MS) await rm(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  throw new SentinelError('data-dir', `${path} is held by another process.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
