import { Budget } from '../../lib/cel/expression.ts';
import { secretName } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import { MOST_ITEMS, SECTIONS, type WorkflowDefinition } from '../../model/workflow.ts';
import { suggestion } from './check-graph.ts';
import type { PlacedExpression, Use } from './expressions.ts';
import { infer } from './infer.ts';
import type { ProblemCode } from './problem.ts';
import type { PlacedStep } from './read-step.ts';
import type { Reading } from './reading.ts';
import { inputTypes, RUN, stepTypes, TRIGGER } from './scope-types.ts';
import { ANY, STRING, type Type, typeWords } from './types.ts';

export type TypedExpression = PlacedExpression & { type: Type };

/** Names that are there, fields that are there, values that fit; gives each expression with its type. */
export function checkExpressions(
  reading: Reading,
  definition: WorkflowDefinition,
  { placed, expressions }: { placed: readonly PlacedStep[]; expressions: readonly PlacedExpression[] },
): TypedExpression[] {
  const inputs = inputTypes(definition.inputs);
  const seen = stepsSeen(placed, stepTypes(placed, reading.known));
  return expressions.map((one) => {
    const { expression, problem, path } = one;
    if (!expression) {
      if (problem) reading.problem(path, 'invalid-expression', problem.message);
      return { ...one, type: ANY };
    }
    const steps = seen(one);
    const roots = rootsOf(one, { inputs, steps });
    if (!checkNames(reading, one, { roots, steps, placed })) return { ...one, type: ANY };
    const report = (code: ProblemCode, message: string) => reading.problem(path, code, message);
    const type =
      one.use === 'params' && secretName(expression.tree) !== null
        ? STRING
        : infer(expression.tree, { text: expression.text, roots, report });
    checkUse(reading, one, type);
    return { ...one, type };
  });
}

type StepsType = Type & { kind: 'map' };

/** A step sees its own section and those before; the outputs see everything; the group of `concurrency` nothing. */
function stepsSeen(
  placed: readonly PlacedStep[],
  types: Readonly<Record<string, Type>>,
): (one: PlacedExpression) => StepsType {
  const upTo = (last: number): StepsType => ({
    kind: 'map',
    open: false,
    fields: Object.fromEntries(
      placed
        .filter(({ section }) => SECTIONS.indexOf(section) <= last)
        .map(({ step }) => [step.name, types[step.name] ?? ANY]),
    ),
  });
  const none = upTo(-1);
  const bySection = SECTIONS.map((_, index) => upTo(index));
  return ({ of, use }) => {
    const index = of === null ? SECTIONS.length - 1 : SECTIONS.indexOf(of.section);
    return (use === 'group' ? undefined : bySection[index]) ?? none;
  };
}

function rootsOf(
  { use, of }: PlacedExpression,
  { inputs, steps }: { inputs: Type; steps: Type },
): Record<string, Type> {
  if (use === 'group') return { inputs, trigger: TRIGGER };
  const items = use === 'params' && of?.step.for_each !== null && of !== null;
  return {
    inputs,
    steps,
    run: RUN,
    trigger: TRIGGER,
    failed: ANY,
    ...(items ? { item: ANY, index: { kind: 'int' } as const } : {}),
    ...(use === 'params' && of?.step.task ? { secrets: ANY } : {}),
  };
}

/** False when a name is not there: its type would say nothing. */
function checkNames(
  reading: Reading,
  one: PlacedExpression,
  around: { roots: Record<string, Type>; steps: StepsType; placed: readonly PlacedStep[] },
): boolean {
  const { expression, path, use } = one;
  if (!expression) return false;
  const { roots, steps, placed } = around;
  let all = true;
  const unknown = (message: string) => {
    all = false;
    reading.problem(path, 'unknown-reference', message);
  };
  for (const [root = '', name] of expression.names()) {
    if (!Object.hasOwn(roots, root)) {
      unknown(unknownRoot(reading, one, { root, roots: Object.keys(roots) }));
    } else if (root === 'secrets' && secretName(expression.tree) === null)
      unknown(`A secret is named and nothing else: \${{ secrets.NAME }}, beside other texts if need be.`);
    else if (root === 'steps' && name === undefined) {
      if (use !== 'outputs' && one.of?.section === 'steps')
        unknown(
          'Name the step that is read, as steps.NAME: what this one waits for must be known before it runs.',
        );
    } else if (root === 'steps' && name !== undefined && !Object.hasOwn(steps.fields, name)) {
      const later = placed.find(({ step }) => step.name === name);
      const names = Object.keys(steps.fields);
      unknown(
        later
          ? `'steps.${name}' is a step of '${later.section}', which runs after this one.`
          : `There is no step '${name.slice(0, 60)}': ${suggestion(reading, name, names)}`,
      );
    }
  }
  return all;
}

const USES: Readonly<Record<Use, string>> = {
  params: 'the parameters of this step',
  condition: 'a condition',
  for_each: "'for_each'",
  message: 'the message of an approval',
  until: 'a wait',
  outputs: 'outputs',
  group: 'the group of a limit',
};

function unknownRoot(
  reading: Reading,
  { use, of }: PlacedExpression,
  { root, roots }: { root: string; roots: readonly string[] },
): string {
  if (root === 'secrets')
    return `A secret can only go into the parameters of a task, and this is ${USES[use]}.`;
  if ((root === 'item' || root === 'index') && of)
    return of.step.for_each === null
      ? `'${root}' is there in a step with 'for_each' only.`
      : `'${root}' is there in 'params' only: ${USES[use]} is looked at once, before the items.`;
  return `There is no '${root.slice(0, 60)}' in ${USES[use]}: ${suggestion(reading, root, roots)} A text stands in quotes.`;
}

function checkUse(reading: Reading, one: PlacedExpression, type: Type): void {
  const { use, path, expression, whole } = one;
  if (!expression || type.kind === 'any') return;
  if (use === 'condition' && type.kind !== 'bool')
    reading.problem(
      path,
      'wrong-type',
      `A condition gives true or false, and this one gives ${typeWords(type)}; compare it with something.`,
    );
  if (use !== 'for_each' || !whole || one.within.length > 0) return;
  if (type.kind !== 'list')
    reading.problem(
      path,
      'wrong-type',
      `'for_each' needs a list, and this expression gives ${typeWords(type)}.`,
    );
  else if (expression.names().length === 0) checkItems(reading, one);
}

/** One that names nothing gives the same each time: its length is known now. */
function checkItems(reading: Reading, { path, expression }: PlacedExpression): void {
  try {
    const items = expression?.evaluate({}, new Budget(100_000));
    if (Array.isArray(items) && items.length > MOST_ITEMS)
      reading.problem(
        path,
        'too-many-items',
        `'for_each' gives ${items.length} items, and ${MOST_ITEMS} are the most.`,
      );
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    reading.problem(path, 'too-many-items', error.message);
  }
}
