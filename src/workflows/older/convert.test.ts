import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from '../definition/document.ts';
import { convertOlder, type OlderConversion } from './convert.ts';
import { isOlder } from './is-older.ts';
import { fixture, fixtureDocument, fixtureNames, KNOWN } from './read-fixture.ts';

interface Step extends Record<string, unknown> {
  name: string;
  params?: Record<string, unknown>;
}
interface Written extends Record<string, unknown> {
  steps: Step[];
  on_failure?: Step[];
  finally?: Step[];
}

function convert(name: string): OlderConversion & { value: Written } {
  return convertOlder(fixtureDocument(name), KNOWN) as OlderConversion & { value: Written };
}
const written = (source: string) => convertOlder(parseDocument(source), KNOWN);
const steps = (value: Written) => Object.fromEntries(value.steps.map((step) => [step.name, step]));
const notes = (converted: OlderConversion, what: string) =>
  converted.report.filter((note) => note.what === what).map(({ line, from, to }) => [line, from, to]);

test('the fixtures hold every key of both shapes', () => {
  const all = fixtureNames().map(fixture).join('\n');
  const keys = [
    ...['name', 'description', 'continue_on_error', 'steps', 'task', 'params', 'depends_on', 'condition'],
    ...['output_mapping', 'workflow', 'variables', 'config', 'max_parallel', 'timeout', 'retry_failed'],
    ...['retry_count', 'retry_delay', 'prerequisites', 'parameters', 'parallel_with', 'retry_on_failure'],
    ...['optional', 'required', 'continue_on_failure', 'on_success', 'on_failure', 'cleanup'],
  ];
  expect(keys.filter((key) => !new RegExp(`["\\s]?${key}"?:`).test(all))).toEqual([]);
  expect(fixtureNames().length).toBeGreaterThanOrEqual(12);
});

test.each(fixtureNames())('%s is known as an older file, and every note and problem has its line', (name) => {
  const document = fixtureDocument(name);
  expect(document.problems).toEqual([]);
  expect(isOlder(document.value)).toBe(true);
  const lines = fixture(name).split('\n').length;
  const { report, problems } = convert(name);
  for (const { line } of [...report, ...problems]) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
  }
  expect(problems.length > 0).toBe(name.startsWith('refused-'));
});

test('a flat file is one chain, and its failures are passed over', () => {
  const converted = convert('flat-chain.yaml');
  expect(converted.value).toEqual({
    name: 'security-assessment-workflow',
    description: 'Score what was found',
    steps: [
      { name: 'secret_search', task: 'secrets-scan', params: { path: './webapp' }, continue_on_error: true },
      {
        name: 'vulnerability_scoring',
        task: 'cvss',
        params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
        depends_on: ['secret_search'],
        continue_on_error: true,
      },
      {
        name: 'header_check',
        task: 'http-check',
        params: { url: 'https://shop.example.com/' },
        depends_on: ['vulnerability_scoring'],
        continue_on_error: true,
      },
    ],
  });
  expect(notes(converted, 'renamed')).toContainEqual([7, 'secret_scanner', 'secrets-scan']);
  expect(notes(converted, 'renamed')).toContainEqual([9, 'target', 'path']);
});

test('output_mapping stands on the step that uses the value', () => {
  const { value } = convert('flat-output-mapping.json');
  expect(steps(value).score).toMatchObject({
    task: 'cvss',
    params: {
      vector: '${{ steps.collect.output.vectors[0].vector }}',
      overrides: '${{ steps.collect.status }}',
    },
    depends_on: ['collect'],
  });
  const source = 'name: a_b\nsteps:\n  - { name: scan, task: other }\n  - name: b\n    task: cvss\n';
  const mapped = written(`${source}    output_mapping: { "scan.vector": vector }\n`).value as Written;
  expect(steps(mapped).b?.params).toEqual({ vector: '${{ steps.scan.output.vector }}' });
  expect(written(`${source}    output_mapping: { "scam.vector": vector }\n`).problems).toMatchObject([
    { line: 6, code: 'unknown-step', field: 'steps.1.output_mapping.scam.vector' },
  ]);
});

