import type { GitFiles } from './git-files.ts';
import { GitProblem } from './git-problem.ts';

/** Which object stands where in a pack (gitformat-pack(5), index versions 1 and 2). */
export interface PackIndex {
  find(id: string): number | undefined;
  /** Where the entry at `offset` ends; undefined for the last one. */
  endOf(offset: number): number | undefined;
}

const MAX_INDEX_BYTES = 1024 * 1024 * 1024;
const FANOUT_BYTES = 1_024;

interface Layout {
  bytes: Buffer;
  hashBytes: number;
  count: number;
  fanout: number;
  /** Position of the name and of the offset of entry `i`. */
  name: (i: number) => number;
  offset: (i: number) => number;
}

export function readPackIndex(files: GitFiles, path: string, hashBytes: number): PackIndex {
  const bytes = Buffer.from(files.read(path, { maxBytes: MAX_INDEX_BYTES }));
  const layout = layoutOf(bytes, hashBytes);
  if (!layout) throw new GitProblem('broken', `${path} is damaged`);
  let sorted: Float64Array | undefined;

  return {
    find(id) {
      const wanted = Buffer.from(id, 'hex');
      if (wanted.length !== hashBytes) return undefined;
      const at = search(layout, wanted);
      return at === undefined ? undefined : layout.offset(at);
    },
    endOf(offset) {
      sorted ??= Float64Array.from({ length: layout.count }, (_, i) => layout.offset(i)).sort();
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle] as number) <= offset) low = middle + 1;
        else high = middle;
      }
      return sorted[low];
    },
  };
}

function layoutOf(bytes: Buffer, hashBytes: number): Layout | undefined {
  if (bytes.length < 8 + FANOUT_BYTES) return undefined;
  const second = bytes.readUInt32BE(0) === 0xff744f63;
  if (second && bytes.readUInt32BE(4) !== 2) return undefined;
  const fanout = second ? 8 : 0;
  const count = bytes.readUInt32BE(fanout + FANOUT_BYTES - 4);
  const names = fanout + FANOUT_BYTES;
  if (!second) {
    const size = 4 + hashBytes;
    if (bytes.length < names + count * size) return undefined;
    const name = (i: number) => names + i * size + 4;
    return { bytes, hashBytes, count, fanout, name, offset: (i) => bytes.readUInt32BE(names + i * size) };
  }
  const offsets = names + count * (hashBytes + 4);
  const large = offsets + count * 4;
  if (bytes.length < large) return undefined;
  const offset = (i: number) => {
    const value = bytes.readUInt32BE(offsets + i * 4);
    if (value < 0x80000000) return value;
    const place = large + (value - 0x80000000) * 8;
    if (place + 8 > bytes.length) throw new GitProblem('broken', 'a pack index is damaged');
    return Number(bytes.readBigUInt64BE(place));
  };
  return { bytes, hashBytes, count, fanout, name: (i) => names + i * hashBytes, offset };
}

function search({ bytes, hashBytes, fanout, name, count }: Layout, wanted: Buffer): number | undefined {
  const first = wanted[0] as number;
  let low = first === 0 ? 0 : bytes.readUInt32BE(fanout + (first - 1) * 4);
  let high = Math.min(count, bytes.readUInt32BE(fanout + first * 4));
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = bytes.compare(wanted, 0, hashBytes, name(middle), name(middle) + hashBytes);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
