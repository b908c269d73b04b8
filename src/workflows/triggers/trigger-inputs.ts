import { fill, references } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import { checkInputs } from '../definition/inputs.ts';

/**
 * Inputs that a trigger fills in itself may look at what started it and at nothing else: a secret would be stored with the run,
 * and steps are not there yet. Throws `invalid-expression`.
 */
export function checkTriggerInputs(inputs: Record<string, unknown>, roots: readonly string[]): void {
  for (const { path, expression, problem } of references(inputs)) {
    const field = ['inputs', ...path].join('.');
    if (problem) throw wrong(field, problem.message);
    const other = expression?.names().find(([root]) => root === undefined || !roots.includes(root));
    if (other)
      throw wrong(
        field,
        `may use ${roots.map((root) => `\`${root}\``).join(' and ')} only, not \`${other.join('.')}\``,
      );
  }
}

/** The inputs with their expressions filled in. Throws `invalid-expression` for what is not there. */
export function triggerInputs(
  inputs: Record<string, unknown>,
  scope: Record<string, unknown>,
): Record<string, unknown> {
  return fill(inputs, scope, { secrets: 'refuse' }).value as Record<string, unknown>;
}

function wrong(field: string, message: string): SentinelError {
  return new SentinelError('invalid-expression', `${field}: ${message}.`.replace(/\.\.$/, '.'), {
    fields: [{ field, message }],
  });
}

/** What a trigger gives its workflow, as far as it is known before something starts it: what an expression gives is not. */
export function checkGivenToWorkflow(
  definition: Pick<WorkflowDefinition, 'inputs'>,
  inputs: Record<string, unknown>,
): void {
  const later = new Set(references(inputs).map(({ path }) => String(path[0])));
  checkInputs(definition, inputs, later);
}
