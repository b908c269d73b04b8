import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type Opened, open, order, scan, tell, until, workflow } from './kit.ts';

const bin = postgresPrograms();

/** What a cancel does and what the end of a step does want the same two rows: of the workflow's run and of the task's run. */
describe.skipIf(!bin)(bin ? 'rows on PostgreSQL' : 'rows on PostgreSQL (skipped: none is installed)', () => {
  let server: PostgresServer;
  let opened: Opened;
  let app: App;
  beforeAll(async () => {
    server = await startPostgres(bin as string);
    opened = await open(await server.database('locks'));
    app = opened.app;
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  test('who has the run of a workflow can change the run of its task while that ends', {
    timeout: 60_000,
  }, async () => {
    const { id } = await app.services.workflows.start(order(workflow([scan('a')])));
    const run = await taskRunOf(id);
    await app.services.store.write({ lane: 'run' }, async ({ tx }) => {
      await tx.selectFrom('workflow_run').select('id').where('id', '=', id).forUpdate().execute();
      // The scan goes on, and its end waits for this transaction.
      await until(async () => (await waiting()) > 0, 40_000);
      await tx.updateTable('run').set({ progress: null }).where('id', '=', run).execute();
    });
    await app.services.workflows.whenEnded(id);
    expect(await tell(app, id)).toMatchObject({ status: 'done', steps: { a: 'done' } });
    expect(await attempts(id)).toEqual(['done']);
  });

  function taskRunOf(id: string): Promise<string> {
    return until(async () => {
      const row = await app.services.store.db
        .selectFrom('run')
        .select('id')
        .where('workflow_run', '=', id)
        .where('status', '=', 'running')
        .executeTakeFirst();
      return row?.id;
    });
  }

  async function waiting(): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_locks where not granted and locktype in ('transactionid', 'tuple')`.execute(
      app.services.store.db,
    );
    return rows[0]?.n ?? 0;
  }

  async function attempts(id: string): Promise<string[]> {
    const rows = await app.services.store.db
      .selectFrom('workflow_attempt')
      .select('status')
      .where('run', '=', id)
      .execute();
    return rows.map((row) => row.status);
  }
});
