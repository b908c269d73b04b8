import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId } from '../../lib/ids.ts';
import { countFindings, listFindings } from '../findings.ts';
import { openStore } from '../open.ts';
import type { Store } from '../store.ts';
import { readFilter } from './keys.ts';
import { findingsIndex } from './link.ts';

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-changes-'));
  store = await openStore({ dataDir });
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const count = async (q: string) =>
  (await countFindings(store, { project: 'prj_a', filter: readFilter(q, Date.now()) })).total;

it('reads everything anew when it has missed more changes than are kept', async () => {
  await add(3);
  expect(await count('message:before')).toBe(3);
  const db = new Sqlite(join(dataDir, 'sentinelx.db'));
  db.prepare("update finding set message = 'after'").run();
  db.exec('delete from finding_change; insert into finding_change values (500000, 1)');
  db.close();
  expect(await count('message:before')).toBe(0);
  expect(await count('message:after')).toBe(3);
});

it('keeps a bounded number of changes', async () => {
  await add(1);
  const db = new Sqlite(join(dataDir, 'sentinelx.db'));
  db.exec('insert into finding_change values (500000, 1)');
  db.prepare("update finding set message = 'x'").run();
  expect(db.prepare('select min(seq), max(seq), count(*) from finding_change').raw().get()).toEqual([
    500000, 500001, 2,
  ]);
  db.close();
});

it('follows references that come, go and take the row number of another', async () => {
  await add(2);
  const ids = (await store.db.selectFrom('finding').select('id').orderBy('id').execute()).map(({ id }) => id);
  const refer = (finding: number, value: string) =>
    store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('finding_ref')
        .values({ finding: ids[finding] ?? '', project: 'prj_a', kind: 'cwe', value })
        .execute(),
    );
  const counts = async () => [await count('cwe:79'), await count('cwe:89'), await count('has:cwe')];
  await refer(0, '79');
  await refer(1, '79');
  expect(await counts()).toEqual([2, 0, 2]);
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx
      .deleteFrom('finding_ref')
      .where('finding', '=', ids[1] ?? '')
      .execute(),
  );
  expect(await counts()).toEqual([1, 0, 1]);
  await refer(0, '89');
  expect(await counts()).toEqual([1, 1, 1]);
  await store.write({ lane: 'run' }, async ({ tx }) => {
    await tx.deleteFrom('finding_ref').where('value', '=', '89').execute();
    await tx
      .insertInto('finding_ref')
      .values({ finding: ids[1] ?? '', project: 'prj_a', kind: 'cwe', value: '89' })
      .execute();
  });
  expect(await counts()).toEqual([1, 1, 2]);
  await store.write({ lane: 'run' }, ({ tx }) => tx.updateTable('finding_ref').set({ value: '7' }).execute());
  expect(await counts()).toEqual([0, 0, 2]);
});

it('sees what another process writes', async () => {
  await add(1);
  expect(await count('path:src')).toBe(1);
  const other = await openStore({ dataDir });
  await other.write({ lane: 'run' }, ({ tx }) => tx.updateTable('finding').set({ place: 'lib/x' }).execute());
  expect(await count('path:src')).toBe(0);
  await other.close();
});

it('answers a list of severities and statuses without the index', async () => {
  await add(2);
  const file = join(dataDir, 'no-such-folder', 'no.db');
  const without: Store = { ...store, findings: findingsIndex(file) };
  const request = { project: 'prj_a', sort: 'severity', limit: 10 } as const;
  const filter = readFilter('status:open -severity:low', Date.now());
  expect(await listFindings(without, { ...request, filter })).toHaveLength(2);
  const index = listFindings(without, { ...request, filter: readFilter('word', Date.now()) });
  await expect(index).rejects.toMatchObject({ code: 'internal' });
});

it('closes without waiting for what it reads', async () => {
  await add(2);
  const index = findingsIndex(join(dataDir, 'sentinelx.db'));
  const asked = index.facets({ project: 'prj_a', filter: [] }).then(
    ({ total }) => total,
    (error: { code: string }) => error.code,
  );
  await index.close();
  expect([2, 'internal']).toContain(await asked);
});

it('refuses questions once it is closed', async () => {
  const index = findingsIndex(join(dataDir, 'sentinelx.db'));
  await add(2);
  const request = { project: 'prj_a', filter: [] };
  expect((await index.facets(request)).total).toBe(2);
  await index.close();
  await expect(index.facets(request)).rejects.toMatchObject({ code: 'internal' });
});

async function add(rows: number): Promise<void> {
  await store.write({ lane: 'run' }, async ({ tx }) => {
    for (let n = 0; n < rows; n++)
      await tx
        .insertInto('finding')
        .values({
          id: newId('fnd'),
          project: 'prj_a',
          asset: 'ast_1',
          task: 't',
          rule: 'r',
          rule_revision: 1,
          title: 'Title',
          message: 'before',
          severity: 'high',
          severity_rank: 1,
          confidence: 'high',
          status: 'open',
          place: 'src/a.ts',
          location: '{}',
          detail: '{}',
          first_seen: 1,
          last_seen: 1,
          first_run: 'run_1',
          last_run: 'run_1',
          fixed_run: null,
        })
        .execute();
  });
}
