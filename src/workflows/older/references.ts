import { closest } from '../../lib/closest.ts';
import { type Cel, field, LEVEL, primary } from './python/cel.ts';
import { Untranslatable } from './python/untranslatable.ts';

/** What names mean in one older file. */
export interface Names {
  /** Name in the older file → name now. */
  steps: ReadonlyMap<string, string>;
  variables: ReadonlyMap<string, Cel>;
  /** Name of a step in the older file → fields of its result that are reached in another way now. */
  results: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The name whose step it is, in handlers: it has no result to read yet. */
  self: string | null;
}

/** Words in front of the name of a step: `results['scan']`, `steps.scan`. */
const STEP_ROOTS = new Set(['steps', 'results', 'step_results']);
const VARIABLE_ROOTS = new Set(['variables', 'vars', 'inputs']);
/** Words between the step and the field of its result. */
const RESULT_WORDS = new Set(['results', 'result', 'output']);
/** What the older scanners called what they found; it is one list of findings now. */
const FINDINGS_WORDS = new Set(['findings', 'vulnerabilities', 'issues']);
const DONE_WORDS = new Set(['success', 'succeeded', 'successful', 'completed']);

/** The moment at which the run began, as a text: the same in every step and after every crash. */
const TIMESTAMP = primary('run.started', 'string');
const RUN_WORDS: Record<string, Cel> = {
  timestamp: TIMESTAMP,
  run_id: primary('run.id', 'string'),
  workflow_id: primary('run.id', 'string'),
  workflow_name: primary('run.name', 'string'),
};

export interface Reference {
  cel: Cel;
  /** How many of the keys it took; what follows is reached from there as in any value. */
  used: number;
}

/** What `scan.results.findings`, `results['scan']` or `target` mean. Throws Untranslatable for a name that is nothing. */
export function resolve(keys: readonly string[], names: Names): Reference {
  const [root = '', second] = keys;
  if (names.steps.has(root)) return resolveStep(root, keys, { names, from: 1 });
  if (names.variables.has(root)) return { cel: variable(root, names), used: 1 };
  if (STEP_ROOTS.has(root)) {
    if (second === undefined)
      throw new Untranslatable(
        `'${root}' alone is no value; name the step, such as ${root}['${someStep(names)}']`,
      );
    if (!names.steps.has(second)) throw unknownStep(second, names);
    return resolveStep(second, keys, { names, from: 2 });
  }
  if (VARIABLE_ROOTS.has(root)) {
    if (second === undefined) throw new Untranslatable(`'${root}' alone is no value; name the variable`);
    if (!names.variables.has(second)) throw unknownVariable(second, names);
    return { cel: variable(second, names), used: 2 };
  }
  if (root === 'workflow' && (second === 'name' || second === 'id'))
    return { cel: primary(`run.${second}`, 'string'), used: 2 };
  const known = Object.hasOwn(RUN_WORDS, root) ? RUN_WORDS[root] : undefined;
  if (known) return { cel: known, used: 1 };
  throw keys.length > 1 ? unknownStep(root, names) : unknownVariable(root, names);
}

/** How a step is reached in an expression. */
export function stepText(name: string): string {
  return field('steps', name);
}

function resolveStep(
  older: string,
  keys: readonly string[],
  { names, from }: { names: Names; from: number },
): Reference {
  const name = names.steps.get(older) ?? older;
  if (older === names.self)
    throw new Untranslatable(`the step '${older}' cannot read its own result`, 'self-reference');
  const step = stepText(name);
  const is = (status: string): Cel => ({
    text: `${step}.status == '${status}'`,
    level: LEVEL.compare,
    type: 'bool',
  });
  let used = from;
  let key = keys[used];
  if (keys.length === from + 1 && key !== undefined) {
    if (key === 'status') return { cel: primary(`${step}.status`, 'status'), used: from + 1 };
    if (DONE_WORDS.has(key)) return { cel: is('done'), used: from + 1 };
    if (key === 'failed' || key === 'skipped') return { cel: is(key), used: from + 1 };
    if (key === 'error') return { cel: primary(`${step}.error`, 'nullable'), used: from + 1 };
    if (key === 'error_message') return { cel: primary(`${step}.error.message`, 'string'), used: from + 1 };
  }
  if (key !== undefined && RESULT_WORDS.has(key)) {
    used += 1;
    key = keys[used];
    if (key === undefined) return { cel: { ...primary(`${step}.output`, 'step'), step }, used };
  }
  if (key === undefined) return { cel: { ...primary(`${step}.output`, 'step'), step }, used };
  if (FINDINGS_WORDS.has(key)) return { cel: primary(`${step}.findings`, 'list'), used: used + 1 };
  const results = names.results.get(older) ?? {};
  if (Object.hasOwn(results, key)) {
    const type = isSeverity(key) ? 'severity' : 'dyn';
    return { cel: primary(`${step}.output.${results[key]}`, type), used: used + 1 };
  }
  return { cel: primary(`${step}.output`, 'map'), used };
}

/** What the older product wrote as `HIGH` is `high` now. */
export function isSeverity(key: string): boolean {
  return key === 'severity' || key === 'rating';
}

function variable(name: string, names: Names): Cel {
  return names.variables.get(name) ?? primary(field('inputs', name), 'dyn');
}

function someStep(names: Names): string {
  return [...names.steps.keys()][0] ?? 'scan';
}

export function unknownStep(name: string, names: Pick<Names, 'steps'>): Untranslatable {
  const near = closest(name, [...names.steps.keys()]);
  return new Untranslatable(
    `there is no step '${name}'${near ? `; is '${near}' meant?` : ''}`,
    'unknown-reference',
  );
}

function unknownVariable(name: string, names: Names): Untranslatable {
  const near = closest(name, [...names.variables.keys(), ...names.steps.keys(), 'timestamp']);
  const hint = near ? `is '${near}' meant?` : 'declare it under `variables`';
  return new Untranslatable(`there is no variable or step '${name}'; ${hint}`, 'unknown-variable');
}
