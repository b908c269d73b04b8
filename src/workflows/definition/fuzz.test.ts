import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROBLEM_CODES } from './problem.ts';
import { readWorkflow } from './read-workflow.ts';
import { KNOWN } from './test-known.ts';

const VALID = [
  `name: nightly
inputs:
  path: { type: string, kind: path, default: /srv }
  depth: integer
on:
  schedule: { cron: '0 2 * * *', zone: Europe/Berlin, inputs: { depth: 3 } }
  event: { type: finding.created, query: 'severity:high -task:secrets-scan', inputs: { depth: 1 } }
steps:
  - name: scan
    task: secrets-scan
    params: { path: '\${{ inputs.path }}', depth: '\${{ inputs.depth }}' }
    retry: { max: 3, backoff: 5s }
    timeout: 10m
  - name: each
    task: cvss
    for_each: \${{ steps.scan.findings.filter(f, f.severity == 'high') }}
    condition: size(steps.scan.findings) > 0
    params: { vector: '\${{ item.title }}' }
  - name: ask
    depends_on: [scan, each]
    approval: { roles: admin, timeout: 1d, message: 'Found \${{ size(steps.scan.findings) }}?' }
  - { name: pause, wait: 90s }
finally:
  - { name: tell, workflow: notify, params: { text: 'x \${{ steps.scan.status }}' } }
outputs:
  n: \${{ steps.scan.output.files }}
`,
  `workflow:
  name: Old one
  variables: { target: /srv }
  config: { max_parallel: 3, timeout: 600, retry_failed: true, retry_count: 2 }
  steps:
    - name: Scan It
      task: secret_scanner
      parameters: { path: '\${target}' }
    - name: score
      task: secret_scanner
      parameters: { path: x }
      output_mapping: { 'Scan It.files': depth }
      condition: "len(steps['Scan It'].findings) > 0 and not False"
      optional: true
  on_failure: [{ name: f, task: cvss, parameters: { vector: y } }]
  cleanup: [{ name: c, task: cvss, parameters: { vector: z } }]
`,
  JSON.stringify(
    {
      name: 'j',
      steps: [
        { name: 'a', operation: 'findings.list', params: { limit: 5 } },
        { name: 'b', wait: { until: '${{ run.started }}' } },
      ],
    },
    null,
    2,
  ),
];

const PIECES = [
  ...[
    '${{',
    '}}',
    '${{ steps.each.output }}',
    '${{ 1 + }}',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '  ',
    '\t',
    '#',
    '&a ',
    '*a',
    '!x ',
  ],
  ...[
    '__proto__: 1',
    'null',
    'true',
    '~',
    '.nan',
    '1e999',
    '9'.repeat(30),
    '\0',
    '\ud800',
    '\u2028',
    '%YAML 1.1\n---\n',
    '---\n',
    '|',
    '>-\n',
    '? ',
    '<<: *a',
  ],
  ...[
    'name: x\n',
    'steps:\n',
    'depends_on: each',
    'for_each: range(10000)',
    'task: c2',
    'workflow: nightly',
    'on: run.ended',
    'retry: -1',
    '🙂'.repeat(5),
  ],
  ...[
    'steps',
    'item',
    'condition',
    'params',
    'wait',
    'approval',
    'operation',
    'scan',
    'each',
    'x'.repeat(500),
    '[['.repeat(40),
    'constructor',
  ],
];

type Change = { kind: 'cut' | 'put' | 'double' | 'swap'; at: number; length: number; piece: string };
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('cut', 'put', 'put', 'double', 'swap'),
  at: fc.nat(1_000_000),
  length: fc.nat(60),
  piece: fc.constantFrom(...PIECES),
});

function changed(source: string, { kind, at, length, piece }: Change): string {
  const lines = kind === 'double' || kind === 'swap' ? source.split('\n') : [];
  const place = at % (source.length + 1);
  const line = at % Math.max(1, lines.length);
  switch (kind) {
    case 'cut':
      return source.slice(0, place) + source.slice(place + length);
    case 'put':
      return source.slice(0, place) + piece + source.slice(place + (length % 7));
    case 'double':
      return [...lines.slice(0, line + 1), ...lines.slice(line)].join('\n');
    case 'swap':
      return [...lines.slice(0, line), ...lines.slice(line + 1), ...lines.slice(line, line + 1)].join('\n');
  }
}

it('reads those that are valid', () => {
  for (const source of VALID) expect(readWorkflow(source, KNOWN).problems).toEqual([]);
});

it('never throws, never takes long, and says each problem with a line of the file', () => {
  const document = fc.oneof(
    {
      weight: 10,
      arbitrary: fc
        .tuple(fc.constantFrom(...VALID), fc.array(change, { minLength: 1, maxLength: 6 }))
        .map(([source, changes]) => changes.reduce(changed, source)),
    },
    {
      weight: 1,
      arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
    },
    { weight: 1, arbitrary: fc.json().map((json) => `{"name":"x","steps":${json}}`) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  fc.assert(
    fc.property(document, (source) => {
      const started = process.cpuUsage();
      const result = readWorkflow(source, KNOWN);
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1_000).toBeLessThan(1_000);
      expect(result.definition === null).toBe(result.problems.length > 0);
      const lines = source.split('\n').length;
      for (const one of [...result.problems, ...result.warnings]) {
        expect(one.line, JSON.stringify(one)).toBeGreaterThanOrEqual(1);
        expect(one.line, JSON.stringify(one)).toBeLessThanOrEqual(lines);
        expect(PROBLEM_CODES).toContain(one.code);
        expect(one.message.length).toBeGreaterThan(10);
        expect(one.message.length).toBeLessThan(2_000);
      }
    }),
    { numRuns: 500 },
  );
}, 120_000);
