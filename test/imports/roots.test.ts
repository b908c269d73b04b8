import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { findings, importReport } from './helper.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({});
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

const semgrep = (path: string) =>
  JSON.stringify({
    results: [
      {
        check_id: 'python.sql-injection',
        path,
        start: { line: 7, col: 3 },
        end: { line: 7, col: 40 },
        extra: { message: 'SQL from a request.', severity: 'ERROR', metadata: { cwe: ['CWE-89'] } },
      },
    ],
    errors: [],
    paths: { scanned: [path] },
  });

const sarif = (folder: string) =>
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Other', rules: [{ id: 'sqli', properties: { tags: ['external/cwe/cwe-89'] } }] },
        },
        originalUriBaseIds: { SRCROOT: { uri: `file://${folder}/` } },
        results: [
          {
            ruleId: 'sqli',
            message: { text: 'A query is built from what a user sent.' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: `file://${folder}/src/a.py` },
                  region: { startLine: 7 },
                },
              },
            ],
          },
        ],
      },
    ],
  });

test('two tools in two folders say the same of one line: one finding', { timeout: 60_000 }, async () => {
  const query = { asset: 'merged' };
  expect((await importReport(server, semgrep('/builds/team/shop/src/a.py'), { query })).receipt.new).toBe(1);
  const other = await importReport(server, sarif('/srv/job-17/shop'), { query });
  expect(other.merged?.count).toBe(1);
  expect(other.notes).toEqual([
    'Paths are relative to /srv/job-17/shop, as originalUriBaseIds of the report says.',
  ]);
  expect((await findings(server, 'asset:merged status:open')).map(({ task }) => task)).toEqual(['semgrep']);
});

test('the next build folder brings nothing new, and closes what is gone', { timeout: 60_000 }, async () => {
  const query = { asset: 'again' };
  await importReport(server, sarif('/srv/job-17/shop'), { query });
  expect((await importReport(server, sarif('/srv/job-18/shop'), { query })).receipt).toMatchObject({
    new: 0,
    matched: 1,
  });
  await importReport(server, semgrep('/srv/job-17/shop/src/a.py'), {
    query: { ...query, root: '/srv/job-17/shop' },
  });
  const clean = JSON.parse(semgrep('/srv/job-18/shop/src/a.py'));
  const gone = await importReport(server, JSON.stringify({ ...clean, results: [] }), {
    query: { ...query, root: '/srv/job-18/shop' },
  });
  expect(gone.receipt).toMatchObject({ closed: 1 });
});
