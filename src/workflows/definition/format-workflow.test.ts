import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { escapeTemplate } from '../../lib/cel/template.ts';
import { WorkflowDefinition, type WorkflowInput, type WorkflowStep } from '../../model/workflow.ts';
import { formatWorkflow } from './format-workflow.ts';
import { checkInputs, inputFromText, inputsSchema } from './inputs.ts';
import type { Known } from './known.ts';
import { readWorkflow } from './read-workflow.ts';
import { KNOWN } from './test-known.ts';
import { workflowJsonSchema } from './workflow-schema.ts';

/** A task and an operation that take anything: here it is about how a document is written. */
const ANYTHING: Known = {
  ...KNOWN,
  operation: (id) =>
    id === 'any'
      ? {
          ...KNOWN.operation('findings.list')!,
          method: 'POST',
          query: z.object({}),
          body: z.record(z.string(), z.unknown()).optional(),
        }
      : undefined,
  workflow: () => undefined,
};

// Only what a store takes: neither NUL nor half a pair of surrogates.
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((one) => one.isWellFormed() && !one.includes('\0'))
  .map(escapeTemplate);
const tricky = fc.constantFrom(
  ...[
    '',
    ' ',
    'null',
    'true',
    'yes',
    'on',
    '~',
    '1',
    '1.0',
    '0x1f',
    '1e3',
    '-',
    '- a',
    '#a',
    'a #b',
    'a: b',
    ': ',
    '!a',
    '&a',
    '*a',
  ],
  ...[
    '"',
    "'",
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    '{a}',
    '[a]',
    '---',
    '...',
    '\n',
    'a\n',
    '\na',
    'a\n\n b\n',
    '  a',
    'a\tb',
    '\r\n',
    '\u0085',
    '\u2028',
    '\ufeff',
  ],
  ...[
    '<<',
    '=',
    '.inf',
    '2026-01-01',
    '12:30:45',
    '0o17',
    'x'.repeat(200),
    'a b '.repeat(60),
    '${{ run.id }}',
    'a ${{ run.name }} b',
    '$${x}',
    '😀',
  ],
);
const anyText = fc.oneof(text, tricky);
const key = anyText.filter((one) => !['__proto__', 'constructor', 'prototype'].includes(one));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    anyText,
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e-7, Number.MAX_SAFE_INTEGER),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const record = fc.array(fc.tuple(key, json), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
const duration = fc.integer({ min: 1, max: 10 ** 10 });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { freq: 2 });

const input: fc.Arbitrary<WorkflowInput> = fc
  .record({
    type: fc.constantFrom('string', 'integer', 'boolean', 'array', 'object'),
    description: maybe(anyText),
    required: fc.boolean(),
    given: fc.boolean(),
    kind: maybe(fc.constantFrom('path', 'url')),
    text: anyText,
  })
  .map(({ type, description, required, given, kind, text: one }) => {
    const values = {
      string: one,
      integer: 3,
      boolean: false,
      array: [one],
      object: { [`k${one.length}`]: one },
    };
    return {
      ...{ type, description, required, kind, enum: null, pattern: null, minimum: null, maximum: null },
      items: type === 'array' && required ? 'string' : null,
      ...(given ? { default: values[type] } : {}),
    };
  });

