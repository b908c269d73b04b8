import type * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { fieldProblems } from '../lib/field-problems.ts';
import type { AnyTask } from '../plugin/task.ts';

/** The parameters as the task gets them, defaults filled in; one error that names every wrong field. */
export function parseParams(task: AnyTask, params: unknown): Record<string, unknown> {
  const schema = (task.params as z.ZodObject).strict();
  const result = schema.safeParse(params ?? {});
  if (result.success) return result.data as Record<string, unknown>;
  const fields = fieldProblems(schema, params ?? {}, result.error.issues);
  const first = fields[0];
  const text = first
    ? `${first.field}: ${first.message}${first.example === undefined ? '' : `, for example ${first.example}`}.`
    : 'The parameters are wrong.';
  throw new SentinelError(
    'invalid-parameter',
    fields.length > 1 ? `${text} (${fields.length - 1} more)` : text,
    { fields },
  );
}
