import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('tests that failed are findings, and every test that was done is covered', async () => {
  const { findings, covered, skipped } = await read('flat.json');
  expect(findings).toHaveLength(13);
  expect(findings.find(({ rule }) => rule === 'cert_chain_of_trust')).toMatchObject({
    severity: 'critical',
    at: { kind: 'host', name: '127.0.0.1', port: 8943, protocol: 'tcp' },
  });
  expect(covered).toHaveLength(1);
  expect(covered[0]?.rules).toContain('SSLv3');
  expect(covered[0]?.rules).not.toContain('engine_problem');
  expect(new Set(skipped.map(({ reason }) => reason)).size).toBe(3);
});

test('the pretty format gives the same faults at the same place', async () => {
  const [flat, pretty] = await Promise.all([read('flat.json'), read('pretty.json')]);
  const placeOf = new Map(pretty.findings.map(({ rule, at }) => [rule, at]));
  expect([...placeOf.keys()]).toEqual(
    expect.arrayContaining(['TLS1', 'cert_keySize', 'cert_chain_of_trust']),
  );
  for (const { rule, at } of flat.findings) if (placeOf.has(rule)) expect(placeOf.get(rule)).toEqual(at);
});
