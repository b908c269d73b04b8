import { expect, it } from 'vitest';
import { MOST_PROBLEMS } from './document.ts';
import type { ProblemCode } from './problem.ts';
import { readWorkflow } from './read-workflow.ts';
import { KNOWN } from './test-known.ts';

const read = (source: string) => readWorkflow(source, KNOWN);
/** A workflow of which only some lines matter; they begin in line 3. */
const withSteps = (...lines: string[]) => read(['name: x', 'steps:', ...lines].join('\n'));
const told = (result: ReturnType<typeof read>) => result.problems.map((one) => [one.line, one.code]);

it('reads every part, with the defaults filled in', () => {
  const { definition, problems, warnings, shape } = read(`
name: nightly
description: Looks for secrets
author: me
tags: [a, b]
metadata: { team: blue }
inputs:
  path: { type: string, kind: path, default: /srv }
  depth: integer
  names: { type: array, items: string, required: false }
on:
  schedule: { cron: '0 2 * * *', zone: Europe/Berlin, jitter: 5m, inputs: { depth: 3 } }
  event: { type: finding.created, query: 'severity:high,critical -task:secrets-scan', inputs: { depth: 1, path: '\${{ event.data.location.path }}' } }
  webhook: { name: push, inputs: { depth: '\${{ body.depth }}' } }
concurrency: { limit: 2, group: 'g-\${{ inputs.path }}', policy: skip }
max_parallel: 4
timeout: 2h
fail_fast: true
steps:
  - name: scan
    task: secrets-scan
    params: { path: '\${{ inputs.path }}', depth: '\${{ inputs.depth }}', quick: true }
    retry: 3
    timeout: 10m
    labels: { os: linux }
  - name: each
    task: cvss
    for_each: \${{ steps.scan.findings.filter(f, f.severity == 'high') }}
    concurrency: 5
    condition: \${{ size(steps.scan.findings) > 0 }}
    params: { vector: '\${{ item.title }}' }
    retry: { max: 2, backoff: 1s }
    continue_on_error: true
  - name: ask
    depends_on: [scan]
    approval: { roles: admin, timeout: 1d, message: 'Found \${{ size(steps.scan.findings) }}?' }
  - { name: pause, wait: 90s }
  - { name: quiet, wait: { event: finding.created, query: 'severity:high', timeout: 1h } }
  - { name: tell, workflow: notify, params: { text: 'x \${{ steps.each.output[0].vectors[0].score }}' } }
on_failure:
  - { name: failed, workflow: notify, params: { text: 'scan: \${{ steps.scan.status }}' } }
finally:
  - { name: last, operation: projects.update, params: { project: p, title: '\${{ steps.failed.status }}' } }
outputs:
  files: \${{ steps.scan.output.files }}
  last: \${{ steps.last.status }}
`);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([]);
  expect(shape).toBe('current');
  expect(definition).toMatchObject({
    name: 'nightly',
    tags: ['a', 'b'],
    metadata: { team: 'blue' },
    inputs: {
      path: { type: 'string', kind: 'path', default: '/srv', required: false },
      depth: { type: 'integer', required: true },
      names: { type: 'array', items: 'string', required: false },
    },
    on: {
      manual: true,
      schedule: [
        { zone: 'Europe/Berlin', jitter: 300_000, catch_up: 'one', overlap: 'skip', inputs: { depth: 3 } },
      ],
      event: [{ type: 'finding.created' }],
      webhook: [{ name: 'push', secret: 'push' }],
    },
    concurrency: { limit: 2, policy: 'skip' },
    max_parallel: 4,
    timeout: 7_200_000,
    fail_fast: true,
    outputs: { files: '${{ steps.scan.output.files }}' },
  });
  expect(definition?.steps.map((step) => [step.name, step.line, step.depends_on])).toEqual([
    ['scan', 20, []],
    ['each', 26, ['scan']],
    ['ask', 34, ['scan']],
    ['pause', 37, []],
    ['quiet', 38, []],
    ['tell', 39, ['each']],
  ]);
  expect(definition?.steps[0]).toMatchObject({
    retry: { max: 3, backoff: 5_000 },
    timeout: 600_000,
    labels: { os: 'linux' },
  });
  expect(definition?.steps[1]).toMatchObject({
    condition: 'size(steps.scan.findings) > 0',
    for_each: "steps.scan.findings.filter(f, f.severity == 'high')",
    retry: { max: 2, backoff: 1_000 },
  });
  expect(definition?.steps[4]?.wait).toEqual({
    until: null,
    event: { type: 'finding.created', query: 'severity:high' },
    timeout: 3_600_000,
  });
  expect(definition?.finally[0]?.depends_on).toEqual([]);
});