test('conditions are translated, and one that reads another step keeps the order', () => {
  const { value } = convert('flat-conditions.yaml');
  expect(value.steps.map((step) => step.condition)).toEqual([
    undefined,
    "size(steps.scan.findings) > 0 && steps.scan.status == 'done'",
    "'excluded' in steps.scan.output.skipped || !(steps.scan.status == 'done')",
    '4.0 <= steps.scan.output.seconds.files && steps.scan.output.seconds.files < 7 && steps.scan.output.history != null',
    "!(steps.scan.output.archives in [false, 0, '', null, [], {}])",
    expect.stringContaining('has(steps.scan.output.files) ? steps.scan.output.files : 0'),
  ]);
});

test('names that are not possible now are renamed everywhere', () => {
  const converted = convert('flat-odd-names.yaml');
  expect(converted.value).toMatchObject({
    name: 'nightly-check-grosse',
    steps: [
      { name: 'scan_target_2' },
      { name: 'step_2nd_scan', depends_on: ['scan_target_2'] },
      {
        name: 'prufung',
        params: { vector: '${{ steps.scan_target_2.output.url }}' },
        depends_on: ['scan_target_2', 'step_2nd_scan'],
        condition: "steps.step_2nd_scan.status == 'done' && size(steps.scan_target_2.findings) == 0",
      },
      { name: 'scan_target', depends_on: ['prufung'] },
    ],
  });
  expect(notes(converted, 'renamed')).toContainEqual([4, 'Scan Target', 'scan_target_2']);
});

test('the wrapped shape: inputs, settings, handlers and what can be checked', () => {
  const converted = convert('wrapped-audit.yaml');
  const { value } = converted;
  expect(value).toMatchObject({
    name: 'web-application-audit',
    author: 'Security Team',
    tags: ['audit', 'web'],
    inputs: {
      SOURCE_PATH: { type: 'string', required: true },
      target_url: { type: 'string', default: 'https://shop.example.com/' },
      report_file: { type: 'string' },
      limit: { type: 'number', default: 7.5 },
      exclude: { type: 'array', default: ['docs/', '*.map'] },
    },
    max_parallel: 2,
    timeout: '30m',
    fail_fast: true,
    metadata: {
      category: 'Security Assessment',
      version: '1.2.0',
      prerequisites: [{ check: 'file_exists' }, 'The change was announced'],
    },
  });
  expect(steps(value)).toMatchObject({
    secrets: {
      params: { path: '${{ inputs.SOURCE_PATH }}', history: '${{ inputs.history }}' },
      retry: { max: 2, backoff: '10s' },
      timeout: '5m',
    },
    score: {
      condition: 'steps.headers.output.requests >= inputs.limit',
      retry: { max: 5, backoff: '10s' },
      params: {
        overrides:
          "${{ has(inputs.report_file) ? inputs.report_file : inputs.output_dir + '/report-' + run.started + '.json' }}",
      },
    },
    celebrate: { depends_on: ['score'], condition: "steps.headers.status != 'failed'" },
  });
  expect(steps(value).headers).not.toHaveProperty('retry');
  expect(steps(value).headers).not.toHaveProperty('depends_on');
  expect(value.on_failure).toMatchObject([{ name: 'tell' }]);
  expect(value.finally).toMatchObject([{ name: 'close' }]);
  expect(notes(converted, 'dropped').map(([line]) => line)).toEqual([42, 45, 72, 79]);
  expect(notes(converted, 'assumed').map(([line]) => line)).toEqual(expect.arrayContaining([8, 27, 30, 33]));
});

test('steps without needs keep the order in which the older engine ran them', () => {
  const { value } = convert('wrapped-sequence.yaml');
  const needs = Object.fromEntries(value.steps.map((step) => [step.name, step.depends_on]));
  expect(needs).toEqual({
    first: undefined,
    second: ['first'],
    beside: ['first'],
    third: ['beside', 'second'],
    branch: ['first'],
  });
  expect(steps(value).third).not.toHaveProperty('continue_on_error');
  expect(value).not.toHaveProperty('fail_fast');
});

