import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ERROR_CODES } from '../../src/lib/error-codes.ts';
import { ODD_TEXTS, ODD_VALUES, POLLUTION } from './odd.ts';
import { fuzzSeed, seedOf } from './seed.ts';
import { type FuzzServer, startServerProcess } from './server.ts';

const SEED = fuzzSeed();
const SOCKETS = 8;
const MESSAGES = process.env.SENTINELX_TEST_LONG === '1' ? 20_000 : 1_500;
const STREAMS = 300;
/** Of RFC 6455: a message that is too large, that breaks the protocol, or that is no UTF-8. */
const CLOSED = new Set([1002, 1007, 1009]);

let server: FuzzServer;
let run: string;
const headers = () => ({ authorization: `Bearer ${server.ownerToken}` });

beforeAll(async () => {
  server = await startServerProcess();
  const response = await fetch(`${server.base}/api/v1/tasks/cvss/run`, {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify({ params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } }),
  });
  run = ((await response.json()) as { run: { id: string } }).run.id;
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

const text = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary', maxLength: 120 }));
function streamName(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(`run:${run}`, `log:${run}`, 'events', `run:${run} `, 'run:', 'log:run_x', 'RUN:x'),
    text,
    fc.constantFrom(...ODD_VALUES),
  );
}
const cursor = fc.oneof(
  text,
  fc.constantFrom('0:0', 'abcdef01:5', 'abcdef01:9999999999999999', '-1', ':', 'x:y'),
);
const filter = fc.oneof(
  text,
  fc.constantFrom(
    'type:run',
    '-type:run.ended',
    'severity:high x',
    '-',
    '--',
    'a:b:c',
    ':',
    'type:,,,',
    '-type:',
  ),
);