const step = (name: string, before: readonly string[]): fc.Arbitrary<WorkflowStep> =>
  fc
    .record({
      depends_on: fc.subarray([...before]),
      condition: maybe(fc.constantFrom('run.id == "x"', "size(run.name) > 1 && 'a: #b' != run.id", 'true')),
      continue_on_error: fc.boolean(),
      approval: maybe(
        fc.record({
          roles: fc.array(anyText, { maxLength: 2 }),
          timeout: maybe(duration),
          message: maybe(anyText),
        }),
      ),
      wait: maybe(
        fc.oneof(
          fc
            .constantFrom('90s', '2026-12-01T02:00:00Z', '${{ run.started }}')
            .map((until) => ({ until, event: null, timeout: null })),
          fc.record({
            until: fc.constant(null),
            event: fc.record({
              type: fc.constant('finding.created'),
              query: maybe(fc.constantFrom('severity:high', 'path:"a b"')),
            }),
            timeout: maybe(duration),
          }),
        ),
      ),
      labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z0-9]{1,5}$/), {
        maxKeys: 2,
      }),
      sample: maybe(
        fc.record({ output: json, findings: fc.array(record, { maxLength: 2 }) }, { requiredKeys: [] }),
      ),
      action: fc.boolean(),
      params: record,
      for_each: maybe(
        fc.oneof(fc.array(json, { maxLength: 3 }), fc.constantFrom('range(3)', "['a: b', '#']")),
      ),
      concurrency: maybe(fc.integer({ min: 1, max: 50 })),
      retry: fc.record({
        max: fc.integer({ min: 0, max: 5 }),
        backoff: fc.oneof(fc.constant(5_000), duration),
      }),
      timeout: maybe(duration),
    })
    .map(({ action, ...one }) => {
      const none = {
        params: {},
        for_each: null,
        concurrency: null,
        retry: { max: 0, backoff: 5_000 },
        timeout: null,
      };
      const gates =
        action || one.wait || one.approval ? {} : { wait: { until: '1s', event: null, timeout: null } };
      return {
        ...{ name, task: null, operation: action ? 'any' : null, workflow: null, line: null },
        ...one,
        ...gates,
        ...(action ? {} : none),
      };
    });

const names = ['a', 'b-c', '_d', 'on', 'null', 'No'];
const section = (from: number, to: number) =>
  fc.tuple(...names.slice(from, to).map((name, index) => step(name, names.slice(from, from + index))));

const definition: fc.Arbitrary<WorkflowDefinition> = fc
  .record({
    description: anyText,
    author: maybe(anyText),
    tags: fc.array(anyText, { maxLength: 3 }),
    metadata: record,
    inputs: fc.dictionary(fc.constantFrom('a', 'b_c', 'on', 'null', 'type', 'default'), input, {
      maxKeys: 4,
    }),
    steps: section(0, 3),
    on_failure: section(3, 4),
    finally: section(4, 6),
    outputs: record,
    manual: fc.boolean(),
    schedules: fc.array(
      fc.record({
        cron: fc.constantFrom('0 2 * * *', '*/5 * * * 1-5', '@daily'),
        zone: fc.constantFrom('UTC', 'Europe/Berlin'),
        jitter: fc.oneof(fc.constant(0), duration),
        catch_up: fc.constantFrom('none', 'one', 'all'),
        overlap: fc.constantFrom('skip', 'queue', 'allow', 'cancel'),
      }),
      { maxLength: 2 },
    ),
    hooks: fc.subarray(['push', 'pull']),
    secret: fc.constantFrom('push', 'other'),
    concurrency: maybe(
      fc.record({
        group: fc.oneof(
          anyText.filter((one) => !one.includes('run.')),
          fc.constant('x'),
        ),
        limit: fc.integer({ min: 1, max: 9 }),
        policy: fc.constantFrom('queue', 'skip', 'cancel-oldest'),
      }),
    ),
    max_parallel: maybe(fc.integer({ min: 1, max: 99 })),
    timeout: maybe(duration),
    fail_fast: fc.boolean(),
  })
  .map(({ manual, schedules, hooks, secret, inputs, ...rest }) => ({
    name: 'x',
    ...rest,
    inputs,
    on: {
      manual,
      schedule: schedules.map((one) => ({ ...one, inputs: neededOf(inputs) })),
      event: [{ type: 'file.created', query: null, inputs: neededOf(inputs) }],
      webhook: hooks.map((name) => ({ name, secret, inputs: neededOf(inputs) })),
    },
  }));

function neededOf(inputs: Record<string, WorkflowInput>): Record<string, unknown> {
  const examples = { string: 'x', integer: 1, number: 1.5, boolean: true, array: [], object: {} };
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, one]) => one.required && one.default === undefined)
      .map(([name, one]) => [name, examples[one.type]]),
  );
}

const withoutLines = (one: WorkflowDefinition | null) =>
  JSON.parse(JSON.stringify(one, (name, value) => (name === 'line' ? null : value))) as unknown;

