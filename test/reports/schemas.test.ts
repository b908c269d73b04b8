import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FRAMEWORKS, NO_LOOK, type ReportFormat } from '../../src/reports/model.ts';
import { renderInThread } from '../../src/reports/render/in-thread.ts';
import { importReport, sarif as sarifOf } from '../imports/helper.ts';
import { cyclonedxSchema, sarifSchema } from '../published-schemas.ts';
import { startTestServer } from '../servers/sentinelx.ts';
import { writeSnapshot } from './snapshot.ts';

/** What we write for other programs, against the schemas that the standards publish. */
let folder = '';
let hash = '';
let validSarif: ValidateFunction;
let validVex: ValidateFunction;

beforeAll(async () => {
  validSarif = sarifSchema();
  validVex = cyclonedxSchema();
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-report-schemas-'));
  hash = await writeSnapshot(folder, 240);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function render(format: ReportFormat, redacted = false) {
  const out = join(folder, `report-${redacted}.${format}`);
  await renderInThread({
    kind: 'render',
    snapshot: join(folder, 'snapshot.json'),
    hash,
    out,
    format,
    options: {
      formats: [format],
      template: { name: 'technical', base: 'technical', source: '', look: NO_LOOK },
      frameworks: [...FRAMEWORKS],
      classification: null,
      against: null,
    },
    redacted,
  });
  return JSON.parse(readFileSync(out, 'utf8'));
}

function check(valid: ValidateFunction, value: unknown): void {
  valid(value);
  expect(valid.errors ?? []).toEqual([]);
}

test('the schemas refuse what is wrong', () => {
  expect(validSarif({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
  expect(
    validVex({ bomFormat: 'CycloneDX', specVersion: '1.6', vulnerabilities: [{ analysis: { state: 'x' } }] }),
  ).toBe(false);
});

test.each([false, true])(
  'a report as SARIF and as VEX (redacted: %s)',
  async (redacted) => {
    const sarif = await render('sarif', redacted);
    expect(sarif.runs[0].results).toHaveLength(240);
    check(validSarif, sarif);
    const vex = await render('vex', redacted);
    expect(vex.vulnerabilities.length).toBeGreaterThan(10);
    const states = new Set(
      vex.vulnerabilities.map((one: { analysis: { state: string } }) => one.analysis.state),
    );
    expect(states.size).toBeGreaterThan(1);
    check(validVex, vex);
  },
  60_000,
);

test('what a run found and what changed between two, as SARIF', { timeout: 90_000 }, async () => {
  await using server = await startTestServer();
  const results = [
    { rule: 'r1', path: 'src/a.ts', line: 3, message: '<b>one</b> \u001b[31m' },
    { rule: 'r2', path: 'src/ä b.ts', line: 1 },
  ];
  const query = { asset: 'schemas' };
  const one = await importReport(server, sarifOf(results.slice(0, 1)), { query });
  const two = await importReport(server, sarifOf(results), { query });
  const run = await server.call(`/api/v1/runs/${two.run}/sarif`);
  expect(run.body.runs[0].results).toHaveLength(2);
  check(validSarif, run.body);
  const diff = await server.call(`/api/v1/findings/diff/file?from=${one.run}&to=${two.run}&format=sarif`);
  expect(diff.body.runs[0].results.length).toBeGreaterThan(0);
  check(validSarif, diff.body);
});
