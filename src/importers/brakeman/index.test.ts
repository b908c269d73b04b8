import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('warnings with the fingerprint of the tool; what is ignored is skipped', async () => {
  const { findings, rules, skipped, covered } = await read('report.json');
  expect(findings).toHaveLength(8);
  expect(findings.find(({ rule }) => rule === 'SQL/0')).toMatchObject({
    severity: 'high',
    confidence: 'medium',
    at: { kind: 'file', path: 'app/controllers/orders_controller.rb', region: { startLine: 3 } },
    key: [`Order.where("customer = '#{params[:customer]}'")`],
    toolPrints: [
      { name: 'fingerprint', value: '9fe2a36c8e8d3813566099e0f5ed01c7a1d182eb79a213ba80238b934196df0d' },
    ],
  });
  expect(rules.find(({ id }) => id === 'Deserialize/25')?.text).toMatchObject({
    severity: 'high',
    cwe: [502],
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Ignored by the configuration of the tool.']);
  expect(covered).toHaveLength(1);
});

test('a page is shown by an action: both are steps', async () => {
  const { findings } = await read('report.json');
  expect(findings.find(({ rule }) => rule === 'CrossSiteScripting/2')?.flow).toMatchObject([
    {
      at: { path: 'app/controllers/orders_controller.rb', region: { startLine: 9 } },
      note: 'OrdersController#show shows it',
    },
    { at: { path: 'app/views/orders/show.html.erb', region: { startLine: 2 } } },
  ]);
});

test('with a file that could not be read nothing is covered', async () => {
  const { skipped, covered } = await read('broken.json');
  expect(skipped.map(({ reason }) => reason)).toEqual(['The tool could not read this file.']);
  expect(covered).toEqual([]);
});
