import * as z from 'zod';

export const RUN_STATUSES = [
  'queued',
  'running',
  'cancelling',
  'done',
  'partial',
  'failed',
  'cancelled',
  'interrupted',
] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

/** `interrupted` is an end: the process that ran it died. It can be run again. */
export const ENDED_STATUSES = [
  'done',
  'partial',
  'failed',
  'cancelled',
  'interrupted',
] as const satisfies readonly RunStatus[];

export function hasEnded(status: RunStatus): boolean {
  return (ENDED_STATUSES as readonly RunStatus[]).includes(status);
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const LogLevel = z.enum(LOG_LEVELS);
export type LogLevel = z.infer<typeof LogLevel>;

export const LogLine = z.object({ cursor: z.string(), time: z.int(), level: LogLevel, text: z.string() });
export type LogLine = z.infer<typeof LogLine>;

/** One target or part of a target could not be examined; the run went on and ends as `partial`. */
export const Problem = z.object({ at: z.string(), code: z.string(), message: z.string() });
export type Problem = z.infer<typeof Problem>;

export const Progress = z.object({
  done: z.number(),
  total: z.number().nullable(),
  note: z.string().nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** What the findings of a run were against what was known before. `fixed` were closed by this run. */
export const RunCounts = z.object({
  new: z.int(),
  seen: z.int(),
  reopened: z.int(),
  fixed: z.int(),
  problems: z.int(),
  critical: z.int(),
  high: z.int(),
  medium: z.int(),
  low: z.int(),
  info: z.int(),
});
export type RunCounts = z.infer<typeof RunCounts>;

export const Run = z.object({
  id: z.string(),
  project: z.string(),
  task: z.string(),
  taskVersion: z.int(),
  status: RunStatus,
  params: z.record(z.string(), z.unknown()),
  /** What the run looks at, in words: a path, a URL; null for a task without target. */
  target: z.string().nullable(),
  principal: z.string(),
  created: z.int(),
  started: z.int().nullable(),
  ended: z.int().nullable(),
  progress: Progress.nullable(),
  counts: RunCounts,
  output: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** The run that this one repeats, if any. */
  rerunOf: z.string().nullable(),
  /** When what it imported was taken back; absent: it was not. */
  undone: z.int().optional(),
});
export type Run = z.infer<typeof Run>;

export const Artifact = z.object({
  id: z.string(),
  run: z.string(),
  name: z.string(),
  mediaType: z.string(),
  size: z.int(),
  sha256: z.string(),
});
export type Artifact = z.infer<typeof Artifact>;
