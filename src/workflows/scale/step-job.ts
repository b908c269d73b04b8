import * as z from 'zod';
import type { ReadyStep } from '../engine/ready-steps.ts';

/** Of what jobs hold. A release reads those of the release before it, and leaves newer ones to newer processes. */
const VERSION = 1;

/** What a queue holds of a step: who takes it reads everything else from the rows. */
const StepJob = z.object({
  v: z.literal(VERSION),
  run: z.string(),
  name: z.string(),
  item: z.int(),
  fence: z.int(),
  /** With the version that was current where it was queued; null: no task, or one that nobody there knew. */
  task: z.object({ id: z.string(), version: z.int() }).nullable(),
});
export type StepJob = z.infer<typeof StepJob>;

export type JobTask = StepJob['task'];

export function stepJob({ run, name, item, fence }: ReadyStep, task: JobTask): StepJob {
  return { v: VERSION, run, name, item, fence, task };
}

/** The same step that is queued again has another number, and so another id. */
export function jobId({ run, name, item, fence }: ReadyStep): string {
  return `${run}.${name}.${item}.${fence}`;
}

/** Undefined: of a release that this one does not understand. */
export function readJob(data: unknown): StepJob | undefined {
  return StepJob.safeParse(data).data;
}
