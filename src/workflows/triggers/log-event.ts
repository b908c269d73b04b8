import type { StoredEvent } from '../../model/event.ts';

/** An event of the log as triggers and waiting steps look at it. */
export interface LogEvent extends StoredEvent {
  seq: number;
  /** Of its run. */
  task: string | null;
  /** The run of a workflow that it is about, or in which it happened. */
  workflowRun: string | null;
  /** How many workflows stand behind it, when it says so. */
  depth: number | null;
}

/** What `event` is in an expression. */
export function eventScope(event: LogEvent): Record<string, unknown> {
  const { id, type, time, project, actor, subject, run, task, data } = event;
  return { id, type, time: new Date(time).toISOString(), project, actor, subject, run, task, data };
}
