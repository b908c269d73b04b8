import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer({ heartbeatMs: 200 });
});
afterAll(() => sx[Symbol.asyncDispose]());

interface Message {
  stream?: string;
  events?: { cursor: string; type: string; data: Record<string, unknown> }[];
  error?: { code: string };
}

interface Viewer {
  socket: WebSocket;
  messages: Message[];
  send(message: unknown): void;
  until(enough: (messages: Message[]) => boolean): Promise<void>;
  closed: Promise<number>;
}

function open(token: string, project?: string): Promise<Viewer> {
  const query = project === undefined ? '' : `?project=${project}`;
  const socket = new WebSocket(`${sx.base.replace('http', 'ws')}/ws/execution${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const messages: Message[] = [];
  socket.on('message', (raw: Buffer) => messages.push(JSON.parse(raw.toString('utf8'))));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      resolve({
        socket,
        messages,
        closed,
        send: (message) => socket.send(JSON.stringify(message)),
        until: (enough) => expect.poll(() => enough(messages), { timeout: 10_000, interval: 20 }).toBe(true),
      }),
    );
  });
}

const makeToken = async (body: Record<string, unknown>) =>
  (await sx.call('/api/v1/tokens', { body })).body as { value: string; token: { id: string; owner: string } };

const emit = (project: string, count: number, note: string) =>
  sx.app.services.store.write({ lane: 'run' }, async ({ emit: add }) => {
    for (let index = 0; index < count; index += 1)
      add({
        type: 'run.progress',
        project,
        actor: 'system',
        subject: 'run_x',
        data: { done: index, total: null, note },
      });
  });

test('a subscription needs its permission, and shows its project only', async () => {
  const other = (await sx.call('/api/v1/projects', { body: { slug: 'other' } })).body.id;
  const one = await makeToken({ name: 'one', role: 'analyst', project: 'other' });
  const narrow = await makeToken({ name: 'n', role: 'admin', permissions: ['scope:read'] });
  const refused = await open(narrow.value);
  refused.send({ subscribe: 'events' });
  await refused.until((list) => list.some(({ error }) => error?.code === 'forbidden'));
  refused.socket.close();
  const viewer = await open(one.value);
  viewer.send({ subscribe: 'events' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await emit('prj_default', 1, 'foreign');
  await emit(other, 1, 'own');
  await viewer.until((list) => JSON.stringify(list).includes('own'));
  expect(JSON.stringify(viewer.messages)).not.toContain('foreign');
  viewer.socket.close();
  const wrong = await open(one.value, 'default');
  wrong.send({ subscribe: 'events' });
  await wrong.until((list) => list.some(({ error }) => error?.code === 'forbidden'));
  wrong.socket.close();
});

test('a filter of a subscription, and one that cannot be read', async () => {
  const { value } = await makeToken({ name: 'f', role: 'analyst' });
  const viewer = await open(value);
  viewer.send({ subscribe: 'events', query: 'type:run.cancelling' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await emit('prj_default', 3, 'not wanted');
  await sx.app.services.store.write({ lane: 'run' }, async ({ emit: add }) =>
    add({ type: 'run.cancelling', project: 'prj_default', actor: 'system', subject: 'wanted', data: {} }),
  );
  await viewer.until((list) => list.some(({ events }) => events?.[0]?.data.subject === 'wanted'));
  expect(viewer.messages.flatMap(({ events }) => events ?? [])).toHaveLength(1);
  viewer.send({ subscribe: 'events', query: 'nonsense:1' });
  await viewer.until((list) => list.some(({ error }) => error?.code === 'invalid-query'));
  viewer.socket.close();
});

test('a revoked token and a role that is taken back close an open connection', async () => {
  const gone = await makeToken({ name: 'gone', role: 'analyst' });
  const viewer = await open(gone.value);
  viewer.send({ subscribe: 'events' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(viewer.socket.readyState).toBe(WebSocket.OPEN);
  await sx.call(`/api/v1/tokens/${gone.token.id}`, { method: 'DELETE' });
  expect(await viewer.closed).toBe(4401);
  const less = await makeToken({ name: 'less', role: 'admin' });
  const other = await open(less.value);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { grants } = (await sx.call(`/api/v1/users/${less.token.owner}`)).body;
  await sx.call(`/api/v1/users/${less.token.owner}/grants/${grants[0].id}`, { method: 'DELETE' });
  expect(await other.closed).toBe(4401);
});

test('who does not read costs no memory and delays nobody; cut off, it goes on from its cursor', async () => {
  const { value } = await makeToken({ name: 'slow', role: 'analyst' });
  const [slow, quick] = [await open(value), await open(value)];
  const start = `${sx.app.services.store.epoch}:${await sx.app.services.store.head()}`;
  for (const viewer of [slow, quick]) viewer.send({ subscribe: 'events', after: start });
  await new Promise((resolve) => setTimeout(resolve, 100));
  slow.socket.pause();
  const count = (viewer: Viewer) => viewer.messages.flatMap(({ events }) => events ?? []).length;
  const before = process.memoryUsage.rss();
  // 100 MB of events: more than every buffer between here and there.
  const rounds = 100;
  for (let round = 0; round < rounds; round += 1) await emit('prj_default', 100, 'x'.repeat(10_000));
  await expect.poll(() => count(quick), { timeout: 30_000 }).toBe(rounds * 100);
  quick.messages.length = 0;
  quick.socket.close();
  const grown = (process.memoryUsage.rss() - before) / 1e6;
  // The reader and the text that the quick one held count too; what must not be there is the 100 MB of the slow one twice.
  expect(grown).toBeLessThan(400);
  // It did not answer for several heartbeats: the server lets go of it, and what it has read so far is its cursor.
  slow.socket.resume();
  await slow.closed;
  expect(count(slow)).toBeLessThan(rounds * 100);
  const read = () => slow.messages.flatMap(({ events }) => events ?? []);
  const again = await open(value);
  again.send({ subscribe: 'events', after: read().at(-1)?.cursor ?? start });
  await expect.poll(() => count(slow) + count(again), { timeout: 30_000 }).toBe(rounds * 100);
  const numbers = [slow, again].flatMap((viewer) =>
    viewer.messages.flatMap(({ events }) => events ?? []).map(({ cursor }) => Number(cursor.split(':')[1])),
  );
  expect(numbers.every((seq, index) => index === 0 || seq > (numbers[index - 1] ?? 0))).toBe(true);
  again.socket.close();
}, 90_000);
