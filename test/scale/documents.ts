/** Workflows that use each kind of step; what they give depends on nothing but their inputs. */
export const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const INNER = `name: inner
inputs:
  vector: { type: string }
steps:
  - name: score
    task: cvss
    params: { vector: '\${{ inputs.vector }}' }
outputs:
  score: '\${{ steps.score.output.vectors[0].score }}'
`;

/** Stored before the others run: they call it. */
export const STORED = [INNER];

const SCAN = `name: scan
steps:
  - name: files
    task: secrets-scan
    params: { path: 'sample:shop' }
  - name: serious
    task: cvss
    depends_on: files
    for_each: steps.files.findings.filter(f, f.severity == 'high').map(f, f.rule)
    params: { vector: '${VECTOR}' }
  - name: listed
    operation: scope.list
    depends_on: serious
finally:
  - name: end
    task: cvss
    params: { vector: '${VECTOR}' }
outputs:
  found: '\${{ size(steps.files.findings) }}'
  scores: '\${{ steps.serious.output.map(o, o.vectors[0].score) }}'
`;

const FAILS = `name: fails
steps:
  - name: wrong
    task: cvss
    params: { vector: nonsense }
  - name: behind
    task: cvss
    depends_on: wrong
    params: { vector: '${VECTOR}' }
  - name: beside
    wait: { until: 200ms }
on_failure:
  - name: tell
    task: cvss
    params: { vector: '${VECTOR}' }
finally:
  - name: end
    operation: scope.list
`;

const NESTED = `name: nested
steps:
  - name: each
    workflow: inner
    for_each: ['${VECTOR}', 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N']
    params: { vector: '\${{ item }}' }
  - name: again
    workflow: inner
    depends_on: each
    params: { vector: '${VECTOR}' }
outputs:
  scores: '\${{ steps.each.output.map(o, o.score) }}'
`;

const FAN = `name: fan
steps:
  - name: many
    task: cvss
    concurrency: 8
    for_each: inputs.list
    params: { vector: '${VECTOR}' }
  - name: tolerated
    task: secrets-scan
    continue_on_error: true
    retry: { max: 1, backoff: 100ms }
    params: { path: 'sample:nothing-of-the-kind' }
  - name: behind
    task: cvss
    depends_on: [many, tolerated]
    condition: steps.tolerated.status == 'failed'
    params: { vector: '${VECTOR}' }
inputs:
  list: { type: array, items: integer, default: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }
outputs:
  count: '\${{ size(steps.many.output) }}'
`;

const COUNTED = `name: counted
inputs:
  network: { type: string }
steps:
  - name: before
    task: cvss
    params: { vector: '${VECTOR}' }
  - name: add
    operation: scope.add
    depends_on: before
    params: { kind: host, value: '\${{ inputs.network }}' }
  - name: after
    task: secrets-scan
    depends_on: add
    params: { path: 'sample:shop' }
outputs:
  found: '\${{ size(steps.after.findings) }}'
`;

/** `inputs` gets a number that no other run has. */
export const DOCUMENTS: readonly { source: string; inputs(number: number): Record<string, unknown> }[] = [
  { source: SCAN, inputs: () => ({}) },
  { source: FAILS, inputs: () => ({}) },
  { source: NESTED, inputs: () => ({}) },
  { source: FAN, inputs: () => ({}) },
  { source: COUNTED, inputs: (number) => ({ network: `10.${number >> 8}.${number & 255}.0/24` }) },
];