it('reads JSON, and inputs as a JSON Schema', () => {
  const { definition, problems } = read(
    JSON.stringify({
      name: 'x',
      inputs: {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 1 } },
      },
      steps: [{ name: 's', task: 'cvss', params: { vector: '${{ inputs.a }}' } }],
    }),
  );
  expect(problems).toEqual([]);
  expect(definition?.inputs).toMatchObject({ a: { required: true }, b: { required: false, minimum: 1 } });
});

it('adds needs that only an expression says, and no more of them', () => {
  const { definition } = withSteps(
    '  - { name: a, task: cvss, params: { vector: v } }',
    '  - { name: b, task: cvss, params: { vector: v }, depends_on: a }',
    "  - { name: c, task: cvss, params: { vector: '${{ steps.a.status }}' }, depends_on: b }",
    '  - { name: d, task: cvss, params: { vector: \'${{ steps["b"].status + steps.c.status }}\' } }',
  );
  expect(definition?.steps.map((step) => step.depends_on)).toEqual([[], ['a'], ['b'], ['b', 'c']]);
});

const refused: [string, number, ProblemCode, string, string[]][] = [
  [
    'an unknown key',
    3,
    'unknown-key',
    "A step has no 'taks'; did you mean 'task'?",
    ['  - { name: a, taks: cvss, wait: 1s }'],
  ],
  [
    'a second step of a name',
    4,
    'duplicate-step',
    'in line 3',
    ['  - { name: a, wait: 1s }', '  - { name: a, wait: 1s }'],
  ],
  [
    'a cycle',
    3,
    'cycle',
    'a → c → b → a',
    [
      '  - { name: a, wait: 1s, depends_on: c }',
      '  - { name: b, wait: 1s, depends_on: a }',
      '  - { name: c, wait: 1s, depends_on: b }',
    ],
  ],
  [
    'a cycle through what is read',
    4,
    'cycle',
    "a → b → a. 'b' reads steps.a.status",
    [
      '  - { name: a, wait: 1s, depends_on: b }',
      "  - { name: b, wait: 1s, condition: steps.a.status == 'done' }",
    ],
  ],
  [
    'a step that waits for itself',
    3,
    'self-reference',
    'waits for itself',
    ['  - { name: a, wait: 1s, depends_on: a }'],
  ],
  [
    'a step that reads itself',
    3,
    'self-reference',
    'reads itself',
    ["  - { name: a, wait: 1s, condition: steps.a.status == 'x' }"],
  ],
  [
    'an unknown need',
    4,
    'unknown-step',
    "did you mean 'first'?",
    ['  - { name: first, wait: 1s }', '  - { name: b, wait: 1s, depends_on: frist }'],
  ],
  ['no action', 3, 'no-action', 'does nothing', ['  - { name: a }']],
  [
    'two actions',
    3,
    'several-actions',
    'a step does one thing',
    ['  - { name: a, task: cvss, workflow: notify, params: { vector: v } }'],
  ],
  [
    'parameters of nothing',
    3,
    'no-action',
    "'params' belongs to an action",
    ['  - { name: a, wait: 1s, params: { b: 1 } }'],
  ],
  ['an unknown task', 3, 'unknown-task', "did you mean 'cvss'?", ['  - { name: a, task: csvs }']],
  [
    'a task of older files',
    3,
    'unknown-task',
    "it is called 'secrets-scan' now",
    ['  - { name: a, task: secret_scanner }'],
  ],
  [
    'a retired task',
    3,
    'retired-task',
    'was left out on purpose',
    ['  - { name: a, task: payload_generator }'],
  ],
  [
    'an unknown operation',
    3,
    'unknown-operation',
    "did you mean 'findings.list'?",
    ['  - { name: a, operation: finding.list }'],
  ],
  [
    'an operation that a workflow may not do',
    3,
    'forbidden-operation',
    "may not do 'auth.login'",
    ['  - { name: a, operation: auth.login }'],
  ],
  [
    'an unknown workflow',
    3,
    'unknown-workflow',
    "did you mean 'notify'?",
    ['  - { name: a, workflow: notfy }'],
  ],
  ['a workflow that starts itself', 3, 'self-reference', 'starts itself', ['  - { name: a, workflow: x }']],
  [
    'a wrong parameter',
    3,
    'invalid-parameter',
    "'depth' expects at most 100, not 1000",
    ['  - { name: a, task: secrets-scan, params: { path: p, depth: 1000 } }'],
  ],
  [
    'a misspelt parameter',
    3,
    'invalid-parameter',
    'did you mean depth?',
    ['  - { name: a, task: secrets-scan, params: { path: p, depht: 1 } }'],
  ],
  [
    'a missing parameter',
    3,
    'missing',
    "'path' expects text and is missing. For example /srv/app",
    ['  - { name: a, task: secrets-scan }'],
  ],
  [
    'a wrong parameter beside an expression',
    3,
    'invalid-parameter',
    "'depth'",
    ["  - { name: a, task: secrets-scan, params: { path: '${{ run.id }}', depth: x } }"],
  ],
  [
    'a number for a text',
    3,
    'wrong-type',
    "'path' expects text, and 'size(run.id)' gives a whole number. Write string(…)",
    ["  - { name: a, task: secrets-scan, params: { path: '${{ size(run.id) }}' } }"],
  ],
  [
    'a text for a number',
    3,
    'wrong-type',
    "'depth' expects a whole number",
    ["  - { name: a, task: secrets-scan, params: { path: p, depth: '${{ run.id }}' } }"],
  ],
  [
    'a text with an expression for a number',
    3,
    'wrong-type',
    'is text',
    ["  - { name: a, task: secrets-scan, params: { path: p, depth: '1${{ 1 }}' } }"],
  ],
  [
    'a wrong item of a list',
    3,
    'wrong-type',
    "'ignore' expects a list (of text)",
    ["  - { name: a, task: secrets-scan, params: { path: p, ignore: '${{ [1, 2] }}' } }"],
  ],
  [
    'a wrong parameter of an operation',
    3,
    'invalid-parameter',
    "'title'",
    ['  - { name: a, operation: projects.update, params: { project: p, title: 12345 } }'],
  ],
  [
    'a parameter that an operation does not have',
    3,
    'invalid-parameter',
    "did you mean 'limit'?",
    ['  - { name: a, operation: findings.list, params: { limt: 1 } }'],
  ],
  [
    'an input that a workflow does not have',
    3,
    'invalid-parameter',
    "did you mean 'text'?",
    ['  - { name: a, workflow: notify, params: { txt: b, text: c } }'],
  ],
  [
    'a wrong input of a workflow',
    3,
    'wrong-type',
    "'urgent' expects true or false",
    ["  - { name: a, workflow: notify, params: { text: c, urgent: '${{ run.id }}' } }"],
  ],
  [
    'an expression that cannot be read',
    3,
    'invalid-expression',
    'is not CEL',
    ["  - { name: a, task: cvss, params: { vector: '${{ 1 + }}' } }"],
  ],
  [
    'a template without its end',
    3,
    'invalid-expression',
    "without '}}'",
    ["  - { name: a, task: cvss, params: { vector: '${{ 1 ' } }"],
  ],
  [
    'an unknown input',
    3,
    'unknown-reference',
    "'inputs' has no 'nope'",
    ["  - { name: a, task: cvss, params: { vector: '${{ inputs.nope }}' } }"],
  ],
  [
    'an unknown step',
    4,
    'unknown-reference',
    "There is no step 'frist': did you mean 'first'?",
    ['  - { name: first, wait: 1s }', "  - { name: a, wait: 1s, condition: steps.frist.status == 'done' }"],
  ],
  [
    'an unknown field of a step',
    4,
    'unknown-reference',
    "has no 'satus'. Did you mean 'status'?",
    ['  - { name: b, wait: 1s }', "  - { name: a, wait: 1s, condition: steps.b.satus == 'done' }"],
  ],
  [
    'an unknown field of an output',
    4,
    'unknown-reference',
    "'steps.b.output' has no 'scores'. There are: vectors",
    [
      '  - { name: b, task: cvss, params: { vector: v } }',
      '  - { name: a, wait: 1s, condition: steps.b.output.scores > 3 }',
    ],
  ],
  [
    'an unknown field of a finding',
    4,
    'unknown-reference',
    "'f' has no 'severty'. Did you mean 'severity'?",
    [
      '  - { name: b, task: cvss, params: { vector: v } }',
      '  - { name: a, wait: 1s, condition: "steps.b.findings.exists(f, f.severty == \'high\')" }',
    ],
  ],
  [
    'what a step without for_each does not have',
    4,
    'unknown-reference',
    "has no 'items'",
    [
      '  - { name: b, task: cvss, params: { vector: v } }',
      '  - { name: a, wait: 1s, condition: size(steps.b.items) > 1 }',
    ],
  ],
  [
    'a step by a name that is computed',
    4,
    'unknown-reference',
    'Name the step',
    ['  - { name: b, wait: 1s }', '  - { name: a, wait: 1s, condition: "steps[run.id].status == \'done\'" }'],
  ],
  [
    'an unknown name',
    3,
    'unknown-reference',
    "There is no 'input' in a condition: did you mean 'inputs'?",
    ["  - { name: a, wait: 1s, condition: input.x == 'done' }"],
  ],
  [
    'item without for_each',
    3,
    'unknown-reference',
    "with 'for_each' only",
    ["  - { name: a, task: cvss, params: { vector: '${{ item }}' } }"],
  ],
  [
    'a secret in a condition',
    3,
    'unknown-reference',
    'A secret can only go into the parameters of a task',
    ["  - { name: a, wait: 1s, condition: secrets.A == 'x' }"],
  ],
  [
    'a secret that is changed',
    3,
    'unknown-reference',
    'A secret is named and nothing else',
    ['  - { name: a, task: cvss, params: { vector: \'${{ secrets.A + "x" }}\' } }'],
  ],
  [
    'a secret for an operation',
    3,
    'unknown-reference',
    'A secret can only',
    ["  - { name: a, operation: projects.update, params: { project: '${{ secrets.A }}' } }"],
  ],
  [
    'a condition that is a number',
    3,
    'wrong-type',
    'this one gives a whole number',
    ['  - { name: a, wait: 1s, condition: size(run.id) }'],
  ],
  [
    'a comparison of what differs',
    3,
    'wrong-type',
    'compares text with a whole number',
    ['  - { name: a, wait: 1s, condition: run.id == 3 }'],
  ],
  [
    'a field of a list',
    4,
    'wrong-type',
    'use .map(x, x.title)',
    [
      '  - { name: b, task: cvss, params: { vector: v } }',
      "  - { name: a, wait: 1s, condition: steps.b.findings.title == 'x' }",
    ],
  ],
  [
    'for_each over a text',
    3,
    'wrong-type',
    "'for_each' needs a list",
    ['  - { name: a, task: cvss, for_each: run.id, params: { vector: v } }'],
  ],
  [
    'a million items',
    3,
    'too-many-items',
    "'for_each' gives 10001 items",
    ['  - { name: a, task: cvss, for_each: "range(10000) + [1]", params: { vector: v } }'],
  ],
  [
    'a million items, by a square',
    3,
    'too-many-items',
    'too much work',
    ['  - { name: a, task: cvss, for_each: "range(10000).map(x, range(10000))", params: { vector: v } }'],
  ],
  [
    'a list that is too long',
    3,
    'too-many-items',
    "'for_each' has 10001 items",
    [`  - { name: a, task: cvss, for_each: [${'1,'.repeat(10_001)}], params: { vector: v } }`],
  ],
  [
    'a wrong duration',
    3,
    'invalid-duration',
    'such as 90s, 5m',
    ['  - { name: a, task: cvss, timeout: soon, params: { vector: v } }'],
  ],
  [
    'no time at all',
    3,
    'invalid-duration',
    'more than nothing',
    ['  - { name: a, task: cvss, timeout: 0s, params: { vector: v } }'],
  ],
  ['a wait for nothing', 3, 'missing', "'until'", ['  - { name: a, wait: { timeout: 3s } }']],
  [
    'a wait for both',
    3,
    'wrong-value',
    'give one of them',
    ['  - { name: a, wait: { until: 3s, event: finding.created } }'],
  ],
  [
    'a wait for an unknown event',
    3,
    'invalid-event',
    "Did you mean 'finding.created'?",
    ['  - { name: a, wait: { event: finding.creatd } }'],
  ],
  [
    'a wrong query',
    3,
    'invalid-event',
    "no key 'severty:'",
    ["  - { name: a, wait: { event: finding.created, query: 'severty:high' } }"],
  ],
  ['a wrong time', 3, 'invalid-duration', '2026-12-01T02:00:00Z', ['  - { name: a, wait: 2026-13-45 }']],
  ['a number for a name', 3, 'wrong-value', 'write it in quotes', ['  - { name: 1, wait: 1s }']],
  ['a name that objects have', 3, 'invalid-name', "not '__proto__'", ['  - { name: __proto__, wait: 1s }']],
  ['a name with a blank', 3, 'invalid-name', "not 'a b'", ['  - { name: a b, wait: 1s }']],
  ['no name', 3, 'missing', 'A step needs a name', ['  - { wait: 1s }']],
  ['a step that is a text', 3, 'wrong-value', "is not 'cvss'", ['  - cvss', '  - { name: a, wait: 1s }']],
  [
    'a label that is long',
    3,
    'wrong-value',
    'a short text',
    ['  - { name: a, task: cvss, params: { vector: v }, labels: { os: [linux] } }'],
  ],
  [
    'a key that reaches for the prototype',
    3,
    'forbidden-key',
    'not allowed',
    ['  - { name: a, task: cvss, params: { vector: v, __proto__: { a: 1 } } }'],
  ],
];

