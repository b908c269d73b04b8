import { inflateSync } from 'node:zlib';
import type { GitFiles } from './git-files.ts';
import { GitProblem } from './git-problem.ts';
import type { GitObject, ObjectType } from './object-store.ts';

const HEADER_BYTES = 32;

/** `zlib(<type> <size>\0<bytes>)`; undefined when the file is not there. */
export function readLooseObject(files: GitFiles, path: string, maxBytes: number): GitObject | undefined {
  const stat = files.stat(path);
  if (!stat) return undefined;
  if (stat.size > maxBytes) throw new GitProblem('too-large', `${path} has ${stat.size} bytes`);
  const whole = inflate(Buffer.from(files.read(path, { maxBytes })), maxBytes + HEADER_BYTES);
  const end = whole.subarray(0, HEADER_BYTES).indexOf(0);
  const header = /^(commit|tree|blob|tag) (\d{1,12})$/.exec(whole.toString('latin1', 0, Math.max(0, end)));
  if (!header || whole.length - end - 1 !== Number(header[2]))
    throw new GitProblem('broken', `${path} is damaged`);
  return { type: header[1] as ObjectType, bytes: whole.subarray(end + 1) };
}

/** Inflates at most `maxBytes`; what follows the end of the stream is ignored. */
export function inflate(packed: Buffer, maxBytes: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch {
    throw new GitProblem('broken', 'a compressed object is damaged or larger than it says');
  }
}
