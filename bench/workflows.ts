/**
 * Workflows: starts a second (accepted, durable, first step done) on the embedded store and on PostgreSQL with Redis, what the
 * engine adds to a step, a wide fan-out in front of watchers, a long queue, and a start with many unfinished runs.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, openApp } from '../src/app.ts';
import type { WorkflowDefinition, WorkflowStep } from '../src/model/workflow.ts';
import { postgresPrograms, startPostgres } from '../test/servers/postgres.ts';
import { redisProgram, startRedis } from '../test/servers/redis.ts';
import { cvss, order, step, workflow } from '../test/workflows/kit.ts';
import { openServer, openWatchers } from './parts/children.ts';
import { type Figure, median, pause, printFigures, share, timed } from './parts/figures.ts';

const GOALS = {
  embedded: 200,
  postgres: 150,
  processes: 25,
  overhead: { p50: 10, p99: 50 },
  restartMs: 2_000,
};
const STARTS = 1_000;
const CALLERS = 20;
const figures: Figure[] = [];
const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const reading = (name: string, more: Partial<WorkflowStep> = {}) =>
  step(name, { operation: 'runs.list', params: { limit: 1 }, ...more });

await embedded();
await onPostgres();
await fanOut();
await longQueue();
rmSync(folder, { recursive: true, force: true });
printFigures(figures);
process.exit(0);

async function embedded(): Promise<void> {
  const app = await open(join(folder, 'embedded'));
  const bare = await bareTransactions(app);
  for (const [what, first] of [
    ['an operation', reading('a')],
    ['a task without powers', cvss('a')],
  ] as const) {
    await rate(app, workflow([first]), 100);
    const perSecond = await rate(app, workflow([first]), STARTS);
    figures.push({
      what: `embedded: workflow starts a second whose first step, ${what}, is done`,
      value: perSecond.toFixed(0),
      beside: `transactions of one row and one event ${bare.toFixed(0)}/s: ${(perSecond / bare).toFixed(2)} of that`,
      goal: { words: `≥ ${GOALS.embedded}`, met: perSecond >= GOALS.embedded },
    });
  }
  const node = await bareProcesses();
  const file = join(folder, 'one');
  mkdirSync(file);
  writeFileSync(join(file, 'a.txt'), 'nothing secret\n');
  for (const [what, path] of [
    ['secrets-scan of the sample, 12 findings', 'sample:shop'],
    ['secrets-scan of one file', file],
  ] as const) {
    const own = workflow([step('a', { task: 'secrets-scan', params: { path } })]);
    await rate(app, own, 10);
    const perSecond = await rate(app, own, 150);
    figures.push({
      what: `embedded: steps with a process of their own a second (${what})`,
      value: perSecond.toFixed(1),
      beside: `\`node -e 0\`, two at a time: ${node.toFixed(1)}/s`,
      goal: { words: `≥ ${GOALS.processes}`, met: perSecond >= GOALS.processes },
    });
  }
  await overhead(app);
  await app.close();
}

async function onPostgres(): Promise<void> {
  const bin = postgresPrograms();
  if (!bin || !redisProgram) {
    figures.push({ what: 'on PostgreSQL and Redis', value: 'not measured', beside: 'not installed' });
    return;
  }
  const [postgres, redis] = [await startPostgres(bin), await startRedis()];
  const app = await open(join(folder, 'postgres'), {
    databaseUrl: await postgres.database('bench'),
    redisUrl: redis.url,
  });
  const bare = await bareTransactions(app);
  for (const [what, first] of [
    ['an operation', reading('a')],
    ['a task without powers', cvss('a')],
  ] as const) {
    await rate(app, workflow([first]), 100);
    const perSecond = await rate(app, workflow([first]), STARTS);
    figures.push({
      what: `PostgreSQL and Redis: workflow starts a second whose first step, ${what}, is done`,
      value: perSecond.toFixed(0),
      beside: `transactions of one row and one event ${bare.toFixed(0)}/s: ${(perSecond / bare).toFixed(2)} of that`,
      goal: { words: `≥ ${GOALS.postgres}`, met: perSecond >= GOALS.postgres },
    });
  }
  await app.close();
  await redis.stop();
  await postgres.stop();
}

/** Steps one behind the other; what is not the operation itself is the engine's. */
async function overhead(app: App): Promise<void> {
  const chain = workflow(
    Array.from({ length: 20 }, (_, index) =>
      reading(`s${index}`, { depends_on: index === 0 ? [] : [`s${index - 1}`] }),
    ),
  );
  const gaps: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    const { id } = await app.services.workflows.start(order(chain));
    await app.services.workflows.whenEnded(id);
    const rows = await app.services.store.db
      .selectFrom('workflow_attempt')
      .select(['started', 'ended'])
      .where('run', '=', id)
      .orderBy('ended')
      .orderBy('started')
      .execute();
    for (let at = 1; at < rows.length; at += 1)
      gaps.push(Number(rows[at]?.ended) - Number(rows[at - 1]?.ended));
  }
  const alone = await timed(() => app.services.store.db.selectFrom('run').selectAll().limit(1).execute());
  const [p50, p99] = [median(gaps), share(gaps, 0.99)];
  figures.push({
    what: 'embedded: from the end of one step to the end of the next, both operations (ms, p50 / p99)',
    value: `${p50.toFixed(0)} / ${p99.toFixed(0)}`,
    beside: `the question of the operation alone ${alone.toFixed(1)} ms`,
    goal: {
      words: `≤ ${GOALS.overhead.p50} / ${GOALS.overhead.p99}`,
      met: p50 <= GOALS.overhead.p50 && p99 <= GOALS.overhead.p99,
    },
  });
}

