import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { openJobQueues } from '../../src/workflows/scale/job-queues.ts';
import { redisBackend } from '../../src/workflows/scale/redis-backend.ts';
import { missingForMany } from '../servers/many.ts';
import { postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { startTestServer } from '../servers/sentinelx.ts';
import { start, whenEnded } from '../workflows/helper.ts';
import { VECTOR } from './documents.ts';

const missing = missingForMany();

test.skipIf(missing !== '')(
  `a step that a newer release queued waits for a process of it, and goes on without when there is none any more${missing ? ` (skipped: ${missing})` : ''}`,
  async () => {
    const [postgres, redis] = await Promise.all([startPostgres(postgresPrograms() as string), startRedis()]);
    const shared = {
      databaseUrl: await postgres.database('versions'),
      redisUrl: redis.url,
      key: randomBytes(32).toString('hex'),
    };
    // It hands steps over and takes none.
    const sx = await startTestServer({ ...shared, config: { worker: { labels: {}, places: 0 } } });
    const { store } = sx.app.services;
    // A process of a newer release, as its row says.
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('instances')
        .values({
          id: 'ins_newer',
          pid: process.pid,
          started: 0,
          host: `${hostname()}-newer`,
          role: 'worker',
          heartbeat: Date.now() + 3_600_000,
          version: '99.0.0',
          about: JSON.stringify({ labels: {}, places: 1, tasks: { cvss: 99 } }),
        })
        .execute(),
    );
    const run = await start(sx, {
      workflow: `name: newer\nsteps:\n  - name: a\n    task: cvss\n    params: { vector: '${VECTOR}' }\n`,
    });
    const step = () =>
      store.db.selectFrom('workflow_step').selectAll().where('run', '=', run).executeTakeFirstOrThrow();
    await expect.poll(async () => (await step()).status).toBe('queued');
    const backend = await redisBackend(redis.url, `sentinelx:${store.epoch}`);
    const queues = await openJobQueues(backend, { stalledMs: 15_000, failed: () => undefined });
    await expect.poll(queues.up).toBe(true);
    const { name, item, fence } = await step();
    // As the feeder of that release would have queued it, with a field that this one does not know.
    await redis.command('FLUSHALL');
    const job = { v: 1 as const, run, name, item: Number(item), fence: Number(fence) };
    await queues.add('pooled', [
      { job: { ...job, task: { id: 'cvss', version: 99 }, later: true } as never, priority: 100 },
    ]);
    const dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-older-'));
    const older = await openApp(
      {
        dataDir,
        databaseUrl: shared.databaseUrl,
        redisUrl: shared.redisUrl,
        keys: { instance: shared.key },
        limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
        net: { userAgent: 'test', ratePerSecond: 50 },
      },
      { role: 'worker', version: '1.0.0' },
    );
    await sleep(7_000);
    expect((await step()).status).toBe('queued');
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.deleteFrom('instances').where('id', '=', 'ins_newer').execute(),
    );
    expect((await whenEnded(sx, run)).status).toBe('done');
    await queues.close();
    await older.close();
    await sx[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
    await redis.stop();
    await postgres.stop();
  },
  90_000,
);