it.each(refused)('refuses %s, in line %d', (_what, line, code, message, lines) => {
  const result = withSteps(...lines);
  expect(result.definition).toBeNull();
  expect(result.problems[0]).toMatchObject({ line, code });
  expect(result.problems[0]?.message).toContain(message);
  expect(result.problems).toHaveLength(1);
});

const refusedAtTop: [string, ProblemCode, string, string][] = [
  ['no steps', 'no-steps', 'at least one step', 'name: x\nsteps: []'],
  ['no name', 'missing', "needs a 'name'", 'steps: [{ name: a, wait: 1s }]'],
  ['a wrong name', 'invalid-name', "For example 'my-flow'", 'name: My Flow\nsteps: [{ name: a, wait: 1s }]'],
  ['a list', 'wrong-value', "at least 'name' and 'steps'", '- a\n- b'],
  [
    'an unknown key',
    'unknown-key',
    "did you mean 'timeout'?",
    'name: x\ntimout: 1s\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'an unknown type',
    'wrong-value',
    "Did you mean 'string'?",
    'name: x\ninputs: { a: strng }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'an unknown kind',
    'wrong-value',
    "Did you mean 'path'?",
    'name: x\ninputs: { a: { kind: pth } }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'a wrong default',
    'wrong-value',
    'The default expects a whole number',
    'name: x\ninputs: { a: { type: integer, default: b } }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'a slow pattern that is none',
    'wrong-value',
    'looks ahead',
    "name: x\ninputs: { a: { pattern: '(?=a)' } }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a wrong cron',
    'invalid-schedule',
    'five fields',
    "name: x\non: { schedule: '* * * * * *' }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a wrong zone',
    'invalid-schedule',
    'no time zone',
    "name: x\non: { schedule: { cron: '0 2 * * *', zone: Mars/X } }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a schedule without its inputs',
    'missing',
    "The input 'a' is needed",
    "name: x\ninputs: { a: string }\non: { schedule: '0 2 * * *' }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'an unknown input of a schedule',
    'invalid-parameter',
    "did you mean 'path'?",
    "name: x\ninputs: { path: { default: p } }\non: { schedule: { cron: '0 2 * * *', inputs: { pth: b } } }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a trigger that sees something else',
    'unknown-reference',
    "There is no 'body'",
    "name: x\ninputs: { a: string }\non: { event: { type: file.created, inputs: { a: '${{ body.x }}' } } }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a trigger with a secret',
    'unknown-reference',
    'would be stored with the run',
    "name: x\ninputs: { a: string }\non: { webhook: { name: h, inputs: { a: '${{ secrets.x }}' } } }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'a wrong webhook',
    'invalid-name',
    'lower-case letters',
    'name: x\non: { webhook: Bad Hook }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'two webhooks of a name',
    'duplicate-key',
    "two webhooks 'h'",
    'name: x\non: { webhook: [h, h] }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'its own end as its start',
    'self-trigger',
    "causes 'workflow-run.ended' by itself",
    'name: x\non: { event: workflow-run.ended }\nsteps: [{ name: a, wait: 1s }]',
  ],
  [
    'its own task as its start',
    'self-trigger',
    "causes 'run.ended' by itself",
    'name: x\non: { event: run.ended }\nsteps: [{ name: a, task: cvss, params: { vector: v } }]',
  ],
  [
    'a step of finally that is read before',
    'unknown-reference',
    "a step of 'finally', which runs after this one",
    "name: x\nsteps: [{ name: a, wait: 1s, condition: steps.z.status == 'x' }]\nfinally: [{ name: z, wait: 1s }]",
  ],
  [
    'a need across sections',
    'unknown-step',
    'each section has its own order',
    'name: x\nsteps: [{ name: a, wait: 1s }]\nfinally: [{ name: z, wait: 1s, depends_on: a }]',
  ],
  [
    'a group that looks at steps',
    'unknown-reference',
    "There is no 'steps' in the group",
    "name: x\nconcurrency: { group: '${{ steps.a.status }}' }\nsteps: [{ name: a, wait: 1s }]",
  ],
  [
    'too many steps',
    'too-many-steps',
    'at most 1000 steps, not 1001',
    `name: x\nsteps:\n${Array.from({ length: 1_001 }, (_, i) => `  - { name: s${i}, wait: 1s }`).join('\n')}`,
  ],
  ['broken YAML', 'invalid-yaml', 'not readable YAML', 'name: x\nsteps: [{ name: a, wait: 1s }'],
];