it('writes what it reads as the same definition', () => {
  const validate = new Ajv2020({ strict: false }).compile(workflowJsonSchema());
  fc.assert(
    fc.property(definition, (one) => {
      expect(WorkflowDefinition.safeParse(one).error).toBeUndefined();
      const source = formatWorkflow(one);
      const read = readWorkflow(source, ANYTHING);
      expect(read.problems).toEqual([]);
      expect(read.shape).toBe('current');
      expect(withoutLines(read.definition)).toEqual(withoutLines(one));
      expect(formatWorkflow(read.definition as WorkflowDefinition)).toBe(source);
      expect(validate(parse(source)), JSON.stringify(validate.errors)).toBe(true);
    }),
    { numRuns: 150 },
  );
}, 120_000);

it('writes as somebody would', () => {
  const source = `name: nightly
description: Looks for secrets

on:
  schedule:
    cron: 0 2 * * *
    zone: Europe/Berlin

inputs:
  path:
    type: string
    kind: path
    default: /srv
  names: array
concurrency: 1
timeout: 2h

steps:
  - name: scan
    task: secrets-scan
    params:
      path: \${{ inputs.path }}
    retry: 3

  - name: each
    task: cvss
    depends_on: scan
    condition: size(steps.scan.findings) > 0
    for_each: \${{ steps.scan.findings.filter(f, f.severity == 'high') }}
    params:
      vector: \${{ item.title }}

  - name: pause
    depends_on:
      - scan
      - each
    wait:
      until: 90s

outputs:
  files: \${{ steps.scan.output.files }}
`;
  const read = readWorkflow(source.replace('  names: array\n', ''), KNOWN);
  expect(read.problems).toEqual([]);
  expect(formatWorkflow(read.definition as WorkflowDefinition)).toBe(source.replace('  names: array\n', ''));
});

const INPUTS = (source: string) =>
  readWorkflow(`name: x\ninputs: ${source}\nsteps: [{ name: a, wait: 1s }]`, KNOWN)
    .definition as WorkflowDefinition;

it('checks inputs and fills in their defaults', () => {
  const definition = INPUTS(
    '{ path: { default: /srv }, depth: { type: integer, minimum: 1 }, level: { enum: [low, high], required: false }, code: { pattern: "^[a-z]+$", required: false } }',
  );
  expect(checkInputs(definition, { depth: 2 })).toEqual({ path: '/srv', depth: 2, level: null, code: null });
  expect(inputsSchema(definition)).toMatchObject({
    required: ['depth'],
    properties: {
      path: { type: 'string', default: '/srv' },
      depth: { minimum: 1 },
      level: { enum: ['low', 'high'] },
    },
  });
  expect(() => checkInputs(definition, { dept: 2, path: 3, level: 'mid', code: 'A' })).toThrow(
    expect.objectContaining({
      code: 'invalid-parameter',
      fields: [
        { field: 'dept', message: 'is not an input; did you mean depth?' },
        { field: 'path', message: 'expects text, not 3' },
        { field: 'depth', message: 'expects a whole number and is missing' },
        { field: 'level', message: "expects one of low, high, not 'mid'" },
        { field: 'code', message: "expects text like ^[a-z]+$, not 'A'" },
      ],
    }),
  );
  expect(() => checkInputs(definition, { depth: 0 })).toThrow('inputs.depth: expects at least 1, not 0.');
  expect(() => checkInputs(definition, { depth: 1.5 })).toThrow('expects a whole number, not 1.5');
  expect(() => checkInputs(definition, { depth: 1, path: 'x'.repeat(1_000_001) })).toThrow(
    'longer than 1 MB',
  );
});

it('reads inputs of the command line by their type', () => {
  const { inputs } = INPUTS(
    '{ t: string, n: integer, b: boolean, l: { type: array, items: integer }, o: object }',
  );
  const value = (name: string, given: string) => inputFromText(inputs[name] as WorkflowInput, given);
  expect(value('t', '3')).toBe('3');
  expect(value('n', '3')).toBe(3);
  expect(value('n', 'x')).toBe('x');
  expect(value('b', 'true')).toBe(true);
  expect(value('l', '1, 2')).toEqual([1, 2]);
  expect(value('l', '["a"]')).toEqual(['a']);
  expect(value('o', '{"a":1}')).toEqual({ a: 1 });
});
