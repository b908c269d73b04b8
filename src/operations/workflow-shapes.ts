import * as z from 'zod';
import { WorkflowDefinition } from '../model/workflow.ts';
import type { DefinitionProblem } from '../workflows/definition/problem.ts';

/** Of a document: text as it was written (YAML or JSON), or the object that it is. */
export const Document = z.union([z.string().max(1_100_000), z.record(z.string(), z.unknown())]);

export const WorkflowPath = z.object({ name: z.string().max(100) });

export const WorkflowProblem = z.object({
  line: z.int().nullable(),
  column: z.int().nullable(),
  field: z.string().describe('`steps.2.params.path`'),
  code: z.string(),
  message: z.string(),
}) satisfies z.ZodType<Omit<DefinitionProblem, 'code'> & { code: string }>;

export const WorkflowSummary = z.object({
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  steps: z.int(),
  /** What starts it, apart from people. */
  starts: z.array(z.string()),
  revision: z.int(),
  updated: z.int(),
  actor: z.string(),
});

export const WorkflowPage = WorkflowSummary.omit({ steps: true, starts: true }).extend({
  id: z.string(),
  created: z.int(),
  note: z.string(),
  format: z.enum(['yaml', 'json']),
  source: z.string().describe('The document as it was written'),
  definition: WorkflowDefinition,
  inputs: z.record(z.string(), z.unknown()).describe('JSON Schema of the inputs, for a form'),
});
export type WorkflowPage = z.infer<typeof WorkflowPage>;

/** `schedule 0 2 * * *`, `event finding.created`, `webhook deploy`. */
export function startsOf({ on }: WorkflowDefinition): string[] {
  return [
    ...on.schedule.map((one) => `schedule ${one.cron}`),
    ...on.event.map((one) => `event ${one.type}`),
    ...on.webhook.map((one) => `webhook ${one.name}`),
  ];
}

export function stepCount({ steps, on_failure, finally: last }: WorkflowDefinition): number {
  return steps.length + on_failure.length + last.length;
}
