import { gunzipSync, inflateRawSync, type ZlibOptions, zstdDecompressSync } from 'node:zlib';
import { systemCode } from '../lib/errors.ts';
import { ArchiveProblem } from './archive-problem.ts';
import type { Budget } from './limits.ts';

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

export function isZstd(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

export function gunzip(bytes: Buffer, budget: Budget): Buffer {
  return unpacked(bytes, budget, (packed, options) => gunzipSync(packed, options));
}

export function unzstd(bytes: Buffer, budget: Budget): Buffer {
  return unpacked(bytes, budget, (packed, { maxOutputLength }) =>
    zstdDecompressSync(packed, maxOutputLength === undefined ? {} : { maxOutputLength }),
  );
}

export function inflateRaw(bytes: Buffer, budget: Budget): Buffer {
  return unpacked(bytes, budget, (packed, options) => inflateRawSync(packed, options));
}

/** Unpacks at most as much as the budget has left: a bomb stops there and is named. */
function unpacked(
  packed: Buffer,
  budget: Budget,
  unpack: (packed: Buffer, options: ZlibOptions) => Buffer,
): Buffer {
  const allowance = budget.allowance(packed.length);
  try {
    const bytes = unpack(packed, { maxOutputLength: allowance });
    budget.spend(bytes.length);
    return bytes;
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') {
      budget.spend(allowance);
      throw new ArchiveProblem('archive-limit', `unpacks to more than ${allowance} bytes`);
    }
    throw new ArchiveProblem('archive-broken', 'the packed data is damaged');
  }
}
