import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { BlobEntry, Blobs, ByteRange } from './blobs.ts';

const BLOB_NAME = /^[0-9a-f]{64}$/;
/** `.part`: a put that is under way; `.gone`: a blob that is being removed. */
const LEFT_OVER = /\.(?:part|gone)$/;
const CHUNK = 256 * 1024;

/** Files in one folder, named by the SHA-256 of their content: the same content is stored once. */
export function openDiskBlobs(folder: string): Blobs {
  const path = (id: string) => {
    if (!BLOB_NAME.test(id)) throw new SentinelError('not-found', 'There is no such blob.');
    return join(folder, id);
  };

  return {
    kind: 'disk',
    shared: true,

    async put(content) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const part = join(folder, `${newId('tmp')}.part`);
      try {
        const { size, sha256 } = await writePart(part, content);
        const target = path(sha256);
        await rename(part, target);
        // The time says when it was last put: a sweep leaves alone what is fresh.
        const now = new Date();
        await utimes(target, now, now);
        await syncFolder(folder);
        return { id: sha256, size, sha256 };
      } catch (error) {
        await rm(part, { force: true });
        throw asFault(error, folder);
      }
    },

    async *open(id, range) {
      let file: FileHandle;
      try {
        file = await open(path(id), 'r');
      } catch (cause) {
        if (systemCode(cause) === 'ENOENT') throw new SentinelError('not-found', 'There is no such blob.');
        throw asFault(cause, folder);
      }
      try {
        yield* read(file, range);
      } finally {
        await file.close();
      }
    },

    async has(id) {
      return (await stat(path(id)).catch(() => undefined)) !== undefined;
    },

    async remove(id, { unlessPutAfter } = {}) {
      const file = path(id);
      const gone = `${file}.${newId('tmp')}.gone`;
      // Out of sight first, and only then judged: a put in between would else be lost.
      try {
        if (unlessPutAfter !== undefined && (await stat(file)).mtimeMs > unlessPutAfter) return false;
        await rename(file, gone);
        if (unlessPutAfter !== undefined && (await stat(gone)).mtimeMs > unlessPutAfter) {
          await rename(gone, file);
          return false;
        }
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false;
        throw asFault(error, folder);
      }
      await rm(gone, { force: true });
      return true;
    },

    async *list(): AsyncGenerator<BlobEntry> {
      for (const name of (await names(folder)).filter((one) => BLOB_NAME.test(one))) {
        const found = await stat(join(folder, name)).catch(() => undefined);
        if (found) yield { id: name, size: found.size, put: found.mtimeMs };
      }
    },

    async sweep(before) {
      let count = 0;
      for (const name of (await names(folder)).filter((one) => LEFT_OVER.test(one))) {
        const found = await stat(join(folder, name)).catch(() => undefined);
        if (!found || found.mtimeMs > before) continue;
        await rm(join(folder, name), { force: true });
        count += 1;
      }
      return count;
    },

    close: async () => undefined,
  };
}

async function writePart(
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of content) {
      hash.update(bytes);
      size += bytes.length;
      await file.writeFile(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
}

async function* read(file: FileHandle, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  const end = range ? range.end + 1 : Number.POSITIVE_INFINITY;
  let at = range?.start ?? 0;
  while (at < end) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** A name is on disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return [];
    throw asFault(cause, folder);
  });
}

function asFault(cause: unknown, folder: string): unknown {
  const code = systemCode(cause);
  if (cause instanceof SentinelError || code === undefined) return cause;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SentinelError('disk-full', `There is no space left in ${folder}.`, { cause });
  if (/^E(ACCES|PERM|ROFS|NOTDIR|IO|MFILE)$/.test(code))
    return new SentinelError('data-dir', `${folder} cannot be used (${code}).`, { cause });
  return cause;
}
