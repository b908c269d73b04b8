import type { Path } from '../definition/problem.ts';
import { convertCondition } from './condition.ts';
import { type Conversion, isRecord } from './conversion.ts';
import type { Flow, OlderStep } from './older-step.ts';
import { mapOutputs } from './output-mapping.ts';
import { checkKeys, fieldAt, readBoolean, readSeconds, readText, readWhole } from './read-value.ts';
import type { Names } from './references.ts';
import { plain, renamedParam } from './renamed-tasks.ts';
import { literal, MOST_RETRIES, readTimeout, type Settings } from './settings.ts';
import { convertTemplates } from './templates.ts';
import type { Variables } from './variables.ts';

export const STEP_KEYS = [
  ...['name', 'task', 'description', 'params', 'parameters', 'depends_on', 'parallel_with', 'condition'],
  ...['output_mapping', 'timeout', 'retry_on_failure', 'retry_count', 'retry_delay', 'optional', 'required'],
  ...['continue_on_failure', 'continue_on_error', 'on_success', 'on_failure'],
] as const;

/** A step of the new document, with the place in the older one of each of its parts. */
export interface NewStep {
  value: Record<string, unknown>;
  places: { at: Path; from: Path }[];
}

export interface Around {
  flow: Flow;
  names: Names;
  settings: Settings;
  variables: Variables;
  needs: ReadonlyMap<OlderStep, OlderStep[]>;
}

export function convertStep(step: OlderStep, around: Around): NewStep {
  const { conversion } = around.flow;
  const { raw, path } = step;
  checkKeys(conversion, raw, { path, known: STEP_KEYS, where: 'in a step' });
  const value: Record<string, unknown> = { name: step.newName };
  const places: NewStep['places'] = [];
  const put = (key: string, part: unknown, from: string) => {
    value[key] = part;
    places.push({ at: [key], from: [...path, from] });
  };
  const task = readTask(step, around);
  if (task !== null) put('task', task, 'task');
  const params = readParams(step, task ?? '', around);
  if (Object.keys(params.values).length > 0) put('params', params.values, params.key);
  for (const [name, from] of params.places) places.push({ at: ['params', name], from });
  const needs = around.needs.get(step) ?? [];
  if (needs.length > 0)
    put(
      'depends_on',
      needs.map((need) => need.newName),
      'depends_on',
    );
  const condition = convertCondition(step, around);
  if (condition !== null) put('condition', condition, 'condition');
  const retry = readRetry(step, around);
  if (retry) put('retry', retry, 'retry_on_failure');
  const timeout = readTimeout(
    conversion,
    literal(conversion, fieldAt(raw, 'timeout', path), around.variables),
  );
  if (timeout !== null) put('timeout', timeout, 'timeout');
  if (step.tolerant) put('continue_on_error', true, 'continue_on_error');
  return { value, places };
}

function readTask(step: OlderStep, { flow: { conversion } }: Around): string | null {
  const field = fieldAt(step.raw, 'task', step.path);
  if (!field) return null;
  const id = readText(conversion, field);
  if (id === null) return null;
  if (/\$\{|\{\{/.test(id)) {
    conversion.problem(
      field.path,
      'untranslatable',
      "'task' must be written out: what a step does is known before it runs.",
    );
    return null;
  }
  const now = taskOf(step, conversion);
  if (now !== id)
    conversion.note(field.path, {
      what: 'renamed',
      from: id,
      to: now,
      message: 'The task has this name now.',
    });
  return now;
}

/** The name of its task now; '' when it has none. */
export function taskOf({ raw }: OlderStep, { known }: Conversion): string {
  const id = typeof raw.task === 'string' ? raw.task : '';
  if (known.task(id)) return id;
  return known.renamed(id) ?? (known.task(plain(id)) ? plain(id) : id);
}

interface Params {
  key: string;
  values: Record<string, unknown>;
  places: Map<string, Path>;
}

function readParams(step: OlderStep, task: string, { flow: { conversion }, names }: Around): Params {
  const own = { ...names, self: step.name };
  const values: Record<string, unknown> = {};
  const places = new Map<string, Path>();
  const given = (['params', 'parameters'] as const).filter((key) => fieldAt(step.raw, key, step.path));
  const [key = 'params'] = given;
  if (given.length > 1)
    conversion.problem(
      [...step.path, 'parameters'],
      'wrong-value',
      "'params' and 'parameters' mean the same. Put all into one.",
    );
  for (const one of given) {
    const field = fieldAt(step.raw, one, step.path);
    if (!field) continue;
    if (!isRecord(field.value)) {
      conversion.problem(field.path, 'wrong-value', `'${one}' is a map of names to values.`);
      continue;
    }
    for (const [name, part] of Object.entries(field.value)) {
      const path = [...field.path, name];
      const now = nowCalled(task, name, field.value);
      if (now !== name)
        conversion.note(path, {
          what: 'renamed',
          from: name,
          to: now,
          message: `'${task}' calls it so now.`,
        });
      values[now] = convertTemplates(conversion, part, { path, names: own });
      places.set(now, path);
    }
  }
  const mapped = mapOutputs(conversion, fieldAt(step.raw, 'output_mapping', step.path), { task, names: own });
  for (const { name, value, path } of mapped) {
    if (Object.hasOwn(values, name))
      conversion.note(path, {
        what: 'assumed',
        from: `${name} in '${key}'`,
        to: value,
        message: 'output_mapping replaces a parameter of the same name, as it did.',
      });
    values[name] = value;
    places.set(name, path);
  }
  return { key, values, places };
}

function nowCalled(task: string, name: string, all: Record<string, unknown>): string {
  const now = renamedParam(task, name);
  return Object.hasOwn(all, now) ? name : now;
}

/** Further attempts, when nothing says how many. */
const USUAL_RETRIES = 1;

function readRetry(step: OlderStep, { flow: { conversion }, settings, variables }: Around): unknown {
  const at = (key: string) => literal(conversion, fieldAt(step.raw, key, step.path), variables);
  const on = fieldAt(step.raw, 'retry_on_failure', step.path);
  const count = readWhole(conversion, at('retry_count'), { least: 0, most: MOST_RETRIES });
  const delay = readSeconds(conversion, at('retry_delay'));
  if (!(readBoolean(conversion, on) ?? (settings.retryAll || count !== null))) return null;
  const max = count ?? settings.retryCount;
  const backoff = delay ?? settings.retryDelay;
  if (max === 0) return null;
  conversion.note(on?.path ?? step.path, {
    what: max === null || backoff !== null ? 'assumed' : 'translated',
    from: on ? `retry_on_failure: ${String(on.value)}` : count !== null ? 'retry_count' : 'retry_failed',
    to: `retry: ${max ?? USUAL_RETRIES}`,
    message:
      [
        max === null ? `retry_count is not given: it is tried ${USUAL_RETRIES} more time.` : '',
        backoff === null ? '' : 'The delay doubles with each further attempt.',
      ]
        .filter(Boolean)
        .join(' ') || 'Further attempts after a failure.',
  });
  return backoff === null ? (max ?? USUAL_RETRIES) : { max: max ?? USUAL_RETRIES, backoff };
}
