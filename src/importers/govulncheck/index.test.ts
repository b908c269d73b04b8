import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('the closest of its looks is the finding, with the way from our code to the function', async () => {
  const { findings } = await read('report.json');
  expect(findings).toMatchObject([{ rule: 'GO-2021-0113', severity: 'high', confidence: 'high' }]);
  const flow = findings[0]?.flow ?? [];
  expect(flow[0]).toMatchObject({ note: 'example.org/sample.main', at: { kind: 'file', path: 'main.go' } });
  expect(flow.at(-1)?.note).toBe('golang.org/x/text/language.ParseAcceptLanguage');
});

test('a module that is only required is less; messages on one line each are read too', async () => {
  const { findings } = await importReport(importer, {
    text: '{"config":{}}\n{"finding":{"osv":"GO-1","trace":[{"module":"a.org/b","version":"v1.0.0"}]}}\n',
  });
  expect(findings).toMatchObject([{ severity: 'low', message: expect.stringContaining('is required.') }]);
});