async function fanOut(): Promise<void> {
  const server = await openServer({ dataDir: join(folder, 'fan-out') });
  const watchers = await openWatchers(
    `${server.url.replace(/^http/, 'ws')}/ws/execution`,
    server.token,
    200,
    'any-order',
  );
  const definition = {
    name: 'wide',
    steps: [{ name: 'each', for_each: 'range(1000)', operation: 'runs.list', params: { limit: 1 } }],
  };
  const api = async (path: string, body?: unknown) =>
    (
      await fetch(`${server.url}/api/v1${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    ).json() as Promise<{ id?: string; run?: { id: string }; status?: string }>;
  const from = performance.now();
  const started = await api('/workflows/run', { workflow: definition, inputs: {} });
  const id = started.run?.id ?? started.id ?? '';
  let status = '';
  while (!['done', 'failed', 'partial', 'cancelled'].includes(status)) {
    await pause(100);
    const now = await api(`/workflows/runs/${id}`);
    status = now.status ?? (now.run as { status?: string } | undefined)?.status ?? '';
  }
  const took = performance.now() - from;
  await pause(3_000);
  const seen = await watchers.arrived();
  await watchers.close();
  await server.close();
  // Each item is told twice (begun, ended).
  const least = 200 * 2_000;
  figures.push({
    what: `1,000 items of one step with 200 watchers (${status})`,
    value: `${(took / 1000).toFixed(1)} s`,
    beside: `${seen.counted} events reached the watchers, at least ${least} were to be told`,
    goal: { words: 'no watcher lost', met: status === 'done' && seen.counted >= least },
  });
}

/** A queue of 100,000: made by a process that does nothing itself, then worked on by a server. */
async function longQueue(): Promise<void> {
  const dataDir = join(folder, 'queue');
  const waiting = await open(dataDir);
  await waiting.services.workflows.stopTaking();
  const one = workflow([reading('a')]);
  const enqueue: number[] = [];
  const lists: number[] = [];
  let unfinishedMs = 0;
  const sizes = [1_000, 10_000, 100_000];
  let made = 0;
  for (const size of sizes) {
    for (; made < size - 200; made += 200)
      await waiting.services.store.write({ lane: 'bulk' }, async (context) => {
        for (let index = 0; index < 200; index += 1)
          await waiting.services.workflows.startInside(context, order(one));
      });
    enqueue.push(
      (await timed(async () => {
        for (let index = 0; index < 200; index += 1) await waiting.services.workflows.start(order(one));
      })) / 200,
    );
    made += 200;
    lists.push(await listed(waiting));
    if (size === 10_000) unfinishedMs = await restart(dataDir);
  }
  await waiting.close();
  const server = await open(dataDir);
  const behind = await drained(server, 2_000);
  await server.close();
  const small = await open(join(folder, 'small-queue'));
  const alone = await rate(small, one, 2_000);
  await small.close();
  const words = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(' / ');
  figures.push(
    {
      what: 'to put one run into a queue of 1,000 / 10,000 / 100,000 (ms)',
      value: words(enqueue),
      beside: `${((enqueue[2] ?? 0) / (enqueue[0] ?? 1)).toFixed(2)} × from the shortest to the longest`,
      goal: { words: 'flat (≤ 1.5 ×)', met: (enqueue[2] ?? 0) <= 1.5 * (enqueue[0] ?? 0) },
    },
    {
      what: 'a page of 50 of them (ms)',
      value: words(lists),
      beside: `${((lists[2] ?? 0) / (lists[0] ?? 1)).toFixed(2)} ×`,
      goal: { words: 'flat (≤ 1.5 ×)', met: (lists[2] ?? 0) <= 1.5 * (lists[0] ?? 0) },
    },
    {
      what: 'runs a second that are done with 100,000 before them',
      value: behind.toFixed(0),
      beside: `with a short queue ${alone.toFixed(0)}/s (started at the same time): ${(behind / alone).toFixed(2)} of it`,
      goal: { words: '≥ 0.67 of it', met: behind >= 0.67 * alone },
    },
    {
      what: 'start of a server with 10,000 unfinished runs (ms)',
      value: unfinishedMs.toFixed(0),
      beside: 'until it takes runs',
      goal: { words: `≤ ${GOALS.restartMs}`, met: unfinishedMs <= GOALS.restartMs },
    },
  );
}

async function restart(dataDir: string): Promise<number> {
  const from = performance.now();
  const app = await open(dataDir);
  const took = performance.now() - from;
  await app.close();
  return took;
}

async function listed(app: App): Promise<number> {
  const { runOperationStep } = await import('../src/operations/step.ts');
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1)
    times.push(
      await timed(() =>
        runOperationStep(app.services, {
          operation: 'workflowRuns.list',
          params: { limit: 50 },
          principal: 'local:bench',
          token: null,
          project: 'prj_default',
          key: `list:${round}`,
          run: 'wfr_bench',
        }),
      ),
    );
  return median(times);
}

async function rate(app: App, definition: WorkflowDefinition, count: number): Promise<number> {
  const before = await done(app);
  const from = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next++ < count) await app.services.workflows.start(order(definition));
    }),
  );
  while ((await done(app)) - before < count) await pause(10);
  return count / ((performance.now() - from) / 1000);
}

async function drained(app: App, count: number): Promise<number> {
  const before = await done(app);
  const from = performance.now();
  let now = before;
  while (now - before < count) {
    await pause(50);
    now = await done(app);
  }
  return (now - before) / ((performance.now() - from) / 1000);
}

async function done(app: App): Promise<number> {
  const row = await app.services.store.db
    .selectFrom('workflow_run')
    .select((e) => e.fn.countAll().as('n'))
    .where('status', '=', 'done')
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

async function bareTransactions(app: App): Promise<number> {
  const { store } = app.services;
  const count = 1_000;
  let next = 0;
  const took = await timed(() =>
    Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (next++ < count) {
          const at = next;
          await store.write({ lane: 'run' }, async ({ tx, emit }) => {
            await tx
              .insertInto('meta')
              .values({ key: `bench-${at}`, value: '' })
              .execute();
            emit({
              type: 'session.ended',
              project: 'prj_default',
              actor: 'bench',
              subject: 'x',
              data: { user: 'x' },
            });
          });
        }
      }),
    ),
  );
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx.deleteFrom('meta').where('key', 'like', 'bench-%').execute(),
  );
  return count / (took / 1000);
}

async function bareProcesses(): Promise<number> {
  const { execFile } = await import('node:child_process');
  const once = () =>
    new Promise<void>((resolve) => {
      execFile(process.execPath, ['-e', '0'], () => resolve());
    });
  const count = 40;
  let next = 0;
  const took = await timed(() =>
    Promise.all(
      Array.from({ length: 2 }, async () => {
        while (next++ < count) await once();
      }),
    ),
  );
  return count / (took / 1000);
}

function open(dataDir: string, more: { databaseUrl?: string; redisUrl?: string } = {}): Promise<App> {
  return openApp(
    {
      dataDir,
      ...more,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 100_000, logLines: 10_000, concurrentRuns: 4 },
      net: { userAgent: 'bench', ratePerSecond: 5 },
    },
    { role: 'server', version: 'bench', failed: (error) => console.error(error) },
  );
}
