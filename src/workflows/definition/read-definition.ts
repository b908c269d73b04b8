import type * as z from 'zod';
import {
  type ConcurrencySpec,
  MOST_STEPS,
  SECTIONS,
  type WorkflowDefinition,
  WorkflowName,
} from '../../model/workflow.ts';
import { type Fields, fieldsOf, isRecord } from './fields.ts';
import { short } from './inputs.ts';
import { readInputs } from './read-inputs.ts';
import { type PlacedStep, readSteps } from './read-step.ts';
import { readTriggers } from './read-triggers.ts';
import type { Reading } from './reading.ts';

export const TOP_KEYS = [
  'name',
  'description',
  'author',
  'tags',
  'metadata',
  'on',
  'inputs',
  'concurrency',
  'max_parallel',
  'timeout',
  'fail_fast',
  'steps',
  'on_failure',
  'finally',
  'outputs',
  // For editors: where the JSON Schema of this file is.
  '$schema',
] as const;

export interface Draft {
  definition: WorkflowDefinition;
  placed: PlacedStep[];
}

/** Reads every part, whatever is wrong in the others; null when there is nothing that could be one. */
export function readDefinition(reading: Reading, value: unknown): Draft | null {
  if (!isRecord(value)) {
    reading.problem(
      [],
      'wrong-value',
      `A workflow is a document with at least 'name' and 'steps', not ${short(value)}.`,
    );
    return null;
  }
  const fields = fieldsOf(reading, value, { path: [], what: 'A workflow', keys: TOP_KEYS });
  const sections = SECTIONS.map((section) => readSteps(reading, fields.raw(section), section));
  const [steps = [], onFailure = [], last = []] = sections;
  const placed = sections.flat();
  checkCounts(reading, fields, { main: steps, all: placed });
  const name = readName(reading, fields);
  return {
    placed,
    definition: {
      name,
      description: fields.text('description') ?? '',
      author: fields.text('author'),
      tags: fields.texts('tags'),
      metadata: fields.record('metadata'),
      inputs: readInputs(reading, fields.raw('inputs'), ['inputs']),
      steps: steps.map(({ step }) => step),
      on_failure: onFailure.map(({ step }) => step),
      finally: last.map(({ step }) => step),
      outputs: fields.record('outputs'),
      on: readTriggers(reading, fields.raw('on')),
      concurrency: readConcurrency(reading, fields, name),
      max_parallel: fields.count('max_parallel', { min: 1, max: 10_000 }),
      timeout: fields.duration('timeout'),
      fail_fast: fields.flag('fail_fast') ?? false,
    },
  };
}

function checkCounts(
  reading: Reading,
  fields: Fields,
  { main, all }: { main: readonly PlacedStep[]; all: readonly PlacedStep[] },
): void {
  if (main.length === 0 && (fields.raw('steps') === undefined || Array.isArray(fields.raw('steps'))))
    reading.problem(fields.at('steps'), 'no-steps', "A workflow needs at least one step under 'steps'.");
  if (all.length > MOST_STEPS)
    reading.problem(
      fields.at('steps'),
      'too-many-steps',
      `A workflow has at most ${MOST_STEPS} steps, not ${all.length}. Use 'for_each', or split it.`,
    );
}

function readName(reading: Reading, fields: Fields): string {
  const name = fields.text('name');
  if (name !== null && WorkflowName.safeParse(name).success) return name;
  if (fields.raw('name') === undefined)
    reading.problem([], 'missing', "A workflow needs a 'name', such as 'nightly-secrets'.");
  else if (name !== null) {
    const slug = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 64);
    reading.problem(
      fields.at('name'),
      'invalid-name',
      `A workflow has a name of lower-case letters, digits and -, not ${short(name)}.${slug ? ` For example '${slug}'.` : ''}`,
    );
  }
  return 'unnamed';
}

/** `concurrency: 1`, or `{ group, limit, policy }`. */
function readConcurrency(
  reading: Reading,
  fields: Fields,
  name: string,
): z.infer<typeof ConcurrencySpec> | null {
  const value = fields.raw('concurrency');
  if (value === undefined) return null;
  const limits = { min: 1, max: 10_000 };
  if (!isRecord(value)) {
    const limit = fields.count('concurrency', limits);
    return limit === null ? null : { group: name, limit, policy: 'queue' };
  }
  const concurrency = fieldsOf(reading, value, {
    path: fields.at('concurrency'),
    what: "'concurrency'",
    keys: ['group', 'limit', 'policy'],
  });
  return {
    group: concurrency.text('group') ?? name,
    limit: concurrency.count('limit', limits) ?? 1,
    policy: concurrency.oneOf('policy', ['queue', 'skip', 'cancel-oldest']) ?? 'queue',
  };
}