it.each(refusedAtTop)('refuses %s', (_what, code, message, source) => {
  const result = read(source);
  expect(result.definition).toBeNull();
  expect(result.problems[0]).toMatchObject({ code });
  expect(result.problems[0]?.message).toContain(message);
  expect(result.problems).toHaveLength(1);
});

it('finds all that is wrong in one go, in the order of the file', () => {
  const result = read(
    'name: Bad Name\nsteps:\n  - name: a\n    taks: x\n    timeout: soon\n  - name: a\n    task: cvss\n    depends_on: zz\non: { schedule: daily }\nsteps: []\n',
  );
  expect(told(result)).toEqual([
    [1, 'invalid-name'],
    [3, 'no-action'],
    [4, 'unknown-key'],
    [5, 'invalid-duration'],
    [6, 'duplicate-step'],
    [6, 'missing'],
    [8, 'unknown-step'],
    [9, 'invalid-schedule'],
    [10, 'duplicate-key'],
  ]);
});

it.each([
  ['a query that leaves itself out', "{ type: workflow-run.ended, query: 'name:other' }"],
  ['the runs of another task', "{ type: run.ended, query: 'task:http-check' }"],
  ['findings of another task', "{ type: finding.created, query: '-task:secrets-scan severity:high' }"],
])('lets %s start it', (_what, event) => {
  const result = read(
    `name: x\non: { event: ${event} }\nsteps: [{ name: a, task: secrets-scan, params: { path: p } }]`,
  );
  expect(result.problems).toEqual([]);
  expect(result.warnings).toEqual([]);
});