test('handlers run only when they are to', () => {
  const { value } = convert('wrapped-handlers.yaml');
  expect(steps(value)).toMatchObject({
    follow: {
      depends_on: ['check'],
      condition:
        "steps.check.status == 'done' && (size(steps.check.findings) > 0 || steps.check.output.requests > 5)",
    },
    fallback: { depends_on: ['check'], condition: "steps.check.status == 'failed'" },
    notify: { depends_on: expect.arrayContaining(['scan']), condition: "steps.check.status != 'failed'" },
  });
  expect(value.on_failure).toMatchObject([
    { name: 'report_scan', condition: "steps.scan.status == 'failed'" },
    { name: 'notify_2' },
  ]);
  expect(value.finally).toMatchObject([{ name: 'notify_3' }]);
});

test('what only looks like a template stays, and is named', () => {
  const converted = convert('wrapped-templates.yaml');
  const page = steps(converted.value).page;
  expect(page?.params).toEqual({
    url: "${{ has(inputs.base) ? inputs.base : 'https://' + inputs.host }}:${{ inputs.port }}/${{ run.started }}",
    paths: ['/${{ inputs.host }}', '/$${not_ours}', '/${1}', '/{{ .Go }}', '/${HOME:-x}', '/${', '/$100'],
    httpPort: '${{ inputs.port }}',
  });
  expect(notes(converted, 'assumed').map(([, from]) => from)).toEqual(
    expect.arrayContaining(['$${not_ours}', '${1}', '{{ .Go }}', '${HOME:-x}', '${']),
  );
});

test.each([
  ['refused-empty.yaml', [[4, 'no-steps']]],
  [
    'refused-conditions.yaml',
    [
      ...[10, 14, 18, 22, 26, 30, 34, 38].map((line) => [line, 'untranslatable']),
      [42, 'unknown-reference'],
      ...[46, 50, 54].map((line) => [line, 'untranslatable']),
    ],
  ],
  [
    'refused-keys.yaml',
    [
      [3, 'unknown-key'],
      [5, 'wrong-value'],
      [6, 'invalid-duration'],
      [7, 'unknown-key'],
      [9, 'cycle'],
      [14, 'unknown-variable'],
      [15, 'unknown-key'],
      [16, 'duplicate-step'],
      [18, 'unknown-step'],
      [20, 'wrong-value'],
      [21, 'missing'],
      [23, 'wrong-value'],
      [26, 'wrong-value'],
      [26, 'unknown-step'],
      [27, 'unknown-step'],
      [27, 'unknown-step'],
      [27, 'wrong-value'],
      [27, 'unknown-step'],
      [28, 'invalid-duration'],
      [29, 'wrong-value'],
      [30, 'unknown-key'],
    ],
  ],
])('%s: everything that is wrong, by line', (name, expected) => {
  expect(convert(name).problems.map(({ line, code }) => [line, code])).toEqual(expected);
});

test('a place in the new document leads to its line in the older one', () => {
  const { lineOf } = convert('wrapped-audit.yaml');
  expect(lineOf(['name'])).toBe(2);
  expect(lineOf(['inputs', 'limit', 'default'])).toBe(12);
  expect(lineOf(['max_parallel'])).toBe(17);
  expect(lineOf(['steps', 0, 'task'])).toBe(34);
  expect(lineOf(['steps', 0, 'params', 'path'])).toBe(37);
  expect(lineOf(['steps', 2, 'params', 'overrides'])).toBe(61);
  expect(lineOf(['steps', 2, 'condition'])).toBe(63);
  expect(lineOf(['on_failure', 0, 'params', 'url'])).toBe(77);
  expect(lineOf(['finally', 0])).toBe(81);
});

test.each([
  [
    'a file of today',
    { name: 'a', inputs: {}, steps: [{ name: 'a', task: 'cvss', params: { vector: '${x}' } }] },
    false,
  ],
  [
    'a simple file of today',
    { name: 'a-b', steps: [{ name: 'a', task: 'cvss', condition: "inputs.x == 'a or b'" }] },
    false,
  ],
  ['an older key by mistake', { name: 'a', on: 'manual', cleanup: [], steps: [] }, false],
  [
    'templates of today',
    { name: 'a', steps: [{ name: 'a', params: { x: '${{ steps.a.output }} ${y}' } }] },
    false,
  ],
  ['a retry of today', { name: 'a', steps: [{ name: 'a', retry: 3, params: { x: '${y}' } }] }, false],
  ['a step that starts a workflow', { name: 'a', steps: [{ name: 'a', workflow: 'b' }] }, false],
  ['wrapped', { workflow: {} }, true],
  [
    'a condition of Python',
    { name: 'a', steps: [{ name: 'a', task: 'cvss', condition: 'b.c and d.e' }] },
    true,
  ],
  [
    'templates of then',
    { name: 'a', steps: [{ name: 'a', task: 'cvss', params: { x: ['{{b.c}}'] } }] },
    true,
  ],
  ['nothing', null, false],
  ['a list', [], false],
  ['a text', 'workflow', false],
])('%s', (_, value, older) => {
  expect(isOlder(value)).toBe(older);
});

