import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importReport, sarif } from '../imports/helper.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();
/** More than any page of a list. */
const MANY = 1_200;

describe.each(['sqlite', 'postgres'] as const)(
  'export of findings, on %s',
  { timeout: 60_000 },
  (dialect) => {
    if (dialect === 'postgres' && bin === undefined)
      return test.skip('skipped: PostgreSQL is not installed', () => undefined);
    let postgres: PostgresServer | undefined;
    let server: TestServer;
    beforeAll(async () => {
      if (dialect === 'postgres') postgres = await startPostgres(bin ?? '');
      server = await startTestServer(postgres ? { databaseUrl: await postgres.database('export') } : {});
      const results = Array.from({ length: MANY }, (_, n) => ({
        rule: n % 2 === 0 ? 'even' : 'odd',
        path: `src/${n}.ts`,
        message: n === 0 ? '=HYPERLINK("http://evil")' : `thing ${n}`,
      }));
      await importReport(server, sarif(results), { query: { asset: 'shop' } });
      await importReport(server, sarif(results.slice(0, 3)), { query: { asset: 'shop2' } });
    }, 90_000);
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      await postgres?.stop();
    });

    const get = (query: Record<string, string>) =>
      fetch(`${server.base}/api/v1/findings/export?${new URLSearchParams(query)}`, {
        headers: { authorization: `Bearer ${server.ownerToken}` },
      });
    const textOf = async (query: Record<string, string>) => {
      const response = await get(query);
      expect(response.status).toBe(200);
      return response.text();
    };

    test('holds all that fit, whatever their number, in each format', async () => {
      const q = 'asset:shop';
      const json = JSON.parse(await textOf({ q }));
      expect(json.about).toMatchObject({ scope: 'findings that fit asset:shop', counts: { total: MANY } });
      expect(new Set(json.findings.map(({ id }: { id: string }) => id)).size).toBe(MANY);
      const lines = (await textOf({ q, format: 'jsonl' })).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(json.findings);
      const log = JSON.parse(await textOf({ q, format: 'sarif' }));
      expect(log.runs[0].results).toHaveLength(MANY);
      expect((await textOf({ q, format: 'csv' })).trim().split('\r\n')).toHaveLength(MANY + 1);
      const vex = JSON.parse(await textOf({ q, format: 'vex' }));
      expect(vex.metadata.properties).toContainEqual({
        name: 'sentinelx:findings-without-vulnerability-id',
        value: String(MANY),
      });
      expect(await textOf({ q, format: 'markdown' })).toContain('1,200 findings');
    });

    test('no cell is a formula; the name says what it is, and nothing of it is kept', async () => {
      const response = await get({ q: 'path:src/0.ts asset:shop', format: 'csv' });
      expect(response.headers.get('content-type')).toContain('text/csv');
      expect(response.headers.get('content-disposition')).toMatch(/findings-\d{4}-\d\d-\d\d\.csv/);
      expect(await response.text()).toContain(`"'=HYPERLINK(""http://evil"")"`);
      await expect.poll(() => readdir(join(server.dataDir, 'tmp'))).toEqual([]);
      expect((await server.call('/api/v1/reports')).body.items).toEqual([]);
    });

    test('a query that cannot be read is an answer and no file', async () => {
      const response = await get({ q: 'sevrity:high' });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'invalid-query' });
      expect((await get({ q: '', format: 'pdf' })).status).toBe(422);
    });
  },
);
