import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Many, missingForMany, type Part, startMany } from '../servers/many.ts';
import { startTestServer } from '../servers/sentinelx.ts';
import { start, whenEnded } from '../workflows/helper.ts';
import { DOCUMENTS, STORED, VECTOR } from './documents.ts';
import { ask, startRun, whenAllEnded } from './drive.ts';
import { findingsOf, lostOrDoubled, outcomeOf } from './outcomes.ts';

const missing = missingForMany();
const LONG = process.env.SENTINELX_TEST_LONG === '1';
const ROUNDS = 5;

type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/** What the documents give on the embedded store, in one process. */
async function embedded(key: string): Promise<{ outcomes: Outcome[]; findings: string[] }> {
  await using sx = await startTestServer({ key });
  const { db } = sx.app.services.store;
  for (const source of STORED) await sx.call('/api/v1/workflows', { body: { source } });
  const outcomes: Outcome[] = [];
  for (const [index, { source, inputs }] of DOCUMENTS.entries()) {
    const id = await start(sx, { workflow: source, inputs: inputs(index) });
    await whenEnded(sx, id);
    outcomes.push(await outcomeOf(db, id));
  }
  return { outcomes, findings: await findingsOf(db) };
}

describe.skipIf(missing !== '')(
  `many processes${missing ? ` (skipped: ${missing} not installed)` : ''}`,
  () => {
    let many: Many;
    let store: Store;
    let servers: Part[];
    let workers: Part[];
    let expected: { outcomes: Outcome[]; findings: string[] };
    beforeAll(async () => {
      many = await startMany();
      const first = await many.server();
      [servers, workers, store, expected] = await Promise.all([
        many.server().then((second) => [first, second]),
        Promise.all([
          many.worker(),
          many.worker(),
          many.worker(['--labels', 'zone=dmz', '--places', '1']),
          many.worker(),
        ]),
        openStore({ dataDir: '', databaseUrl: many.databaseUrl }),
        embedded(many.key),
      ]);
      for (const source of STORED) await ask(servers, '/api/v1/workflows', { source });
    }, 120_000);
    afterAll(async () => {
      await store?.close();
      await many?.[Symbol.asyncDispose]();
    });

    async function startAll(rounds: number, from: number): Promise<{ id: string; document: number }[]> {
      const started: { id: string; document: number }[] = [];
      for (let round = 0; round < rounds; round += 1)
        await Promise.all(
          DOCUMENTS.map(async ({ source, inputs }, document) => {
            const number = from + round * DOCUMENTS.length + document;
            started.push({ id: await startRun(servers, source, inputs(number)), document });
          }),
        );
      return started;
    }

    async function checkAll(runs: readonly { id: string; document: number }[]): Promise<void> {
      for (const { id, document } of runs)
        expect(await outcomeOf(store.db, id), id).toEqual(expected.outcomes[document]);
      expect(await findingsOf(store.db)).toEqual(expected.findings);
      expect(await lostOrDoubled(store.db)).toEqual([]);
    }

    test('they give what the embedded store gives', async () => {
      const runs = await startAll(1, 100);
      await whenAllEnded(many, 60);
      await checkAll(runs);
    }, 90_000);

    test('a step with labels is done where they are, and one that nobody has says what it waits for', async () => {
      const labelled = (zone: string) =>
        `name: labelled\nsteps:\n  - name: there\n    task: cvss\n    labels: { zone: ${zone} }\n    params: { vector: '${VECTOR}' }\n`;
      const run = await startRun(servers, labelled('dmz'), {});
      const lost = await startRun(servers, labelled('moon'), {});
      await expect
        .poll(
          async () => (await many.query('select status from workflow_run where id = $1', [run]))[0].status,
          {
            timeout: 20_000,
          },
        )
        .toBe('done');
      const [{ labels }] = await many.query(
        `select i.about::json->'labels'->>'zone' as labels from run r join instances i on i.id = r.instance where r.workflow_run = $1`,
        [run],
      );
      expect(labels).toBe('dmz');
      const queues = (await ask(servers, '/api/v1/workers/queues')) as { items: unknown[]; up: boolean };
      expect(queues).toMatchObject({ up: true, items: [{ needs: 'pooled;zone=moon', met: false }] });
      const { items } = (await ask(servers, '/api/v1/workers')) as {
        items: { role: string; labels: Record<string, string>; version: string }[];
      };
      expect(items.filter(({ role }) => role === 'worker')).toHaveLength(4);
      expect(items.filter(({ labels: { zone } }) => zone === 'dmz')).toHaveLength(1);
      const { steps } = (await ask(servers, `/api/v1/workflows/runs/${lost}`)) as { steps: unknown[] };
      expect(steps).toMatchObject([{ waitsFor: 'worker', needs: 'pooled;zone=moon' }]);
      await ask(servers, `/api/v1/workflows/runs/${lost}/cancel`, {});
      await whenAllEnded(many, 10);
    }, 60_000);

    test('a worker that is asked to stop ends what it is at and takes nothing new', async () => {
      const runs = await startAll(1, 200);
      const code = await (workers.pop() as Part).stop();
      expect(code).toBe(0);
      await whenAllEnded(many, 60);
      await checkAll(runs);
      const interrupted = await many.query(`select id from run where status = 'interrupted'`);
      expect(interrupted).toEqual([]);
    }, 90_000);

    const SEEDS = LONG
      ? Array.from({ length: 12 }, (_, index) => index + 1)
      : [Number(process.env.SEED ?? 1)];

    test.each(SEEDS)(
      'worker and server killed, Redis emptied and restarted, database restarted (SEED=%i): nothing is lost, doubled or stuck',
      async (seed) => {
        const random = randomOf(seed);
        const blows = [
          async () => workers.shift()?.kill(),
          async () => servers.pop()?.kill(),
          async () => many.redis?.command('FLUSHALL').catch(() => undefined),
          () => many.postgres.restart(),
          async () => {
            await many.redis?.kill();
            await sleep(random() * 500);
            await many.redis?.start();
          },
        ];
        if (servers.length < 2) servers.push(await many.server());
        if (workers.length < 2) workers.push(await many.worker());
        const starting = startAll(ROUNDS, 1_000 * seed);
        while (blows.length > 0) {
          await sleep(200 + random() * 600);
          await blows.splice(Math.floor(random() * blows.length), 1)[0]?.();
        }
        const runs = await starting;
        await whenAllEnded(many, 90);
        await checkAll(runs);
        const added = await many.query(
          `select count(*)::int as count from audit_entry where operation = 'scope.add' and outcome = 'done'`,
        );
        // A start whose answer was lost may have been repeated; then two runs add the same network, once each.
        const steps = await many.query(
          `select count(*)::int as count from workflow_step where name = 'add' and status = 'done'`,
        );
        expect(added).toEqual(steps);
      },
      180_000,
    );
  },
);

/** The same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
