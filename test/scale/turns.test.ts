import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingForMany } from '../servers/many.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { must, start, whenEnded } from '../workflows/helper.ts';
import { VECTOR } from './documents.ts';

const missing = missingForMany();

const items = (count: number) =>
  `name: items\nsteps:\n  - name: each\n    task: cvss\n    for_each: [${Array.from({ length: count }, (_, index) => index).join(', ')}]\n    params: { vector: '${VECTOR}' }\n`;

describe.skipIf(missing !== '')(`who is next${missing ? ` (skipped: ${missing} not installed)` : ''}`, () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let sx: TestServer;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(postgresPrograms() as string), startRedis()]);
    sx = await startTestServer({
      databaseUrl: await postgres.database('turns'),
      redisUrl: redis.url,
      key: randomBytes(32).toString('hex'),
    });
  }, 60_000);
  afterAll(async () => {
    await sx?.[Symbol.asyncDispose]();
    await redis?.stop();
    await postgres?.stop();
  });

  const done = async (run: string) => {
    const rows = await sx.app.services.store.db
      .selectFrom('workflow_step')
      .select('name')
      .where('run', '=', run)
      .where('item', '>=', 0)
      .where('status', '=', 'done')
      .execute();
    return rows.length;
  };

  test('10 steps of one project do not wait for 1,000 of another', async () => {
    const { id } = await must(sx.call('/api/v1/projects', { body: { name: 'Small', slug: 'small' } }));
    const large = await start(sx, { workflow: items(1_000) });
    await expect.poll(() => done(large), { timeout: 20_000, interval: 20 }).toBeGreaterThan(20);
    const before = await done(large);
    const small = await start(sx, { workflow: items(10) }, { project: id });
    const { status } = await whenEnded(sx, small, { project: id });
    expect(status).toBe('done');
    // The backlog of the queue (64), as many as the small one has, and what is on its way.
    expect((await done(large)) - before).toBeLessThan(250);
    expect((await whenEnded(sx, large)).status).toBe('done');
  }, 120_000);

  test('a run with a better priority passes what waits', async () => {
    const usual = await start(sx, { workflow: items(600) });
    await expect.poll(() => done(usual), { timeout: 20_000, interval: 20 }).toBeGreaterThan(20);
    const before = await done(usual);
    const urgent = await start(sx, { workflow: items(20), priority: 1 });
    expect((await whenEnded(sx, urgent)).status).toBe('done');
    expect((await done(usual)) - before).toBeLessThan(150);
    await whenEnded(sx, usual);
  }, 120_000);
});
