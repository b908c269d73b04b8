import { afterEach, beforeEach, expect, test } from 'vitest';
import { INSTANCE } from '../../src/access/audit.ts';
import { beginRotation } from '../../src/access/rotation/rotate.ts';
import { readRunning, storeRunning } from '../../src/access/rotation/state.ts';
import { postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

let sx: TestServer;
beforeEach(async () => {
  sx = await startTestServer();
});
afterEach(() => sx[Symbol.asyncDispose]());

const SECRETS = 1_500;

async function addSecrets(count = SECRETS): Promise<void> {
  const { store, secrets } = sx.app.services;
  for (let from = 0; from < count; from += 100)
    await store.write({ lane: 'bulk' }, async (write) => {
      for (let index = from; index < from + 100; index += 1)
        await secrets.set(write, { project: INSTANCE, name: `s${index}` }, `value ${index}`, 'test');
    });
}

async function whenDone() {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const { body } = await sx.call('/api/v1/secrets/rotate');
    if (body.status !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the change of keys did not end');
}

const keysOf = async () =>
  new Set(
    (await sx.app.services.store.db.selectFrom('secret').select('key').execute()).map(({ key }) => key),
  );
const secretOf = (name: string) =>
  sx.app.services.secrets.read({ project: INSTANCE, name }, { actor: 'test', via: 'test', purpose: 'test' });

test('the keys change in the background, with progress; who asks meanwhile gets the one that is under way', async () => {
  expect((await sx.call('/api/v1/secrets/rotate')).body).toMatchObject({ status: 'none', started: null });
  await addSecrets();
  const begun = await sx.call('/api/v1/secrets/rotate', { body: {} });
  expect(begun.status).toBe(202);
  expect(begun.body).toMatchObject({ status: 'running', total: SECRETS, done: 0, ended: null });
  const again = await sx.call('/api/v1/secrets/rotate', { body: {} });
  expect([again.status, again.body.started]).toEqual([202, begun.body.started]);
  const seen = new Set<number>();
  for (;;) {
    const { body } = await sx.call('/api/v1/secrets/rotate');
    if (body.status === 'done') break;
    seen.add(body.done);
  }
  expect(seen.size, 'states in between').toBeGreaterThan(3);
  expect(await whenDone()).toMatchObject({
    status: 'done',
    actor: 'local:owner',
    total: SECRETS,
    resealed: SECRETS,
    unreadable: 0,
    dropped: 1,
    instanceKey: true,
  });
  expect((await keysOf()).size).toBe(1);
  expect(await secretOf('s777')).toBe('value 777');

  const { store } = sx.app.services;
  const events = await store.db.selectFrom('event').selectAll().where('type', '=', 'keys.rotated').execute();
  expect(events.map(({ actor }) => actor)).toEqual(['local:owner']);
  const { items } = (await sx.call('/api/v1/audit?operation=secrets.rotate')).body;
  expect(items.map((entry: { outcome: string; subject: string }) => [entry.outcome, entry.subject])).toEqual([
    ['done', 'keys'],
    ['done', 'keys'],
  ]);
}, 60_000);

test('people who write meanwhile do not wait behind it', async () => {
  await addSecrets();
  const write = async (index: number) => {
    const began = performance.now();
    const body = { kind: 'host', value: `h${index}.example.org` };
    expect((await sx.call('/api/v1/scope', { body })).status).toBe(201);
    return performance.now() - began;
  };
  const alone: number[] = [];
  for (let index = 0; index < 20; index += 1) alone.push(await write(index));
  await sx.call('/api/v1/secrets/rotate', { body: {} });
  const meanwhile: number[] = [];
  for (let index = 100; index < 1_000; index += 1) {
    if ((await sx.call('/api/v1/secrets/rotate')).body.status !== 'running') break;
    meanwhile.push(await write(index));
  }
  expect(meanwhile.length).toBeGreaterThan(3);
  const middle = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  // Behind all of it a write would have waited for seconds; behind one batch it waits for some milliseconds.
  expect(middle(meanwhile)).toBeLessThan(middle(alone) + 300);
}, 60_000);

test('what a process that died has begun is completed by the next server, from where it was', async () => {
  await addSecrets(300);
  const { store, keys } = sx.app.services;
  await store.write({ lane: 'interactive' }, async (write) => {
    const state = await beginRotation(write, keys, 'usr_1');
    await storeRunning(write.tx, { ...state, worker: 'ins_dead', lease: Date.now() + 3600_000 });
  });
  expect((await sx.call('/api/v1/secrets/rotate')).body).toMatchObject({ status: 'running', done: 0 });
  sx.app.services.rotations.work();
  expect(await whenDone()).toMatchObject({ status: 'done', actor: 'usr_1', resealed: 300 });
  expect(await readRunning(store.db)).toBeUndefined();
  expect((await keysOf()).size).toBe(1);
}, 60_000);

test('the mark of an earlier release, which only says when it began, is completed too', async () => {
  await addSecrets(200);
  const { store, keys } = sx.app.services;
  await store.write({ lane: 'interactive' }, async ({ tx }) => {
    await keys.turn(tx);
    await tx
      .insertInto('meta')
      .values({ key: 'key.rotation', value: String(Date.now()) })
      .execute();
  });
  sx.app.services.rotations.work();
  expect(await whenDone()).toMatchObject({ status: 'done', actor: 'system', total: 200, resealed: 200 });
}, 60_000);

const bin = postgresPrograms();

test.skipIf(bin === undefined)(
  'two servers on one PostgreSQL, both asked at the same moment, change the keys once',
  async () => {
    const postgres = await startPostgres(bin ?? '');
    try {
      const key = '7'.repeat(64);
      const databaseUrl = await postgres.database('rotation');
      await using other = await startTestServer({ databaseUrl, key });
      await sx[Symbol.asyncDispose]();
      sx = await startTestServer({ databaseUrl, key });
      await addSecrets(400);
      const begun = await Promise.all(
        [sx, other].map((one) => one.call('/api/v1/secrets/rotate', { body: {} })),
      );
      expect(new Set(begun.map(({ body }) => body.started)).size).toBe(1);
      expect(await whenDone()).toMatchObject({
        resealed: 400,
        unreadable: 0,
        dropped: 1,
        instanceKey: false,
      });
      expect((await keysOf()).size).toBe(1);
      expect(await secretOf('s399')).toBe('value 399');
    } finally {
      await sx[Symbol.asyncDispose]();
      sx = await startTestServer();
      await postgres.stop();
    }
  },
  120_000,
);
