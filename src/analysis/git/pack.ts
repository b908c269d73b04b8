import type { GitFile, GitFiles } from './git-files.ts';
import { GitProblem } from './git-problem.ts';
import { inflate } from './loose-object.ts';
import type { ObjectType } from './object-store.ts';
import { type PackIndex, readPackIndex } from './pack-index.ts';

export type PackEntry =
  | { type: ObjectType; bytes: Buffer }
  /** `base`: an offset in this pack, or an id. */
  | { type: 'delta'; base: number | string; bytes: Buffer };

export interface Pack {
  /** Offset of the object, or undefined when it is not in this pack. */
  find(id: string): number | undefined;
  entry(offset: number, maxBytes: number): PackEntry;
  close(): void;
}

const TYPES: Record<number, ObjectType> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
/** Type and size take up to 10 bytes, an offset up to 10, an id up to 32. */
const HEADER_BYTES = 64;

/** A pack and its index, opened when they are first needed. `path` has no ending. */
export function openPack(files: GitFiles, path: string, hashBytes: number): Pack {
  let index: PackIndex | undefined;
  let file: GitFile | undefined;

  function opened(): { index: PackIndex; file: GitFile } {
    index ??= readPackIndex(files, `${path}.idx`, hashBytes);
    file ??= files.open(`${path}.pack`);
    return { index, file };
  }

  return {
    find(id) {
      index ??= readPackIndex(files, `${path}.idx`, hashBytes);
      return index.find(id);
    },
    entry(offset, maxBytes) {
      const { index, file } = opened();
      const end = index.endOf(offset) ?? file.size - hashBytes;
      const length = end - offset;
      if (length <= 0 || end > file.size)
        throw new GitProblem('broken', `${path}.pack is shorter than its index says`);
      if (length > maxBytes + HEADER_BYTES)
        throw new GitProblem('too-large', `an object in ${path}.pack has ${length} bytes`);
      const bytes = Buffer.allocUnsafe(length);
      if (file.read(bytes, offset) !== length) throw new GitProblem('broken', `${path}.pack cannot be read`);
      return readEntry(bytes, { offset, hashBytes, maxBytes });
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
}

function readEntry(
  bytes: Buffer,
  { offset, hashBytes, maxBytes }: { offset: number; hashBytes: number; maxBytes: number },
): PackEntry {
  let at = 0;
  const first = bytes[at++] as number;
  const kind = (first >> 4) & 7;
  let size = first & 15;
  for (let shift = 16, byte = first; byte & 0x80; shift *= 128) {
    byte = bytes[at++] ?? 0;
    size += (byte & 0x7f) * shift;
    if (shift > 2 ** 46) throw new GitProblem('broken', 'a size in a pack is wrong');
  }
  if (size > maxBytes) throw new GitProblem('too-large', `an object has ${size} bytes`);
  let base: number | string | undefined;
  if (kind === OFFSET_DELTA) {
    let byte = bytes[at++] ?? 0;
    let distance = byte & 0x7f;
    while (byte & 0x80 && at < HEADER_BYTES) {
      byte = bytes[at++] ?? 0;
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    if (distance <= 0 || distance >= offset) throw new GitProblem('broken', 'a delta names a wrong base');
    base = offset - distance;
  } else if (kind === ID_DELTA) {
    base = bytes.toString('hex', at, at + hashBytes);
    at += hashBytes;
  }
  const content = inflate(bytes.subarray(at), size);
  if (content.length !== size) throw new GitProblem('broken', 'an object in a pack has a wrong size');
  if (base !== undefined) return { type: 'delta', base, bytes: content };
  const type = TYPES[kind];
  if (!type) throw new GitProblem('broken', `an object in a pack has the unknown type ${kind}`);
  return { type, bytes: content };
}
