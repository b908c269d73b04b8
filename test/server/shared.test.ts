import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, redisProgram, startRedis } from '../servers/redis.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();
const missing = [bin ? '' : 'PostgreSQL', redisProgram ? '' : 'Redis'].filter(Boolean).join(' and ');
const PASSWORD = 'a long and odd phrase 58';

/** Two servers on one PostgreSQL and one Redis, as they stand behind a load balancer. */
describe.skipIf(missing !== '')(`two servers${missing ? ` (skipped: ${missing} not installed)` : ''}`, () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let one: TestServer;
  let two: TestServer;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(bin as string), startRedis()]);
    const shared = {
      databaseUrl: await postgres.database('shared'),
      redisUrl: redis.url,
      key: randomBytes(32).toString('hex'),
      rateLimits: { addressPerMinute: 1_000_000, callerPerMinute: 1_000_000 },
    };
    one = await startTestServer(shared);
    two = await startTestServer(shared);
  }, 60_000);
  afterAll(async () => {
    await two?.[Symbol.asyncDispose]();
    await one?.[Symbol.asyncDispose]();
    await redis?.stop();
    await postgres?.stop();
  });

  const makeToken = async (role: string) =>
    (await one.call('/api/v1/tokens', { body: { name: role, role } })).body as {
      value: string;
      token: { id: string; owner: string };
    };

  async function signIn(server: TestServer, login: string): Promise<Record<string, string>> {
    const origin = { origin: server.base };
    const answer = await server.call('/auth/login', {
      body: { login, password: PASSWORD },
      token: null,
      headers: origin,
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  }

  /** The status that both servers give, as soon as they agree on it: at most a moment after the change. */
  const both = (path: string, token: string | null, headers: Record<string, string> = {}) =>
    Promise.all([one, two].map(async (server) => (await server.call(path, { token, headers })).status));

  test('what one server changes counts on the other at once', async () => {
    const { value, token } = await makeToken('analyst');
    expect(await both('/api/v1/runs', value)).toEqual([200, 200]);
    expect(await both('/api/v1/audit', value)).toEqual([403, 403]);
    await two.call(`/api/v1/users/${token.owner}/grants`, { body: { role: 'auditor' } });
    await expect
      .poll(() => both('/api/v1/audit', value), { timeout: 1_000, interval: 20 })
      .toEqual([200, 200]);
    await one.call(`/api/v1/tokens/${token.id}`, { method: 'DELETE' });
    await expect
      .poll(() => both('/api/v1/runs', value), { timeout: 1_000, interval: 20 })
      .toEqual([401, 401]);
  });

  test('a session that ends on one server has ended on the other, with what Redis still holds', async () => {
    const { id } = (
      await one.call('/api/v1/users', { body: { login: 'ada', password: PASSWORD, role: 'analyst' } })
    ).body;
    await one.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx.updateTable('user_account').set({ must_change: 0 }).where('id', '=', id).execute();
    });
    const session = await signIn(one, 'ada');
    expect(await both('/api/v1/runs', null, session)).toEqual([200, 200]);
    expect(Number(await redis.command('DBSIZE'))).toBeGreaterThan(0);
    await two.call(`/api/v1/users/${id}/sessions`, { method: 'DELETE' });
    await expect
      .poll(() => both('/api/v1/runs', null, session), { timeout: 1_000, interval: 20 })
      .toEqual([401, 401]);
  });

  test('FLUSHALL and a dead Redis under load: every answer stays right, nobody is signed out or let in', async () => {
    const good = (await makeToken('analyst')).value;
    const revoked = await makeToken('analyst');
    await one.call(`/api/v1/tokens/${revoked.token.id}`, { method: 'DELETE' });
    const session = await signIn(two, 'ada');
    await expect.poll(() => both('/api/v1/runs', revoked.value), { timeout: 1_000 }).toEqual([401, 401]);
    const wrong: string[] = [];
    let count = 0;
    let stop = false;
    const load = [one, two].flatMap((server) =>
      Array.from({ length: 3 }, async () => {
        while (!stop) {
          for (const [token, headers, path, expected] of [
            [good, {}, '/api/v1/runs', 200],
            [good, {}, '/api/v1/audit', 403],
            [revoked.value, {}, '/api/v1/runs', 401],
            [null, session, '/api/v1/runs', 200],
            [null, session, '/api/v1/users', 403],
            ['sxt_unknown', {}, '/api/v1/runs', 401],
          ] as const) {
            const { status } = await server.call(path, { token, headers });
            count += 1;
            if (status !== expected) wrong.push(`${path}: ${status} and not ${expected}`);
          }
        }
      }),
    );
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(300);
    for (let round = 0; round < 5; round += 1) {
      await redis.command('FLUSHALL');
      await pause(60);
    }
    await redis.kill();
    await pause(600);
    await redis.start();
    await pause(600);
    stop = true;
    await Promise.all(load);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });

  test('what somebody writes into Redis lets nobody in', async () => {
    const { value } = await makeToken('analyst');
    expect(await both('/api/v1/runs', value)).toEqual([200, 200]);
    const keys = (await redis.command('KEYS', 'sentinelx:shared:*')) as string[];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) await redis.command('SET', key, 'rubbish');
    // An answer that is moved under another name does not open either.
    const admin = (await makeToken('admin')).value;
    await both('/api/v1/audit', admin);
    expect(await both('/api/v1/audit', value)).toEqual([403, 403]);
    const moved = (await redis.command('KEYS', 'sentinelx:shared:*')) as string[];
    for (const from of moved)
      for (const to of moved) if (from !== to) await redis.command('COPY', from, to, 'REPLACE');
    expect(await both('/api/v1/audit', value)).toEqual([403, 403]);
    expect(await both('/api/v1/runs', 'sxt_unknown')).toEqual([401, 401]);
  });

  test('counts are shared until something happens, and then counted anew', async () => {
    const { value } = await makeToken('analyst');
    const ask = (server: TestServer, q: string) =>
      server.call(`/api/v1/findings/facets?q=${encodeURIComponent(q)}`, { token: value });
    const insert = (id: string) =>
      one.app.services.store.write({ lane: 'run' }, async ({ tx, emit }) => {
        const at = { kind: 'file' as const, path: 'a' };
        await tx
          .insertInto('finding')
          .values({
            id,
            project: 'prj_default',
            asset: 'ast_1',
            task: 't',
            rule: 'r',
            rule_revision: 1,
            title: 'T',
            message: 'm',
            severity: 'high',
            severity_rank: 1,
            confidence: 'high',
            status: 'open',
            place: 'a',
            location: JSON.stringify(at),
            detail: '{}',
            first_seen: 1,
            last_seen: 1,
            first_run: 'run_1',
            last_run: 'run_1',
            fixed_run: null,
          })
          .execute();
        const data = { finding: id, rule: 'r', title: 'T', severity: 'high' as const, location: at };
        emit({ type: 'finding.created', project: 'prj_default', actor: 'system', subject: id, data });
      });
    await insert('fnd_1');
    expect((await ask(one, 'status:open')).body.total).toBe(1);
    expect((await ask(two, 'status:open')).body.total).toBe(1);
    await expect
      .poll(async () => ((await redis.command('KEYS', '*facets:*')) as string[]).length)
      .toBeGreaterThan(0);
    await insert('fnd_2');
    expect((await ask(two, 'status:open')).body.total).toBe(2);
    expect((await ask(one, 'status:fixed')).body.total).toBe(0);
  });

  test('limits count over both servers, and in each of them while Redis is away', async () => {
    const limited = {
      databaseUrl: await postgres.database('limited'),
      redisUrl: redis.url,
      key: randomBytes(32).toString('hex'),
      rateLimits: { addressPerMinute: 1_000_000, callerPerMinute: 10 },
    };
    await using left = await startTestServer(limited);
    await using right = await startTestServer(limited);
    const { value } = (await left.call('/api/v1/tokens', { body: { name: 'x', role: 'analyst' } })).body;
    const ask = (server: TestServer) =>
      server.call('/api/v1/runs', { token: value }).then(({ status }) => status);
    const statuses = [];
    for (let index = 0; index < 8; index += 1) statuses.push(await ask(left), await ask(right));
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    await redis.kill();
    const later = [];
    for (let index = 0; index < 6; index += 1) later.push(await ask(left));
    expect(later.at(-1)).toBe(429);
    await redis.start();
  });

  test('a viewer of one server sees what the other commits', async () => {
    const { value } = await makeToken('analyst');
    const { run } = (
      await two.call('/api/v1/tasks/cvss/run', {
        body: { params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
        token: value,
      })
    ).body;
    const response = await fetch(`${one.base}/api/v1/stream?subscribe=run:${run.id}`, {
      headers: { authorization: `Bearer ${value}` },
      signal: AbortSignal.timeout(10_000),
    });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.includes('event: run.ended')) break;
    }
    expect(text).toContain('event: run.started');
  });
});
