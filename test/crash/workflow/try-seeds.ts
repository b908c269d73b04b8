import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BatchResult, type Place, runBatch } from './batch.ts';
import { type Checked, checkBatch } from './check.ts';
import type { Plan } from './plan.ts';
import { prepare } from './setup.ts';

export interface Tried {
  plans: readonly Plan[];
  result: BatchResult;
  checked: Checked;
  /** Kept when something is wrong. */
  folder: string;
}

/** The kill test of a batch of plans, in a folder of its own. */
export async function tryPlans(
  plans: readonly Plan[],
  database?: { url: string; restart?: () => Promise<void> },
  run = runBatch,
): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-workflow-kill-'));
  const place: Place = {
    dataDir: join(folder, 'data'),
    trees: join(folder, 'trees'),
    ...(database && { databaseUrl: database.url }),
    ...(database?.restart && { restartDatabase: database.restart }),
  };
  mkdirSync(place.dataDir, { mode: 0o700 });
  await prepare(place, plans);
  const result = await run(place, plans);
  const checked = await checkBatch(place, plans, result);
  if (checked.problems.length === 0) rmSync(folder, { recursive: true, force: true });
  return { plans, result, checked, folder };
}
