import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectReport } from '../../src/reports/collect/collect-report.ts';
import { FRAMEWORKS, NO_LOOK, type ReportFormat } from '../../src/reports/model.ts';
import { renderInThread } from '../../src/reports/render/in-thread.ts';
import { openStore } from '../../src/store/open.ts';
import { importReport, sarif as sarifOf } from '../imports/helper.ts';
import { startTestServer } from '../servers/sentinelx.ts';
import { fillFindings, PROJECT } from './sample.ts';

/** What we write for other programs, against the schemas that the standards publish, as packages of others carry them. */
const MODULES = new URL('../../node_modules/', import.meta.url);
const schema = (path: string) => JSON.parse(readFileSync(new URL(path, MODULES), 'utf8'));

let folder = '';
let hash = '';
let validSarif: ValidateFunction;
let validVex: ValidateFunction;

beforeAll(async () => {
  validSarif = sarifSchema();
  validVex = vexSchema();
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-report-schemas-'));
  const store = await openStore({ dataDir: join(folder, 'data') });
  await fillFindings(store, 240, { hostile: true });
  const written = await collectReport(store, {
    report: 'rpt_test',
    title: 'Report of <everything>',
    classification: null,
    template: 'technical',
    project: PROJECT,
    about: { kind: 'query', q: '' },
    against: null,
    actor: 'Ada',
    me: 'local:test',
    version: '0.0.0',
    asOf: Date.now(),
    path: join(folder, 'snapshot.json'),
  });
  hash = written.sha256;
  await store.close();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Draft 4, of which it uses what later drafts understand as well. */
function sarifSchema(): ValidateFunction {
  const {
    $schema: _draft,
    id: _id,
    ...rest
  } = schema('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  // One of its patterns is none of Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(rest);
}

function vexSchema(): ValidateFunction {
  const at = '@cyclonedx/cyclonedx-library/res/schema';
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    unicodeRegExp: false,
    // Two formats that ajv-formats does not have.
    formats: { 'iri-reference': true, 'idn-email': true },
  });
  formats.default(ajv);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(
      schema(`${at}/${name}.SNAPSHOT.schema.json`),
      `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`,
    );
  return ajv.compile(schema(`${at}/bom-1.6.SNAPSHOT.schema.json`));
}

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
