import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Part, startMany } from '../servers/many.ts';
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
    const place = `127.0.0.1:${redis.port}`;
    const examined = (await sx.call('/api/v1/system/checks')).body;
    expect(examined.ok).toBe(false);
    expect(examined.checks.find(({ name }: { name: string }) => name === 'redis')).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(`^${place} does not answer \\(ECONNREFUSED\\): steps .* wait`),
      advice: expect.stringContaining('Start Redis'),
    });
    expect((await sx.call('/api/v1/workers/queues')).body.up).toBe(false);
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
    expect((await sx.call('/api/v1/system/checks')).body.checks).toContainEqual({
      ...{ name: 'redis', verdict: 'ok' },
      detail: `${place} answers`,
    });
    expect((await sx.call('/api/v1/workers/queues')).body.up).toBe(true);
  },
);

test.skipIf(!possible)(
  'server and worker say once that Redis is away, and once that it is back; the commands beside them say it too',
  { timeout: 120_000 },
  async () => {
    await using many = await startMany();
    const parts = [await many.server(), await many.worker()];
    const lines = (part: Part) =>
      part
        .output()
        .split('\n')
        .filter((line) => line.startsWith('Redis at '));
    expect(parts.map(lines)).toEqual([[], []]);
    const command = async (...args: string[]) => {
      const done = await many.command(args);
      return { ...done, stdout: done.stdout.replaceAll(/\s+/g, ' ') };
    };
    expect((await command('worker', 'queues')).stdout).toContain('The queue answers.');
    await many.redis?.kill();
    for (const part of parts) await expect.poll(() => lines(part), { timeout: 10_000 }).toHaveLength(1);
    // Several tries to connect later.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const away = new RegExp(`^Redis at 127.0.0.1:${many.redis?.port} does not answer .*nothing is lost`);
    for (const part of parts) expect(lines(part)).toEqual([expect.stringMatching(away)]);

    const doctor = await command('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain('does not answer (ECONNREFUSED): steps of workflows');
    expect(doctor.stdout).not.toContain('Everything that is needed is there');
    expect((await command('worker', 'queues')).stdout).toContain('The queue does not answer');

    await many.redis?.start();
    for (const part of parts)
      await expect
        .poll(() => lines(part), { timeout: 15_000 })
        .toEqual([expect.stringMatching(away), expect.stringContaining('is there again')]);
    const well = await command('doctor');
    expect(well.stdout).toMatch(/ok redis 127\.0\.0\.1:\d+ answers/);
  },
);

async function redisState(): Promise<string> {
  const { body } = await sx.call('/api/v1/health');
  return body.queue;
}
