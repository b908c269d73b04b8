import { applyDelta } from './delta.ts';
import type { GitFiles } from './git-files.ts';
import { GitProblem } from './git-problem.ts';
import { readLooseObject } from './loose-object.ts';
import { openPack, type Pack, type PackEntry } from './pack.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';
export interface GitObject {
  type: ObjectType;
  bytes: Buffer;
}

export interface ObjectStore {
  readonly hashBytes: number;
  /** `id` in hex. Throws a GitProblem when it is missing, broken or larger than 128 MiB. */
  read(id: string): GitObject;
  close(): void;
}

export const MAX_OBJECT_BYTES = 128 * 1024 * 1024;
/** Git itself makes chains of at most 4,095. */
const MAX_CHAIN = 4_096;
const CACHE_BYTES = 96 * 1024 * 1024;
/** What the deltas of one chain may unpack to; git writes deltas that are smaller than their object. */
const MAX_CHAIN_BYTES = 2 * MAX_OBJECT_BYTES;

export function createObjectStore(
  files: GitFiles,
  { folders, hashBytes }: { folders: readonly string[]; hashBytes: number },
): ObjectStore {
  const packs = folders.flatMap((folder) => {
    const names = new Set(files.list(`${folder}/pack`));
    return [...names]
      .filter((name) => name.endsWith('.idx') && names.has(`${name.slice(0, -4)}.pack`))
      .map((name) => openPack(files, `${folder}/pack/${name.slice(0, -4)}`, hashBytes));
  });
  const damaged = new Map<Pack, GitProblem>();
  const cache = createCache(CACHE_BYTES);

  function find(id: string): { pack: Pack; offset: number } | undefined {
    for (const pack of packs) {
      const offset = offsetIn(pack, id);
      if (offset !== undefined) return { pack, offset };
    }
    return undefined;
  }

  /** A damaged index hides what is in its pack only: other packs and loose objects can still be read. */
  function offsetIn(pack: Pack, id: string): number | undefined {
    if (damaged.has(pack)) return undefined;
    try {
      return pack.find(id);
    } catch (error) {
      damaged.set(pack, asProblem(error));
      return undefined;
    }
  }

  function readPacked(pack: Pack, offset: number): GitObject {
    const deltas: Buffer[] = [];
    const seen: { pack: Pack; offset: number }[] = [];
    let at = { pack, offset };
    let object: GitObject | undefined;
    let chainBytes = 0;
    while (!object) {
      object = cache.get(at.pack, at.offset);
      if (object) break;
      if (seen.length >= MAX_CHAIN) throw new GitProblem('broken', 'a chain of deltas is too long');
      seen.push(at);
      const entry: PackEntry = at.pack.entry(at.offset, MAX_OBJECT_BYTES);
      if (entry.type === 'delta') {
        deltas.push(entry.bytes);
        chainBytes += entry.bytes.length;
        if (chainBytes > MAX_CHAIN_BYTES) throw new GitProblem('too-large', 'a chain of deltas is too large');
        if (typeof entry.base === 'number') at = { pack: at.pack, offset: entry.base };
        else {
          const base = find(entry.base);
          if (base) at = base;
          else object = readLoose(entry.base);
        }
      } else {
        object = { type: entry.type, bytes: entry.bytes };
        cache.put(at.pack, at.offset, object);
      }
    }
    for (let i = deltas.length - 1; i >= 0; i--) {
      object = { type: object.type, bytes: applyDelta(object.bytes, deltas[i] as Buffer, MAX_OBJECT_BYTES) };
      const place = seen[i] as { pack: Pack; offset: number };
      cache.put(place.pack, place.offset, object);
    }
    return object;
  }

  function readLoose(id: string): GitObject {
    for (const folder of folders) {
      const object = readLooseObject(files, `${folder}/${id.slice(0, 2)}/${id.slice(2)}`, MAX_OBJECT_BYTES);
      if (object) return object;
    }
    const [problem] = damaged.values();
    if (problem) throw problem;
    throw new GitProblem('missing', `object ${id} is not in the repository`);
  }

  return {
    hashBytes,
    read(id) {
      if (id.length !== hashBytes * 2 || !/^[0-9a-f]+$/.test(id))
        throw new GitProblem('broken', 'a name of an object is damaged');
      try {
        const packed = find(id);
        return packed ? readPacked(packed.pack, packed.offset) : readLoose(id);
      } catch (error) {
        throw asProblem(error);
      }
    },
    close() {
      for (const pack of packs) pack.close();
    },
  };
}

/** Whatever goes wrong with hostile bytes, or a file that cannot be opened, is a problem of this object only. */
function asProblem(error: unknown): GitProblem {
  if (error instanceof GitProblem) return error;
  return new GitProblem('broken', error instanceof Error ? error.message : String(error));
}

/** The objects that were used last; deltas of neighbours share their bases. */
function createCache(limit: number) {
  const objects = new Map<Pack, Map<number, GitObject>>();
  const order = new Set<{ pack: Pack; offset: number; size: number }>();
  let size = 0;

  return {
    get: (pack: Pack, offset: number) => objects.get(pack)?.get(offset),
    put(pack: Pack, offset: number, object: GitObject) {
      if (object.bytes.length > limit / 8) return;
      const ofPack = objects.get(pack) ?? new Map<number, GitObject>();
      objects.set(pack, ofPack);
      if (ofPack.has(offset)) return;
      ofPack.set(offset, object);
      const entry = { pack, offset, size: object.bytes.length + 200 };
      order.add(entry);
      size += entry.size;
      for (const oldest of order) {
        if (size <= limit) break;
        order.delete(oldest);
        objects.get(oldest.pack)?.delete(oldest.offset);
        size -= oldest.size;
      }
    },
  };
}
