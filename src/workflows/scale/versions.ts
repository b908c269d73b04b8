import type { Catalogue } from '../../engine/catalogue.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Entry, RunState } from '../state/run-state.ts';
import type { JobTask } from './step-job.ts';

/** Null: this process does not have the task. */
export async function versionHere(catalogue: Catalogue, task: string): Promise<number | null> {
  try {
    return (await catalogue.load(task)).version;
  } catch (error) {
    if (error instanceof SentinelError) return null;
    throw error;
  }
}

/** The task of a step with the version that is current here, for who takes it. */
export async function taskOf(catalogue: Catalogue, state: RunState, entry: Entry): Promise<JobTask> {
  const id = state.definition[entry.section].find((step) => step.name === entry.name)?.task ?? null;
  if (id === null) return null;
  const version = await versionHere(catalogue, id);
  return version === null ? null : { id, version };
}
