import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { SEVERITIES } from '../../src/model/severity.ts';
import { openStore, type StoreOptions } from '../../src/store/open.ts';
import type { Database } from '../../src/store/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres.ts';

export const PROJECT = 'prj_a';

/** The same tests on both databases. */
export function onBoth(name: string, contract: (open: () => Promise<Opened>) => void): void {
  describe(`${name} on sqlite`, () => {
    contract(async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-lifecycle-'));
      return opened({ dataDir }, () => rm(dataDir, { recursive: true }));
    });
  });
  const bin = postgresPrograms();
  describe.skipIf(!bin)(
    bin ? `${name} on postgres` : `${name} on postgres (skipped: no PostgreSQL is installed)`,
    () => {
      let server: PostgresServer;
      let count = 0;
      beforeAll(async () => {
        server = await startPostgres(bin as string);
      });
      afterAll(() => server?.stop());
      contract(async () =>
        opened(
          { dataDir: '', databaseUrl: await server.database(`lifecycle_${++count}`) },
          async () => undefined,
        ),
      );
    },
  );
}

export interface Opened extends AsyncDisposable {
  store: Store;
  options: StoreOptions;
}

async function opened(options: StoreOptions, away: () => Promise<void>): Promise<Opened> {
  const store = await openStore(options);
  return {
    store,
    options,
    async [Symbol.asyncDispose]() {
      await store.close();
      await away();
    },
  };
}

type Row = Database['finding'];

/** So many findings of the project, in the order of their ids. */
export async function addFindings(
  store: Store,
  count: number,
  change: (index: number) => Partial<{ [K in keyof Row]: string | number | null }> = () => ({}),
): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 200)
    await store.write({ lane: 'run' }, async ({ tx }) => {
      const rows = Array.from({ length: Math.min(200, count - from) }, (_, index) => {
        const id = newId('fnd');
        ids.push(id);
        const given = change(from + index);
        const severity = String(given.severity ?? 'high');
        return { ...plainFinding(id), ...given, severity_rank: SEVERITIES.indexOf(severity as never) };
      });
      await tx
        .insertInto('finding')
        .values(rows as never)
        .execute();
    });
  return ids;
}

function plainFinding(id: string) {
  return {
    id,
    project: PROJECT,
    asset: 'ast_1',
    task: 'scan',
    rule: 'rule-1',
    rule_revision: 3,
    title: 'A title',
    message: 'A message',
    severity: 'high',
    confidence: 'high',
    status: 'open',
    place: 'src/a.ts',
    location: JSON.stringify({ kind: 'file', path: 'src/a.ts', region: { startLine: 3 } }),
    detail: JSON.stringify({
      evidence: 'seen',
      excerpt: { firstLine: 1, lines: ['a', 'b'] },
      flow: [],
      about: [],
      related: [],
    }),
    first_seen: 1,
    last_seen: 1,
    first_run: 'run_1',
    last_run: 'run_1',
    fixed_run: null,
  };
}

export function finding(store: Store, id: string) {
  return store.db.selectFrom('finding').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

export async function historyOf(store: Store, id: string) {
  const rows = await store.db
    .selectFrom('finding_history')
    .selectAll()
    .where('finding', '=', id)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> }));
}

export async function eventsOf(store: Store, type: string) {
  const rows = await store.db
    .selectFrom('event')
    .selectAll()
    .where('type', '=', type)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> }));
}
