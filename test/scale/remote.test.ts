import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Cuttable, cuttable } from '../servers/cuttable.ts';
import { type Many, missingForMany, type Part, startMany } from '../servers/many.ts';
import { DOCUMENTS, STORED } from './documents.ts';
import { ask, startRun, whenAllEnded } from './drive.ts';
import { findingsOf, lostOrDoubled } from './outcomes.ts';

const missing = missingForMany();

describe.skipIf(missing !== '')(
  `a worker of another network${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let many: Many;
    let server: Part;
    let worker: Part;
    let line: Cuttable;
    let store: Store;
    let token = '';
    beforeAll(async () => {
      many = await startMany();
      line = await cuttable(() => Number(new URL(server.base).port));
      server = await many.server({
        // It does no step of a task itself.
        env: { SENTINELX_WORKER_PLACES: '0', SENTINELX_PUBLIC_URL: `http://127.0.0.1:${line.port}` },
      });
      for (const source of STORED) await ask([server], '/api/v1/workflows', { source });
      await ask([server], '/api/v1/roles', { name: 'remote-worker', permissions: ['worker:join'] });
      token = await tokenOf('remote-worker');
      worker = await join(token);
      store = await openStore({ dataDir: '', databaseUrl: many.databaseUrl });
    }, 90_000);
    afterAll(async () => {
      await store?.close();
      await line?.[Symbol.asyncDispose]();
      await many?.[Symbol.asyncDispose]();
    });

    const tokenOf = async (role: string) =>
      ((await ask([server], '/api/v1/tokens', { name: role, role })) as { value: string }).value;
    const join = (value: string) =>
      many.alone(
        [
          ...['worker', 'start', '--server', `http://127.0.0.1:${line.port}`, '--token', value],
          ...['--places', '2', '--labels', 'zone=dmz'],
        ],
        /takes steps/,
      );
    const interrupted = async () =>
      (await many.query(`select count(*)::int as count from run where status = 'interrupted'`))[0].count;

    async function upload(name: string, text: string): Promise<string> {
      const form = new FormData();
      form.append('file', new Blob([text], { type: 'text/plain' }), name);
      const response = await fetch(`${server.base}/api/v1/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}` },
        body: form,
      });
      const body = (await response.json()) as { id: string };
      expect(response.status, JSON.stringify(body)).toBe(201);
      return body.id;
    }

    test('it does what the servers would do, and knows neither database nor queue', async () => {
      for (const [index, { source, inputs }] of DOCUMENTS.entries())
        await startRun([server], source, inputs(index));
      await whenAllEnded(many, 60);
      const statuses = await many.query('select name, status from workflow_run where parent_run is null');
      for (const { name, status } of statuses)
        expect(status, name).toBe(name === 'fails' ? 'failed' : name === 'fan' ? 'partial' : 'done');
      expect((await findingsOf(store.db)).length).toBeGreaterThan(30);
      expect(await lostOrDoubled(store.db)).toEqual([]);
      const { items } = (await ask([server], '/api/v1/workers')) as {
        items: { role: string; labels: unknown }[];
      };
      expect(items.find(({ role }) => role === 'remote')?.labels).toMatchObject({ zone: 'dmz' });
    }, 90_000);

    test('an upload is fetched from the server; a path of the servers is refused', async () => {
      const file = await upload('deploy.env', 'AWS_ACCESS_KEY_ID=AKIAQ3EGZ7XW5TLB2NPD\n');
      const scan = (path: string) =>
        `name: scan\nsteps:\n  - name: a\n    task: secrets-scan\n    params: { path: '${path}' }\n`;
      const good = await startRun([server], scan(`upload:${file}`), {});
      await ask([server], '/api/v1/scope', { kind: 'path', value: '/usr/share/doc' });
      const bad = await startRun([server], scan('/usr/share/doc'), {});
      await whenAllEnded(many, 30);
      const [scanned] = await many.query('select status, counts from run where workflow_run = $1', [good]);
      expect(scanned.status).toBe('done');
      expect(JSON.parse(scanned.counts).new).toBe(1);
      const [refused] = await many.query('select status, error_code from run where workflow_run = $1', [bad]);
      expect(refused).toEqual({ status: 'failed', error_code: 'unreadable-target' });
    }, 60_000);

    test('a short loss of the line costs nothing; after a long one the steps are given back and late results are refused', async () => {
      const before = await interrupted();
      const fan = DOCUMENTS[0] ?? { source: '', inputs: () => ({}) };
      for (let index = 0; index < 6; index += 1) await startRun([server], fan.source, fan.inputs(index));
      await sleep(500);
      line.cut();
      await sleep(1_500);
      line.heal();
      await whenAllEnded(many, 60);
      expect(await interrupted()).toBe(before);
      for (let index = 0; index < 8; index += 1) await startRun([server], fan.source, fan.inputs(index));
      const atWork = async () =>
        (await many.query(`select count(*)::int as count from run where status = 'running'`))[0].count;
      await expect.poll(atWork, { interval: 5, timeout: 20_000 }).toBeGreaterThan(0);
      line.cut();
      await expect.poll(interrupted, { timeout: 40_000 }).toBeGreaterThan(before);
      line.heal();
      await whenAllEnded(many, 60);
      expect(await lostOrDoubled(store.db)).toEqual([]);
    }, 150_000);

    test('without the permission, or with a revoked token, nobody joins; it drains when asked', async () => {
      const developer = await tokenOf('developer');
      const refused = await join(developer).catch((error: unknown) => String(error));
      expect(refused).toContain('worker:join');
      expect(await worker.stop()).toBe(0);
      const again = await join(token);
      const { items } = (await ask([server], '/api/v1/tokens')) as { items: { id: string; name: string }[] };
      const { id } = items.find(({ name }) => name === 'remote-worker') ?? { id: '' };
      await fetch(`${server.base}/api/v1/tokens/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${server.token}` },
      });
      await expect.poll(() => again.child.exitCode, { timeout: 20_000 }).toBe(64);
    }, 60_000);
  },
);
