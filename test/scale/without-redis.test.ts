import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { startMany } from '../servers/many.ts';
import { postgresPrograms } from '../servers/postgres.ts';
import { DOCUMENTS, STORED } from './documents.ts';
import { ask, startRun, whenAllEnded } from './drive.ts';
import { lostOrDoubled } from './outcomes.ts';

test.skipIf(!postgresPrograms())(
  'where there is no Redis the queues are in PostgreSQL: a worker is killed, the database restarts, nothing is lost or doubled',
  async () => {
    await using many = await startMany({ redis: false });
    const first = await many.server();
    const [second, worker] = await Promise.all([many.server(), many.worker()]);
    const servers = [first, second];
    for (const source of STORED) await ask(servers, '/api/v1/workflows', { source });
    const runs: string[] = [];
    for (let round = 0; round < 3; round += 1)
      await Promise.all(
        DOCUMENTS.map(async ({ source, inputs }, index) => {
          runs.push(await startRun(servers, source, inputs(round * DOCUMENTS.length + index)));
        }),
      );
    await sleep(300);
    await worker.kill();
    await many.postgres.restart();
    await whenAllEnded(many, 90);
    const store = await openStore({ dataDir: '', databaseUrl: many.databaseUrl });
    try {
      expect(await lostOrDoubled(store.db)).toEqual([]);
      const statuses = await many.query('select name, status from workflow_run where parent_run is null');
      for (const { name, status } of statuses)
        expect(status, name).toBe(name === 'fails' ? 'failed' : name === 'fan' ? 'partial' : 'done');
      expect(statuses.length).toBeGreaterThanOrEqual(runs.length);
    } finally {
      await store.close();
    }
  },
  180_000,
);
