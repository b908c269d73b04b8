import { constants, createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { systemCode } from '../lib/errors.ts';
import { archiveKind } from './archive.ts';
import { ArchiveProblem } from './archive-problem.ts';
import { type Budget, budgetOf } from './limits.ts';
import { isUnsafeName, visibleName } from './member-name.ts';
import { isTar } from './tar-reader.ts';
import { tarMembers } from './unpack-tar.ts';
import { zipMembers } from './unpack-zip.ts';

export interface UnpackLimits {
  members: number;
  totalBytes: number;
  /** Unpacked : packed, beyond the first megabyte. */
  ratio: number;
  /** Folders in each other. */
  depth: number;
}

export interface Unpacked {
  files: number;
  bytes: number;
  /** Links and devices: named, never made. */
  skipped: { path: string; what: string }[];
  /** Files that could not be unpacked, such as encrypted ones. */
  unread: { path: string; why: string }[];
}

/** One member on its way to the folder: a file with its content, a folder, or what is left out. */
export type UnpackedMember = { name: string } & (
  | { packed: number; content(): AsyncIterable<Uint8Array> }
  | { folder: true }
  | { skipped: string }
  | { unread: string }
);

export type UnpackableKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst';

const HEAD_BYTES = 512;
const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 2048;

/** What the file is by its bytes; undefined when it is no archive of files. */
export async function unpackableKind(path: string): Promise<UnpackableKind | undefined> {
  const file = await open(path, 'r');
  let head: Buffer;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    head = buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
  const kind = archiveKind(head);
  if (kind === 'zip' || kind === 'tar') return kind;
  if (kind === undefined) return undefined;
  const inner = await firstBytes(path, kind);
  return isTar(inner) ? (kind === 'gzip' ? 'tar.gz' : 'tar.zst') : undefined;
}

/**
 * Unpacks an archive of somebody else into an empty folder of ours, as it streams by. Only plain files and folders are made,
 * all below the folder; a name that leads out of it, a limit that is passed or damage ends it with an `ArchiveProblem`, and
 * the caller removes the folder.
 */
export async function unpackToFolder(
  path: string,
  folder: string,
  { limits, signal }: { limits: UnpackLimits; signal: AbortSignal },
): Promise<Unpacked> {
  const kind = await unpackableKind(path);
  if (kind === undefined) throw new ArchiveProblem('archive-unsupported', 'it is no zip, tar or tar.gz');
  const budget = budgetOf({ ...limits, memberBytes: limits.totalBytes });
  const result: Unpacked = { files: 0, bytes: 0, skipped: [], unread: [] };
  const file = await open(path, 'r');
  try {
    const members =
      kind === 'zip'
        ? zipMembers(file, path, limits.members)
        : tarMembers(await tarContent(path, kind, limits));
    for await (const member of members) {
      signal.throwIfAborted();
      budget.countMember();
      await place(member, { folder, kind, limits, budget, signal, result });
    }
  } finally {
    await file.close();
  }
  return result;
}

interface Placing {
  folder: string;
  kind: UnpackableKind;
  limits: UnpackLimits;
  budget: Budget;
  signal: AbortSignal;
  result: Unpacked;
}

async function place(member: UnpackedMember, placing: Placing): Promise<void> {
  const { folder, result, budget } = placing;
  const parts = partsOf(member.name, placing.limits.depth);
  const shown = visibleName(parts.join('/'));
  if ('skipped' in member) result.skipped.push({ path: shown, what: member.skipped });
  else if ('unread' in member) result.unread.push({ path: shown, why: member.unread });
  else if (parts.length === 0) return;
  else if ('folder' in member) await makeFolder(join(folder, ...parts), shown);
  else {
    const target = join(folder, ...parts);
    await makeFolder(dirname(target), shown);
    const file = await createFile(target, placing.kind, shown);
    try {
      const allowance = budget.allowance(member.packed);
      let size = 0;
      for await (const bytes of member.content()) {
        placing.signal.throwIfAborted();
        size += bytes.length;
        if (size > allowance)
          throw new ArchiveProblem('archive-limit', `${shown} unpacks to more than ${allowance} bytes`);
        await file.writeFile(bytes);
      }
      budget.spend(size);
      result.bytes += size;
      result.files += 1;
    } finally {
      await file.close();
    }
  }
}

/** The parts of a name that stays inside, else an `ArchiveProblem`. */
function partsOf(name: string, depth: number): string[] {
  if (isUnsafeName(name))
    throw new ArchiveProblem('unsafe-member-name', `${visibleName(name)} leads out of the archive`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length > depth)
    throw new ArchiveProblem('archive-limit', `more than ${depth} folders in each other`);
  if (
    parts.some((part) => Buffer.byteLength(part) > MAX_PART_BYTES) ||
    Buffer.byteLength(name) > MAX_PATH_BYTES
  )
    throw new ArchiveProblem('archive-limit', `the name ${visibleName(name).slice(0, 60)}… is too long`);
  return parts;
}

async function makeFolder(path: string, shown: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw twice(error, shown);
  }
}

/** No link is ever made below the folder, so that no path can lead out of it; a second file of a name in a zip deceives. */
async function createFile(path: string, kind: UnpackableKind, shown: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW } = constants;
  try {
    return await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | (kind === 'zip' ? O_EXCL : O_TRUNC), 0o600);
  } catch (error) {
    throw twice(error, shown);
  }
}

function twice(error: unknown, shown: string): unknown {
  const code = systemCode(error);
  return code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR'
    ? new ArchiveProblem('archive-broken', `${shown} is there twice`)
    : error;
}

async function tarContent(
  path: string,
  kind: UnpackableKind,
  limits: UnpackLimits,
): Promise<AsyncIterable<Uint8Array>> {
  if (kind === 'tar') return createReadStream(path);
  const file = await open(path, 'r');
  const { size } = await file.stat();
  await file.close();
  // Headers and padding come on top of what the members hold.
  const most = Math.max(
    1024 * 1024,
    Math.min(size * limits.ratio, limits.totalBytes + limits.members * 1536),
  );
  return bounded(decompressed(path, kind === 'tar.gz' ? 'gzip' : 'zstd'), most);
}

async function* bounded(content: AsyncIterable<Buffer>, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const bytes of content) {
    size += bytes.length;
    if (size > most) throw new ArchiveProblem('archive-limit', `it unpacks to more than ${most} bytes`);
    yield bytes;
  }
}

async function* decompressed(path: string, kind: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const unpack: Transform = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  pipeline(source, unpack, () => undefined);
  try {
    for await (const bytes of unpack) yield bytes as Buffer;
  } catch (error) {
    if (error instanceof ArchiveProblem) throw error;
    throw new ArchiveProblem('archive-broken', 'the packed data is damaged');
  } finally {
    unpack.destroy();
    source.destroy();
  }
}

/** The first bytes of what is packed; damage is no tar. */
async function firstBytes(path: string, kind: 'gzip' | 'zstd'): Promise<Buffer> {
  let head = Buffer.alloc(0);
  try {
    for await (const bytes of decompressed(path, kind)) {
      head = Buffer.concat([head, bytes]);
      if (head.length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof ArchiveProblem)) throw error;
  }
  return head;
}
