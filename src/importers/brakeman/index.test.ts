import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('warnings with the fingerprint of the tool; what is ignored is skipped', async () => {
  const { findings, rules, skipped } = await read('report.json');
  expect(findings[0]).toMatchObject({
    severity: 'high',
    confidence: 'high',
    key: ['User.where("id = #{params[:id]}")'],
    toolPrints: [{ name: 'fingerprint', value: 'a'.repeat(64) }],
  });
  expect(rules.map(({ text }) => text.cwe)).toEqual([[89], [601]]);
  expect(skipped).toHaveLength(1);
});
