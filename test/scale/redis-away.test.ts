import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, redisProgram, startRedis } from '../servers/redis.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { start, VECTOR, whenEnded } from '../workflows/helper.ts';

const possible = postgresPrograms() !== undefined && redisProgram !== undefined;
let postgres: PostgresServer;
let redis: RedisServer;
let sx: TestServer;

beforeAll(async () => {
  if (!possible) return;
  [postgres, redis] = await Promise.all([startPostgres(postgresPrograms() as string), startRedis()]);
  await redis.kill();
  sx = await startTestServer({ databaseUrl: await postgres.database('away'), redisUrl: redis.url });
}, 60_000);

afterAll(async () => {
  await sx?.[Symbol.asyncDispose]();
  await redis?.stop();
  await postgres?.stop();
});

test.skipIf(!possible)(
  'a server whose Redis is away starts and says so, does what needs no queue, and goes on with the rest when Redis is there',
  { timeout: 90_000 },
  async () => {
    expect(await redisState()).toBe('down');
    const light = await start(sx, {
      workflow: {
        name: 'light',
        steps: [
          { name: 'list', operation: 'runs.list', params: { limit: 1 } },
          { name: 'score', task: 'cvss', params: { vector: VECTOR } },
        ],
      },
    });
    expect((await whenEnded(sx, light)).status).toBe('done');

    const scan = { name: 'scan', task: 'secrets-scan', params: { path: 'sample:shop' } };
    const heavy = await start(sx, { workflow: { name: 'heavy', steps: [scan] } });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await sx.call(`/api/v1/workflows/runs/${heavy}`)).body).toMatchObject({
      status: 'queued',
      ended: null,
    });

    await redis.start();
    expect((await whenEnded(sx, heavy)).status).toBe('done');
    await expect.poll(redisState, { timeout: 15_000 }).toBe('up');
  },
);

async function redisState(): Promise<string> {
  const { body } = await sx.call('/api/v1/health');
  return body.queue;
}
