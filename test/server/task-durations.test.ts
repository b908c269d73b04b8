import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { NO_COUNTS } from '../../src/store/runs.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();

describe('how long tasks usually take, on sqlite', () => {
  contract(() => startTestServer());
});

describe.skipIf(!bin)(
  bin
    ? 'how long tasks usually take, on postgres'
    : 'how long tasks usually take, on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('durations') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  beforeAll(async () => {
    sx = await start();
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  async function put(task: string, took: number, status = 'done', project = 'prj_default') {
    await sx.app.services.store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('run')
        .values({
          ...{ id: newId('run'), project, task, task_version: 1, status, params: '{}', target: null },
          ...{ asset: null, principal: 'usr_x', instance: 'ins_x', fence: 1, created: 1000, started: 1000 },
          ...{ ended: 1000 + took, progress: null, counts: JSON.stringify(NO_COUNTS), output: null },
          ...{ error_code: null, error_message: null, rerun_of: null, cause_run: null },
        })
        .execute(),
    );
  }

  test('is the median of the last fifty that ended well, in this project', async () => {
    for (let n = 0; n < 10; n++) await put('slow-once', 1_000_000);
    for (let n = 0; n < 50; n++) await put('slow-once', n < 25 ? 100 : 300);
    await put('odd', 5);
    await put('odd', 1, 'partial');
    await put('odd', 9);
    await put('odd', 60_000, 'failed');
    await put('other', 7, 'done', 'prj_elsewhere');
    expect((await sx.call('/api/v1/task-durations')).body.items).toEqual([
      { task: 'odd', runs: 3, medianMs: 5 },
      { task: 'slow-once', runs: 50, medianMs: 200 },
    ]);
  });
}