test('nothing that is called a workflow makes it throw, and every problem has a line of the file', () => {
  const text = fc.constantFrom(
    ...[
      'a',
      'b',
      'Scan Target',
      '',
      '${a}',
      '{{b.c}}',
      '${',
      'a.b',
      "results['a'].x > 1",
      'lambda: 1',
      'log',
      '0',
    ],
    ...['cvss', 'shellcode', 'yes', '1:30', '__proto__', '${{ inputs.a }}', '$${x}', 'a and (b', '-1', '300'],
  );
  const leaf = fc.oneof(text, fc.constantFrom(0, -1, 1.5, 1e9, true, false, null));
  const key = fc.constantFrom(
    ...[
      'name',
      'task',
      'params',
      'parameters',
      'depends_on',
      'parallel_with',
      'condition',
      'output_mapping',
      'timeout',
    ],
    ...[
      'retry_on_failure',
      'retry_count',
      'retry_delay',
      'optional',
      'required',
      'continue_on_failure',
      'on_success',
    ],
    ...[
      'on_failure',
      'cleanup',
      'action',
      'description',
      'config',
      'variables',
      'a',
      'a.b',
      'max_parallel',
      'tags',
    ],
  );
  const { node } = fc.letrec((tie: fc.LetrecTypedTie<{ node: unknown }>) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(key, tie('node'), { maxKeys: 6, noNullPrototype: true }),
    ),
  }));
  const step = fc.dictionary(key, node, { maxKeys: 8, noNullPrototype: true });
  const likely = fc
    .record({ name: leaf, task: text })
    .chain((base) => step.map((more) => ({ ...more, ...base })));
  const body = fc
    .tuple(step, fc.array(fc.oneof(likely, likely, step, leaf), { maxLength: 6 }), fc.boolean())
    .map(([rest, list, plain]) => ({
      ...rest,
      ...(plain ? { steps: list } : { variables: rest.params, steps: list }),
    }));
  const document = fc.oneof(
    body,
    body.map((inner) => ({ workflow: inner })),
    node,
  );
  fc.assert(
    fc.property(document, (value) => {
      const source = JSON.stringify(value, null, 2) ?? 'null';
      const parsed = parseDocument(source);
      isOlder(parsed.value);
      const { problems, report, lineOf, value: made } = convertOlder(parsed, KNOWN);
      const last = source.split('\n').length;
      const outside = [...problems, ...report].filter(
        ({ line }) => parsed.value !== null && !(line !== null && line >= 1 && line <= last),
      );
      expect(outside).toEqual([]);
      if (made === null) expect(problems.length).toBeGreaterThan(0);
      else expect(lineOf(['steps', 0, 'name'])).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});

test('a file with as many steps as there may be, each reading the one before, is read', () => {
  const list = Array.from({ length: 1_000 }, (_, index) => ({
    name: `Step ${index}`,
    task: 'cvss',
    params: { vector: `{{Step ${Math.max(0, index - 1)}.vector}}` },
    condition: `results['Step ${Math.max(0, index - 1)}'].count > ${index}`,
  }));
  const parsed = parseDocument(
    JSON.stringify({ name: 'many_steps', continue_on_error: true, steps: list.slice(0, 1_000) }),
  );
  const { value, problems } = convertOlder(parsed, KNOWN);
  expect((value as Written).steps).toHaveLength(1_000);
  // The first one reads itself, in both places.
  expect(problems.map(({ code }) => code)).toEqual(['self-reference', 'self-reference']);
});
