import type { AnyTask } from '../plugin/task.ts';
import { NO_COUNTS } from '../store/runs.ts';
import { ownParts } from './own-tasks/own-task.ts';
import type { Target } from './targets.ts';

export interface Principal {
  /** `user_…` or `local:<os user>`. */
  id: string;
  local: boolean;
  project: string;
}

export interface Checked {
  task: AnyTask;
  params: Record<string, unknown>;
  target: Target | null;
}

/** A task without powers shares a process with others. */
export function isLight(task: AnyTask): boolean {
  return task.needs.length === 0 && ownParts(task) === undefined;
}

export function principalOf(row: { principal: string; project: string }): Principal {
  return { id: row.principal, local: row.principal.startsWith('local:'), project: row.project };
}

/** The row of a run that is to be queued. */
export function newRun({
  id,
  task,
  params,
  target,
  asset,
  principal,
  instance,
  rerunOf = null,
}: Checked & {
  id: string;
  asset: string | null;
  principal: Principal;
  instance: string;
  rerunOf?: string | null;
}) {
  return {
    id,
    project: principal.project,
    task: task.id,
    task_version: task.version,
    status: 'queued',
    params: JSON.stringify(params),
    target: target?.label ?? null,
    asset,
    principal: principal.id,
    instance,
    fence: 1,
    created: Date.now(),
    started: null as number | null,
    ended: null,
    progress: null,
    counts: JSON.stringify(NO_COUNTS),
    output: null,
    error_code: null,
    error_message: null,
    rerun_of: rerunOf,
    cause_run: null as string | null,
  };
}