it.each([
  ['findings of its own', "{ type: finding.created, query: 'severity:high' }", "'-task:secrets-scan'"],
  ['its own failure', "{ type: workflow-run.ended, query: 'status:failed' }", 'When this workflow fails'],
])('warns of a start by %s', (_what, event, message) => {
  const result = read(
    `name: x\non: { event: ${event} }\nsteps: [{ name: a, task: secrets-scan, params: { path: p } }]`,
  );
  expect(result.definition).not.toBeNull();
  expect(result.warnings).toMatchObject([{ line: 2, code: 'self-trigger' }]);
  expect(result.warnings[0]?.message).toContain(message);
});

it.each([
  ["params: { url: 'https://a.example', headers: { authorization: abc } }", 'headers.authorization'],
  [
    "params: { url: 'https://a.example', headers: { x: ghp_abcdefghijklmnopqrstuvwxyz0123456789 } }",
    'headers.x',
  ],
  ["params: { url: 'https://me:pass12@a.example/' }", 'url'],
  ["params: { url: 'https://a.example', headers: { x: '-----BEGIN RSA PRIVATE KEY-----' } }", 'headers.x'],
])('warns of a secret in plain text: %s', (params, field) => {
  const result = withSteps(`  - { name: a, task: http-check, ${params} }`);
  expect(result.definition).not.toBeNull();
  expect(result.warnings).toMatchObject([
    { line: 3, code: 'plain-secret', field: `steps.0.params.${field}` },
  ]);
  expect(JSON.stringify(result.warnings)).not.toMatch(/ghp_|pass12|abc/);
});

