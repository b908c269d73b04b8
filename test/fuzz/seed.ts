import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** `FUZZ_SEED`, or drawn from the commit: the same commit is tried the same way everywhere, the next one in another way. */
export function fuzzSeed(): number {
  const named = process.env.FUZZ_SEED;
  if (named) return Number.parseInt(named, 10);
  return Number.parseInt(commit().slice(0, 8), 16) | 0;
}

/** A seed of its own for each part, so that one operation can be replayed alone. */
export function seedOf(seed: number, name: string): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readInt32BE(0);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    // Unpacked from an archive: there is no commit, and any fixed seed will do.
    return '5e471e1f';
  }
}
