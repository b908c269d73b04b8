import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { findings, importReport } from './helper.ts';

const bin = postgresPrograms();
const BRAKEMAN = join(import.meta.dirname, '../../src/importers/brakeman/fixtures/report.json');
const report = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');

describe.each(['sqlite', 'postgres'] as const)(
  'what a newer report closes, on %s',
  { timeout: 120_000 },
  (dialect) => {
    if (dialect === 'postgres' && bin === undefined)
      return test.skip('skipped: PostgreSQL is not installed', () => undefined);
    let postgres: PostgresServer | undefined;
    let server: TestServer;
    let assets = 0;
    const next = () => `asset-${++assets}`;

    beforeAll(async () => {
      if (dialect === 'postgres') postgres = await startPostgres(bin ?? '');
      server = await startTestServer(postgres ? { databaseUrl: await postgres.database('coverage') } : {});
    }, 60_000);
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      await postgres?.stop();
    });

    /** Rules and places of an asset that are open, in order. */
    async function open(asset: string): Promise<string[]> {
      const list = await findings(server, `asset:${asset} status:open`);
      return list.map(({ rule, location }) => `${rule} ${location.file ?? location.manifest}`).sort();
    }

    test('packages: only what is gone from a manifest that the report names, from another build folder', async () => {
      const asset = next();
      const first = await importReport(server, report('osv-1'), {
        query: { asset, root: '/srv/build/11/shop' },
      });
      expect(first.receipt).toMatchObject({ new: 6, closed: 0 });
      expect(first.notes).toContain('Paths are relative to /srv/build/11/shop, as the import names it.');
      const before = await open(asset);
      expect(before.filter((one) => one.endsWith(' js/package-lock.json'))).toHaveLength(3);
      const second = await importReport(server, report('osv-2'), {
        query: { asset, root: '/srv/build/12/shop' },
      });
      expect(second.receipt).toMatchObject({ new: 0, matched: 4, closed: 2 });
      const gone = before.filter((one) => one.endsWith(' js/package-lock.json')).length;
      expect((await open(asset)).filter((one) => one.endsWith(' js/package-lock.json'))).toHaveLength(
        gone - 2,
      );
    });

    test('some checks: a newer report of one check closes what that check found, and nothing else', async () => {
      const asset = next();
      const whole = JSON.parse(readFileSync(BRAKEMAN, 'utf8'));
      await importReport(server, JSON.stringify(whole), { query: { asset } });
      const before = await open(asset);
      const sql = before.filter((one) => one.startsWith('SQL/'));
      expect([sql.length > 0, sql.length < before.length]).toEqual([true, true]);
      const part = {
        ...whole,
        warnings: [],
        scan_info: { ...whole.scan_info, checks_performed: ['SQL'] },
      };
      const { receipt } = await importReport(server, JSON.stringify(part), { query: { asset } });
      expect(receipt).toMatchObject({ new: 0, matched: 0, closed: sql.length });
      expect(await open(asset)).toEqual(before.filter((one) => !sql.includes(one)));
    });

    test('packages: a report about one manifest leaves those of the others, and says so', async () => {
      const asset = next();
      const root = { asset, root: '/srv/build/11/shop' };
      await importReport(server, report('osv-1'), { query: root });
      const { results, ...rest } = JSON.parse(report('osv-2')) as { results: { source: { path: string } }[] };
      const part = results.filter(({ source }) => source.path.endsWith('/js/package-lock.json'));
      const query = { asset, root: '/srv/build/12/shop' };
      const text = JSON.stringify({ ...rest, results: part });
      expect((await importReport(server, text, { query })).receipt).toMatchObject({ matched: 1, closed: 2 });
      expect(await open(asset)).toHaveLength(4);
      // A manifest that became clean is not in the report: only whoever started the scan knows that it was looked at.
      const clean = JSON.stringify({ ...rest, results: [] });
      expect((await importReport(server, clean, { query })).receipt).toMatchObject({ closed: 0 });
      const all = await importReport(server, clean, { query: { ...query, covers: 'yes' } });
      expect(all.receipt).toMatchObject({ closed: 4 });
    });

    test('packages: another root is another manifest, which closes nothing', async () => {
      const asset = next();
      await importReport(server, report('osv-1'), { query: { asset } });
      const second = await importReport(server, report('osv-2'), { query: { asset } });
      expect(second.notes?.join()).toContain('name their folder with --root');
      expect(second.receipt).toMatchObject({ new: 4, closed: 0 });
    });

    test('resources: what passed now is closed, in the files that were looked at', async () => {
      const asset = next();
      const query = { asset };
      expect((await importReport(server, report('checkov-1'), { query })).receipt).toMatchObject({ new: 6 });
      const second = await importReport(server, report('checkov-2'), { query });
      expect(second.receipt).toMatchObject({ new: 0, matched: 4, closed: 2 });
      expect(await open(asset)).toEqual([
        'CKV_AWS_17 infra/main.tf',
        'CKV_AWS_20 infra/main.tf',
        'CKV_AWS_24 infra/main.tf',
        'CKV_DOCKER_7 docker/Dockerfile',
      ]);
    });

    test('resources: the scan of one file finds the same there, and leaves the others', async () => {
      const asset = next();
      const query = { asset };
      await importReport(server, report('checkov-1'), { query });
      const part = await importReport(server, report('checkov-part'), { query });
      expect(part.receipt).toMatchObject({ new: 0, matched: 3, closed: 0 });
      expect(await open(asset)).toHaveLength(6);
    });

    test('resources: what is gone below the paths that were scanned', async () => {
      const query = { asset: next() };
      expect((await importReport(server, report('kics-1'), { query })).receipt).toMatchObject({ new: 9 });
      const elsewhere = JSON.stringify({ ...JSON.parse(report('kics-2')), paths: ['infra'], queries: [] });
      expect((await importReport(server, elsewhere, { query })).receipt).toMatchObject({ closed: 0 });
      const second = await importReport(server, report('kics-2'), { query });
      expect(second.receipt).toMatchObject({ new: 0, matched: 7, closed: 2 });
      expect(second.notes).toEqual([]);
    });

    test('another tool and another asset are left alone', async () => {
      const [asset, other] = [next(), next()];
      await importReport(server, report('osv-1'), { query: { asset, root: '/srv/build/11/shop' } });
      await importReport(server, report('osv-1'), { query: { asset: other, root: '/srv/build/11/shop' } });
      await importReport(server, report('checkov-1'), { query: { asset } });
      const query = { asset, root: '/srv/build/12/shop', covers: 'yes' };
      expect((await importReport(server, report('osv-2'), { query })).receipt).toMatchObject({ closed: 2 });
      expect(await open(asset)).toHaveLength(4 + 6);
      expect(await open(other)).toHaveLength(6);
    });
  },
);
