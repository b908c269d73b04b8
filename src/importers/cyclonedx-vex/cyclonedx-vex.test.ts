import { expect, test } from 'vitest';
import { headOf, importReport } from '../test-kit.ts';
import vex from './index.ts';

const BOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { 'bom-ref': 'app', group: 'acme', name: 'shop', version: '1' } },
  components: [
    {
      'bom-ref': 'lib',
      purl: 'pkg:npm/lodash@4.17.20',
      components: [{ 'bom-ref': 'inner', purl: 'pkg:npm/inner@1.0.0' }],
    },
  ],
  vulnerabilities: [
    {
      id: 'CVE-2021-23337',
      references: [{ id: 'GHSA-35jh-r3h4-6jhm' }],
      analysis: {
        state: 'not_affected',
        justification: 'code_not_reachable',
        detail: 'template is never called',
      },
      affects: [{ ref: 'lib' }],
    },
    {
      id: 'CVE-2020-0001',
      analysis: { state: 'exploitable', response: ['will_not_fix'] },
      affects: [{ ref: 'inner' }],
    },
    { id: 'CVE-2020-0002', analysis: { state: 'in_triage' }, affects: [{ ref: 'urn:cdx:3e671687/1#lib' }] },
    { id: 'CVE-2020-0003', analysis: { state: 'resolved' }, affects: [{ ref: 'pkg:npm/other@2.0.0' }] },
    {
      id: 'CVE-2020-0004',
      analysis: { state: 'not_affected', justification: 'protected_at_perimeter' },
      affects: [{ ref: 'lib', versions: [{ version: '4.17.20' }, { version: '4.17.21+x' }] }],
    },
    { id: 'SNYK-JS-1', analysis: { state: 'false_positive' } },
    { id: 'CVE-2020-0005', analysis: { state: 'fine' } },
    {
      id: 'CVE-2020-0006',
      description: 'Prototype pollution\nin merge',
      ratings: [{ score: 5.0, method: 'CVSSv31' }, { severity: 'high' }],
      cwes: [1321],
      affects: [{ ref: 'lib' }],
    },
    { analysis: { state: 'exploitable' } },
  ],
};

test('statements become verdicts, vulnerabilities without one findings', async () => {
  expect(vex.recognise(await headOf({ text: JSON.stringify(BOM) }))).toBe(1);
  const { verdicts, findings, rules, skipped, problems, asset } = await importReport(vex, {
    text: JSON.stringify(BOM),
  });
  expect(asset).toBe('acme/shop');
  expect(
    verdicts.map(({ about, purl, change }) => [about.map((one) => one.value).join(), purl, change]),
  ).toEqual([
    [
      'CVE-2021-23337,GHSA-35jh-r3h4-6jhm',
      'pkg:npm/lodash@4.17.20',
      {
        status: 'false-positive',
        reason: 'unreachable',
        comment: 'VEX: not affected, code not reachable. template is never called',
      },
    ],
    [
      'CVE-2020-0001',
      'pkg:npm/inner@1.0.0',
      { status: 'confirmed', comment: 'VEX: exploitable. Response: will not fix.' },
    ],
    ['CVE-2020-0002', 'pkg:npm/lodash@4.17.20', { comment: 'VEX: in triage.' }],
    ['CVE-2020-0003', 'pkg:npm/other@2.0.0', { comment: 'VEX: resolved.' }],
    ...['pkg:npm/lodash@4.17.20', 'pkg:npm/lodash@4.17.21%2Bx'].map((purl) => [
      'CVE-2020-0004',
      purl,
      {
        status: 'false-positive',
        reason: 'sanitised',
        comment: 'VEX: not affected, protected at perimeter.',
      },
    ]),
  ]);
  expect(skipped).toEqual([
    {
      type: 'skipped',
      at: 'vulnerabilities.5',
      reason: 'a statement about something that has no CVE or GHSA id',
    },
  ]);
  expect(problems.map((one) => one.at)).toEqual(['vulnerabilities.6', 'vulnerabilities.8']);
  expect(findings).toMatchObject([
    { rule: 'CVE-2020-0006', tool: 'cyclonedx-vex', at: { kind: 'package', purl: 'pkg:npm/lodash@4.17.20' } },
  ]);
  expect(rules[0]?.text).toMatchObject({ title: 'Prototype pollution', severity: 'high', cwe: [1321] });
});

test('the XML spelling says the same', async () => {
  const text = `<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
  <metadata><component type="application" bom-ref="app"><name>shop</name></component></metadata>
  <components><component type="library" bom-ref="lib"><name>lodash</name><purl>pkg:npm/lodash@4.17.20</purl></component></components>
  <vulnerabilities><vulnerability bom-ref="v"><id>CVE-2021-23337</id>
    <analysis><state>not_affected</state><justification>code_not_present</justification><responses><response>update</response></responses></analysis>
    <affects><target><ref>lib</ref></target></affects>
  </vulnerability></vulnerabilities>
</bom>`;
  expect(vex.recognise(await headOf({ text }))).toBeGreaterThan(0.5);
  const { verdicts, asset, problems } = await importReport(vex, { text });
  expect(problems).toEqual([]);
  expect(asset).toBe('shop');
  expect(verdicts).toMatchObject([
    {
      about: [{ kind: 'cve', value: 'CVE-2021-23337' }],
      purl: 'pkg:npm/lodash@4.17.20',
      change: {
        status: 'false-positive',
        reason: 'unreachable',
        comment: 'VEX: not affected, code not present. Response: update.',
      },
    },
  ]);
});