it('takes names of secrets and references to them as they are', () => {
  const result = withSteps(
    "  - { name: a, task: http-check, params: { url: 'https://a.example', token: my-token, headers: { authorization: 'Bearer ${{ secrets.T }}' } } }",
  );
  expect(result).toMatchObject({ problems: [], warnings: [] });
});

it.each(['csvs', 'payload_generator'])('only warns of %s where the rest goes on without it', (task) => {
  const result = withSteps(
    `  - { name: a, task: ${task}, continue_on_error: true, params: { whatever: 1 } }`,
  );
  expect(result.problems).toEqual([]);
  expect(result.definition).not.toBeNull();
  expect(result.warnings[0]?.message).toContain('fails when it runs');
});

it('does not say more than somebody reads, and not slower', () => {
  const started = process.cpuUsage();
  const steps = Array.from(
    { length: 900 },
    (_, i) => `  - { nme: s${i}, taks: cvvs, depends_on: [${'x,'.repeat(50)}] }`,
  );
  const result = withSteps(...steps);
  const { user, system } = process.cpuUsage(started);
  expect(result.problems).toHaveLength(MOST_PROBLEMS);
  expect((user + system) / 1000).toBeLessThan(3_000);
});

it('reads 1,000 steps that all read each other in order', () => {
  const started = process.cpuUsage();
  const lines = Array.from({ length: 1_000 }, (_, i) =>
    i === 0
      ? '  - { name: s0, wait: 1s }'
      : `  - { name: s${i}, wait: 1s, condition: "steps.s${i - 1}.status == 'done' && steps.s0.ended" }`,
  );
  const { definition, problems } = withSteps(...lines);
  const { user, system } = process.cpuUsage(started);
  expect(problems).toEqual([]);
  expect(definition?.steps[999]?.depends_on).toEqual(['s998', 's0']);
  expect((user + system) / 1000).toBeLessThan(3_000);
});

