import { compile, type Expression } from '../../lib/cel/expression.ts';
import { references } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { Path } from './problem.ts';
import type { PlacedStep } from './read-step.ts';

/** What an expression is for: that decides what it may name. */
export type Use = 'params' | 'condition' | 'for_each' | 'message' | 'until' | 'outputs' | 'group';

export interface PlacedExpression {
  use: Use;
  /** Null: of the workflow itself. */
  of: PlacedStep | null;
  path: Path;
  /** Below `params`: `['headers', 0]`. */
  within: Path;
  expression: Expression | null;
  problem: SentinelError | null;
  /** It is the whole text: its value keeps its type. */
  whole: boolean;
}

/** Every expression of the workflow but those of its triggers, which see something else. */
export function expressionsOf(
  definition: WorkflowDefinition,
  placed: readonly PlacedStep[],
): PlacedExpression[] {
  const inSteps = placed.flatMap((of) => {
    const { step, path } = of;
    const inside = (use: Use, value: unknown, at: Path) =>
      templates(use, value, { of, path: [...path, ...at] });
    const bare = (use: Use, text: string, key: string) => [single(use, text, { of, path: [...path, key] })];
    return [
      ...inside('params', step.params, ['params']),
      ...(step.condition === null ? [] : bare('condition', step.condition, 'condition')),
      ...(typeof step.for_each === 'string'
        ? bare('for_each', step.for_each, 'for_each')
        : inside('for_each', step.for_each, ['for_each'])),
      ...inside('message', step.approval?.message, ['approval', 'message']),
      ...inside('until', step.wait?.until, ['wait', 'until']),
    ];
  });
  const top = (use: Use, value: unknown, path: Path) => templates(use, value, { of: null, path });
  return [
    ...inSteps,
    ...top('outputs', definition.outputs, ['outputs']),
    ...top('group', definition.concurrency?.group, ['concurrency', 'group']),
  ];
}

type Where = Pick<PlacedExpression, 'of' | 'path'>;

function templates(use: Use, value: unknown, { of, path }: Where): PlacedExpression[] {
  if (value === null || value === undefined) return [];
  return references(value).map((reference) => ({
    use,
    of,
    path: [...path, ...reference.path],
    within: reference.path,
    expression: reference.expression,
    problem: reference.problem,
    // A message, a moment and a group are texts, whatever they are made of.
    whole: reference.whole && use !== 'message' && use !== 'group',
  }));
}

function single(use: Use, text: string, { of, path }: Where): PlacedExpression {
  const place = { use, of, path, within: [], whole: true };
  try {
    return { ...place, expression: compile(text), problem: null };
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    return { ...place, expression: null, problem: error };
  }
}
