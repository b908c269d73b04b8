import * as z from 'zod';
import { RuleText } from './rule.ts';

export const CATEGORIES = [
  'code',
  'secrets',
  'dependencies',
  'infrastructure',
  'web',
  'contracts',
  'intelligence',
  'vulnerability',
  'reporting',
] as const;
export const Category = z.enum(CATEGORIES);
export type Category = z.infer<typeof Category>;

/** What a parameter means; the web form, scope check and completion use it. */
export const PARAM_KINDS = [
  'path',
  'upload',
  'url',
  'host',
  'cve',
  'hash',
  'purl',
  'address',
  'secret-ref',
  'vector',
  'text',
] as const;
export type ParamKind = (typeof PARAM_KINDS)[number];

export const TaskSummary = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  category: Category,
  version: z.int(),
  touches: z.enum(['nothing', 'reads-target', 'changes-target']),
  needs: z.array(z.string()),
  /** Kinds of its target parameters: what can be dropped or pasted to start it. */
  accepts: z.array(z.enum(PARAM_KINDS)),
  /** Endings of the files that its target may be, such as `.sarif`; `*` is any file. Empty: it takes none. */
  files: z.array(z.string()),
  ruleCount: z.int(),
});
export type TaskSummary = z.infer<typeof TaskSummary>;

export const TaskInfo = TaskSummary.extend({
  description: z.string(),
  /** JSON Schema 2020-12 of the parameters; each property may carry `kind`, `target`, `files`, `advanced` and `examples`. */
  params: z.record(z.string(), z.unknown()),
  /** JSON Schema of the output, or null when the task has none. */
  output: z.record(z.string(), z.unknown()).nullable(),
  examples: z.array(z.object({ title: z.string(), params: z.record(z.string(), z.unknown()) })),
  rules: z.record(z.string(), RuleText),
  limits: z.object({ memoryMb: z.int(), timeSeconds: z.int() }),
});
export type TaskInfo = z.infer<typeof TaskInfo>;
