import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { cuttable } from '../servers/cuttable.ts';
import { missingForMany, startMany } from '../servers/many.ts';
import { DOCUMENTS, STORED } from './documents.ts';
import { ask, startRun, whenAllEnded } from './drive.ts';
import { lostOrDoubled } from './outcomes.ts';

const named = spawnSync('unshare', ['--uts', 'hostname', 'far']).status === 0;
const missing = [missingForMany(), named ? '' : 'a host name of its own'].filter(Boolean).join(', ');

test.skipIf(missing !== '')(
  `a worker of another machine is cut off in the middle: its steps are done elsewhere, what it sends late is refused, and it works again${missing ? ` (skipped without ${missing})` : ''}`,
  async () => {
    await using many = await startMany();
    await using toDatabase = await cuttable(Number(new URL(many.databaseUrl).port));
    await using toRedis = await cuttable(many.redis?.port ?? 0);
    const through = new URL(many.databaseUrl);
    through.port = String(toDatabase.port);
    const server = await many.server({ env: { SENTINELX_WORKER_PLACES: '0' } });
    for (const source of STORED) await ask([server], '/api/v1/workflows', { source });
    await many.worker([], {
      hostname: 'far',
      databaseUrl: through.href,
      redisUrl: `redis://127.0.0.1:${toRedis.port}`,
    });
    const run = async (rounds: number, from: number) => {
      for (let round = 0; round < rounds; round += 1)
        for (const [index, { source, inputs }] of DOCUMENTS.entries())
          await startRun([server], source, inputs(from + round * DOCUMENTS.length + index));
    };
    const atFar = async () =>
      (
        await many.query(
          `select r.id from run r join instances i on i.id = r.instance where i.host = 'far' and r.status = 'running'`,
        )
      ).length;
    await run(2, 0);
    await expect.poll(atFar, { timeout: 20_000, interval: 10 }).toBeGreaterThan(0);
    toDatabase.cut();
    toRedis.cut();
    await many.worker();
    await whenAllEnded(many, 60);
    const lost = await many.query(`select count(*)::int as count from run where status = 'interrupted'`);
    expect(lost[0].count).toBeGreaterThan(0);
    toDatabase.heal();
    toRedis.heal();
    await expect
      .poll(async () => (await many.query(`select id from instances where host = 'far'`)).length, {
        timeout: 20_000,
      })
      .toBe(1);
    const [{ id: far }] = await many.query(`select id from instances where host = 'far'`);
    await run(4, 100);
    await whenAllEnded(many, 60);
    const since = await many.query(`select id from run where instance = $1 and status = 'done'`, [far]);
    expect(since.length).toBeGreaterThan(0);
    const store = await openStore({ dataDir: '', databaseUrl: many.databaseUrl });
    try {
      expect(await lostOrDoubled(store.db)).toEqual([]);
    } finally {
      await store.close();
    }
  },
  180_000,
);