function messages(): fc.Arbitrary<string | Uint8Array> {
  const subscribe = fc.record(
    { subscribe: streamName(), after: cursor, query: filter },
    { requiredKeys: ['subscribe'] },
  );
  return fc.oneof(
    { weight: 6, arbitrary: subscribe.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: streamName().map((unsubscribe) => JSON.stringify({ unsubscribe })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...POLLUTION,
        '',
        '{',
        'null',
        '"x"',
        '[]',
        `${'['.repeat(20_000)}`,
        `{"a":${'{"a":'.repeat(5000)}`,
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.nat(70_000).map((length) => 'x'.repeat(length)) },
  );
}

test(`commands of the WebSocket, valid and broken (FUZZ_SEED=${SEED})`, { timeout: 120_000 }, async () => {
  const all = fc.sample(messages(), { seed: seedOf(SEED, 'websocket'), numRuns: MESSAGES });
  const each = Math.ceil(all.length / SOCKETS);
  const wrong = new Set<string>();
  await Promise.all(
    Array.from({ length: SOCKETS }, (_, index) => talk(all.slice(index * each, (index + 1) * each), wrong)),
  );
  expect([...wrong].slice(0, 10), server.log().slice(-2000)).toEqual([]);
  await expectHealthy();
});

/** Sends all of it on as many connections as it takes; what ends one must be the message that ended it. */
async function talk(list: readonly (string | Uint8Array)[], wrong: Set<string>): Promise<void> {
  let socket = await open(wrong);
  for (const [index, message] of list.entries()) {
    if (socket.readyState !== WebSocket.OPEN) socket = await open(wrong);
    socket.send(message);
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (socket.readyState !== WebSocket.OPEN) socket = await open(wrong);
  // Behind all that was sent: it is answered when the rest was.
  socket.send(JSON.stringify({ subscribe: 'the-last-one' }));
  await new Promise<void>((resolve) => {
    const done = () => resolve();
    socket.on('close', done);
    socket.on('message', (data: Buffer) => {
      if (data.toString('utf8').includes('the-last-one')) done();
    });
    setTimeout(() => {
      wrong.add('the last command was not answered');
      resolve();
    }, 20_000).unref();
  });
  socket.terminate();
}

function open(wrong: Set<string>): Promise<WebSocket> {
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/ws/execution`, { headers: headers() });
  socket.on('message', (data: Buffer) => {
    for (const what of judgeMessage(data.toString('utf8'))) wrong.add(what);
  });
  socket.on('close', (code) => {
    if (code !== 1006 && !CLOSED.has(code)) wrong.add(`closed with ${code}`);
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

function judgeMessage(raw: string): string[] {
  const message = JSON.parse(raw) as {
    stream?: string;
    events?: { cursor: string; type: string }[];
    gap?: { from: string; to: string };
    error?: { code: string; message: string };
  };
  if (message.error) {
    const { code } = message.error;
    if (!Object.hasOwn(ERROR_CODES, code) || ERROR_CODES[code as keyof typeof ERROR_CODES].status >= 500)
      return [`error ${code} to ${message.stream}`];
    return /\n\s+at |node_modules|SQLITE/.test(raw) ? [`an inside in ${raw.slice(0, 200)}`] : [];
  }
  if (message.gap)
    return typeof message.gap.to === 'string' ? [] : [`a gap without end: ${raw.slice(0, 100)}`];
  const whole = message.events?.every(({ cursor, type }) => /^[0-9a-f]+:\d+$/.test(cursor) && type !== '');
  return whole ? [] : [`neither events nor error: ${raw.slice(0, 100)}`];
}

test('a flood of subscriptions is worked off in order', async () => {
  const wrong = new Set<string>();
  const socket = await open(wrong);
  const refused: string[] = [];
  socket.on('message', (data: Buffer) => {
    const { error, stream } = JSON.parse(data.toString('utf8'));
    if (error) refused.push(error.code === 'too-many-requests' ? String(stream) : `${error.code}`);
  });
  for (let index = 0; index < 2_000; index += 1)
    socket.send(JSON.stringify({ subscribe: `run:${run}`, query: `w${index}` }));
  socket.send(JSON.stringify({ subscribe: 'the-last-one' }));
  const until = Date.now() + 20_000;
  while (refused.length === 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(refused).toEqual(['bad-request']);
  socket.terminate();
  await expectHealthy();
});

test(`addresses of the event stream, valid and broken (FUZZ_SEED=${SEED})`, { timeout: 60_000 }, async () => {
  const query = fc.record(
    { subscribe: streamName(), after: cursor, query: filter, [`x${SEED % 7}`]: text },
    { requiredKeys: [] },
  );
  const list = fc.sample(fc.tuple(query, cursor), { seed: seedOf(SEED, 'sse'), numRuns: STREAMS });
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: 6 }, async (_, worker) => {
      for (const [index, [parameters, last]] of list.entries())
        if (index % 6 === worker) await listen(parameters, last);
    }),
  );
  expect(wrong.slice(0, 10)).toEqual([]);
  await expectHealthy();

  async function listen(parameters: Record<string, unknown>, last: string): Promise<void> {
    const address = new URLSearchParams(
      Object.entries(parameters).map(([name, value]) => [name, String(value ?? '').toWellFormed()]),
    );
    const stop = new AbortController();
    const response = await fetch(`${server.base}/api/v1/stream?${address}`, {
      headers: { ...headers(), 'last-event-id': last.replace(/[^\x20-\x7e]/g, '~').slice(0, 300) },
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(5_000)]),
    }).catch(() => undefined);
    const type = response?.headers.get('content-type') ?? '';
    const right =
      response?.status === 200
        ? type.startsWith('text/event-stream')
        : type.startsWith('application/problem+json') && (response?.status ?? 500) < 500;
    if (!right) wrong.push(`${address}: ${response?.status} ${type}`);
    if (response?.status !== 200) {
      await response?.text();
      return;
    }
    await response.body?.getReader().read();
    stop.abort();
  }
});

async function expectHealthy(): Promise<void> {
  expect(server.alive(), server.log()).toBe(true);
  const health = await server.health();
  expect(health.pollution).toEqual([]);
  expect(health.longestBlockMs).toBeLessThan(1000);
  expect(health.rssMb).toBeLessThan(700);
  expect((await fetch(`${server.base}/api/v1/health`)).status).toBe(200);
}
