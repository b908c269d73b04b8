import { afterAll, beforeAll, expect, test } from 'vitest';
import { describedOperations, type OpenApi } from './described.ts';
import { type Pools, seedInstance } from './instance.ts';
import { openJudge } from './judge.ts';
import { type Described, type Plan, plansFor } from './plan.ts';
import { fuzzSeed, seedOf } from './seed.ts';
import { type Client, openCallers, openClient, resolvePlan, type Sent } from './send.ts';
import { type FuzzServer, startServerProcess } from './server.ts';

/**
 * Every operation of openapi.json with inputs made from its own schema, valid and broken ones, against a real server over
 * kept connections. `FUZZ_SEED=… FUZZ_ONLY=scope.add` tries one operation again as a failure names it.
 */
const LONG = process.env.SENTINELX_TEST_LONG === '1';
const SEED = fuzzSeed();
const ONLY = process.env.FUZZ_ONLY;
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? (LONG ? 100_000 : 10_000));
const CONNECTIONS = 24;
const MAX_RSS_MB = 700;
const MAX_SHOWN = 25;

/** Each of these costs a password hash or a process: a share of the usual number is enough to find what there is. */
const COSTLY: Record<string, { share: number; why: string }> = {
  'secrets.rotate': { share: 0.1, why: 'writes keys to disk and seals everything anew' },
  'account.password': { share: 0.4, why: 'hashes passwords' },
  'runs.start': { share: 0.4, why: 'starts a process' },
  'runs.rerun': { share: 0.3, why: 'starts a process' },
};

/** One waits in the lane of bulk work until nobody else wants to write, which here is never for long; one sends all that was done. */
const PATIENCE: Record<string, number> = { 'secrets.rotate': 60_000, 'audit.export': 30_000 };

let server: FuzzServer;
let client: Client;
let pools: Pools;
let operations: Described[];
let document: OpenApi;

beforeAll(async () => {
  server = await startServerProcess();
  client = openClient(server.base, CONNECTIONS);
  const headers = { authorization: `Bearer ${server.ownerToken}` };
  document = (await (await fetch(`${server.base}/api/v1/openapi.json`, { headers })).json()) as OpenApi;
  operations = describedOperations(document);
  pools = await seedInstance(server, operations);
}, 60_000);
afterAll(async () => {
  client?.close();
  await server?.[Symbol.asyncDispose]();
});

interface Step {
  operation: Described;
  index: number;
  plan: Plan;
}

test(`operations answer as documented, whatever is sent (FUZZ_SEED=${SEED})`, {
  timeout: LONG ? 900_000 : 180_000,
}, async () => {
  const judge = openJudge(document, operations);
  const callers = await openCallers(client, server);
  pools.set('user', [...(pools.get('user') ?? []), callers.keeper]);
  const steps = allSteps();
  const found = new Map<string, string[]>();
  const spent = new Map<string, number>();
  const statuses = new Map<number, number>();
  server.reset();
  const started = Date.now();
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const seconds = (Date.now() - started) / 1000;

  async function work(): Promise<void> {
    for (let step = steps[next++]; step !== undefined; step = steps[next++]) {
      const credentials = callers.headersOf(step.plan.caller);
      const plain = resolvePlan(step.plan, pools);
      // Attempts come from many places, so that the lock of one address does not hide what lies behind it.
      const headers = { 'x-forwarded-for': `203.0.113.${next % 250}`, ...credentials, ...plain.headers };
      const patience = PATIENCE[step.operation.id];
      const sent = { ...plain, headers, ...(patience === undefined ? {} : { patience }) };
      try {
        const reply = await client.send(sent);
        spent.set(step.operation.id, (spent.get(step.operation.id) ?? 0) + reply.milliseconds);
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        for (const what of judge(sent, reply))
          note(what, step, sent, `${reply.status} ${reply.text.slice(0, 300)}`);
        if (reply.status === 401) await callers.renew(step.plan.caller, credentials);
      } catch (error) {
        note(`no answer (${(error as Error).message})`, step, sent, '');
      }
    }
  }

  function note(what: string, { operation, index, plan }: Step, sent: Sent, answer: string): void {
    const list = found.get(what) ?? [];
    const body = sent.body === undefined ? '' : ` ${String(sent.body).slice(0, 300)}`;
    list.push(
      `${operation.id}#${index} (${plan.kind}, by ${plan.caller}) ${sent.method} ${sent.target.slice(0, 200)} ${JSON.stringify(plan.headers).slice(0, 200)}${body}\n      → ${answer}`,
    );
    found.set(what, list);
  }

  const health = await server.health();
  console.log(
    `fuzz: ${steps.length} requests to ${operations.length} operations in ${seconds.toFixed(1)} s (${Math.round(steps.length / seconds)}/s), FUZZ_SEED=${SEED}, statuses ${JSON.stringify(Object.fromEntries([...statuses].sort()))}, ${JSON.stringify(health)}`,
  );
  if (process.env.FUZZ_TIMES)
    console.log(
      [...spent]
        .sort(([, a], [, b]) => b - a)
        .slice(0, 20)
        .map(([id, ms]) => `${id} ${Math.round(ms)} ms`)
        .join('\n'),
    );
  expect(server.alive(), server.log()).toBe(true);
  expect(report(found), server.log().slice(-3000)).toEqual([]);
  expect(health.pollution).toEqual([]);
  expect(health.longestBlockMs, 'longest block of the event loop in ms').toBeLessThan(1000);
  expect(health.rssMb).toBeLessThan(MAX_RSS_MB);
  if (ONLY === undefined) {
    // Were most requests refused at the door, nothing behind it would have been tried.
    expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0) + (statuses.get(204) ?? 0)).toBeGreaterThan(
      steps.length / 8,
    );
    expect(steps.length).toBeGreaterThanOrEqual(REQUESTS);
  }
});

test('afterwards the chain of the audit log is whole', async () => {
  const reply = await client.send({
    method: 'GET',
    target: '/api/v1/audit/verify',
    headers: { authorization: `Bearer ${server.ownerToken}` },
    body: undefined,
  });
  expect(reply.status).toBe(200);
  expect(JSON.parse(reply.text), reply.text).toMatchObject({ ok: true });
});

/** Operations by turns: what one leaves behind is met by all others. */
function allSteps(): Step[] {
  const chosen = operations.filter(({ id }) => ONLY === undefined || id === ONLY);
  const shares = chosen.map(({ id }) => COSTLY[id]?.share ?? 1);
  const each = Math.ceil(REQUESTS / shares.reduce((sum, share) => sum + share, 0));
  const lists = chosen.map((operation, index) =>
    plansFor(operation, seedOf(SEED, operation.id), Math.ceil(each * (shares[index] ?? 1))).map(
      (plan, n) => ({
        operation,
        index: n,
        plan,
      }),
    ),
  );
  return Array.from({ length: each }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}

function report(found: Map<string, string[]>): string[] {
  return [...found]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MAX_SHOWN)
    .map(([what, list]) => `${list.length} × ${what}\n    ${list.slice(0, 2).join('\n    ')}`);
}
