import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder of one run for what is unpacked for it. */
export function scratchFolder(dataDir: string, run: string): string {
  return join(dataDir, 'scratch', run);
}

export async function removeScratch(dataDir: string, run: string): Promise<void> {
  await rm(scratchFolder(dataDir, run), { recursive: true, force: true, maxRetries: 3 });
}

/** Removes the folders that a killed process left. */
export async function sweepScratch(
  dataDir: string,
  isActive: (run: string) => Promise<boolean>,
): Promise<void> {
  const runs = await readdir(join(dataDir, 'scratch')).catch(() => []);
  for (const run of runs) if (!(await isActive(run))) await removeScratch(dataDir, run);
}
