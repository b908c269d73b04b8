import type { AnyTask } from '../../plugin/task.ts';

/** Of a task that comes from a plug-in: where it is from, and what the host cannot have as schemas of its own. */
export interface OwnParts {
  /** Id of the plug-in. */
  plugin: string;
  hash: string;
  /** File with the task, relative to the folder of the plug-in. */
  module: string;
  /** JSON Schemas as the plug-in declares them. */
  params: Record<string, unknown>;
  output: Record<string, unknown> | null;
}

export interface OwnTask extends AnyTask {
  own: OwnParts;
}

export function ownParts(task: AnyTask): OwnParts | undefined {
  return (task as Partial<OwnTask>).own;
}