it('reads an older file, with its lines', () => {
  const good = read(
    'name: old\ndescription: d\nsteps:\n  - name: scan_it\n    task: secrets\n    params: { path: /srv }\n  - name: score\n    task: cvss_calculator\n    params: { vector: x }\n    condition: "len(steps.scan_it.findings) > 0 and True"\ncontinue_on_error: false\n',
  );
  expect(good.shape).toBe('older');
  expect(good.problems).toEqual([]);
  expect(good.definition?.steps.map((step) => step.task)).toEqual(['secrets-scan', 'cvss']);
  expect(good.converted?.report.length).toBeGreaterThan(0);
  const bad = read(
    'workflow:\n  name: old\n  steps:\n    - name: a\n      task: cvss\n      parameters: { vector: v }\n    - name: b\n      task: nmap_scan\n      parameters: { x: 1 }\n      retry_on_failure: false\n',
  );
  expect(bad.shape).toBe('older');
  expect(told(bad)).toEqual([[8, 'unknown-task']]);
});

it('says of a document that could not be read to its end nothing but that', () => {
  const bomb = `a: &a 1\nb: [${Array.from({ length: 1_001 }, () => '*a').join(', ')}]\nname: x\nsteps: []\n`;
  expect(told(read(bomb))).toEqual([[2, 'alias']]);
});
