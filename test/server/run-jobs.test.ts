import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunJob } from '../../src/engine/run-jobs/job-rows.ts';
import { newId } from '../../src/lib/ids.ts';
import { NO_COUNTS } from '../../src/store/runs.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();
const CVSS = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };

describe('jobs over many runs on sqlite', () => {
  contract(() => startTestServer());
});

describe.skipIf(!bin)(
  bin
    ? 'jobs over many runs on postgres'
    : 'jobs over many runs on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('run_jobs') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  beforeAll(async () => {
    sx = await start();
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  const call = (path: string, options?: CallOptions) => sx.call(`/api/v1${path}`, options);

  /** A run as it would be left by somebody else: of another process, so that nothing happens to it by itself. */
  async function put(change: { status: string; task?: string; code?: string | null; params?: object }) {
    const id = newId('run');
    await sx.app.services.store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('run')
        .values({
          ...{
            id,
            project: 'prj_default',
            task: change.task ?? 'cvss',
            task_version: 1,
            status: change.status,
          },
          ...{ params: JSON.stringify(change.params ?? CVSS), target: null, asset: null, principal: 'usr_x' },
          ...{ instance: sx.app.services.engine.instance, fence: 1, created: Date.now(), started: null },
          ...{
            ended: null,
            progress: null,
            counts: JSON.stringify(NO_COUNTS),
            output: null,
            rerun_of: null,
            cause_run: null,
          },
          error_code: change.code ?? null,
          error_message: change.code ? `it was ${change.code}` : null,
        })
        .execute(),
    );
    return id;
  }

  async function ended(id: string) {
    const ask = async () => (await call(`/run-jobs/${id}`)).body;
    await expect.poll(async () => (await ask()).ended, { timeout: 15_000 }).not.toBeNull();
    return ask();
  }

  test('all that fit are run again, once each, and what cannot be says why', async () => {
    const good = await Promise.all([1, 2, 3].map(() => put({ status: 'failed', code: 'timeout' })));
    const bad = await put({ status: 'failed', code: 'timeout', params: {} });
    const gone = await put({ status: 'failed', code: 'timeout', task: 'no-such-task' });
    const busy = await put({ status: 'queued', code: 'timeout' });
    await put({ status: 'failed', code: 'other' });
    const q = 'error:timeout created:>1h';
    const dry = await call('/runs/rerun', { body: { q, dryRun: true } });
    expect(dry.body).toMatchObject({ job: null, preview: { total: 6, changes: 5 } });
    expect(dry.body.preview.skipped).toMatchObject([{ reason: 'run-active', count: 1 }]);

    const made = await call('/runs/rerun', { body: { q } });
    expect(made.status).toBe(202);
    const job = await ended(made.body.job.id);
    expect(job).toMatchObject({ status: 'done', total: 6, done: 6, changed: 3, query: q });
    expect(
      Object.fromEntries(job.skipped.map((s: { reason: string; count: number }) => [s.reason, s.count])),
    ).toEqual({
      'run-active': 1,
      'invalid-parameter': 1,
      'unknown-task': 1,
    });
    const { items } = (await call(`/run-jobs/${job.id}/items`)).body;
    const changed = items.filter((item: { state: string }) => item.state === 'changed');
    expect(changed.map((item: { run: string }) => item.run)).toEqual([...good].sort());
    expect(new Set(items.map((item: { run: string }) => item.run))).toEqual(
      new Set([...good, bad, gone, busy]),
    );
    for (const { run, made } of changed) expect((await call(`/runs/${made}`)).body.rerunOf).toBe(run);
    const audit = (await call('/audit?operation=runs.rerunMany')).body.items[0];
    expect(audit.subject).toBe(job.id);
    expect(JSON.stringify(audit)).toContain('error:timeout');
    const events = await sx.app.services.store.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'run-job.ended')
      .where('subject', '=', job.id)
      .execute();
    expect(events.map(({ data }) => JSON.parse(data))).toEqual([
      { action: 'rerun', status: 'done', changed: 3, skipped: 3 },
    ]);
  });

  test('some are cancelled by id, and one that has ended stays', async () => {
    const [one, two, over] = [
      await put({ status: 'queued' }),
      await put({ status: 'queued' }),
      await put({ status: 'done' }),
    ];
    const made = await call('/runs/cancel', { body: { ids: [one, two, over, one] } });
    const job = await ended(made.body.job.id);
    expect(job).toMatchObject({ status: 'done', total: 3, changed: 2 });
    expect(job.skipped).toMatchObject([
      { reason: 'run-not-active', count: 1, words: 'The run has ended already' },
    ]);
    for (const id of [one, two]) expect((await call(`/runs/${id}`)).body.status).toBe('cancelled');
    expect((await call(`/runs/${over}`)).body.status).toBe('done');
  });

  test('what is asked for wrongly is refused at once', async () => {
    const code = async (body: object) => (await call('/runs/cancel', { body })).body.code;
    expect(await code({})).toBe('invalid-parameter');
    expect(await code({ q: '  ' })).toBe('invalid-parameter');
    expect(await code({ q: 'status:failed', ids: ['run_1'] })).toBe('invalid-parameter');
    expect(await code({ q: 'status:fail' })).toBe('invalid-query');
    expect(await code({ q: 'created:>yesterday' })).toBe('invalid-query');
    expect(await code({ ids: ['run_1'] })).toBe('not-found');
    expect((await call('/run-jobs/rjb_1/stop', { method: 'POST' })).body.code).toBe('not-found');
  });

  test('who may only read neither starts nor stops, and another project sees none of it', async () => {
    const user = await call('/users', {
      body: { login: 'vera', kind: 'service', role: 'auditor', project: 'default' },
    });
    const token = (await call('/tokens', { body: { name: 'vera', owner: user.body.id } })).body.value;
    const run = await put({ status: 'failed' });
    for (const path of ['/runs/rerun', '/runs/cancel'])
      expect((await call(path, { body: { ids: [run] }, token })).status).toBe(403);
    const [job] = (await call('/run-jobs')).body.items;
    expect((await call(`/run-jobs/${job.id}/stop`, { method: 'POST', token })).status).toBe(403);
    const project = (await call('/projects', { body: { slug: 'other' } })).body.id;
    expect((await call(`/run-jobs/${job.id}`, { project })).status).toBe(404);
    expect((await call('/runs/rerun', { body: { ids: [run] }, project })).body.code).toBe('not-found');
  });

  test('it is stopped between two runs: what was done stays, the rest is left', async () => {
    const runs = await Promise.all(
      Array.from({ length: 150 }, () => put({ status: 'queued', task: 'stop-me' })),
    );
    const made = await call('/runs/cancel', { body: { q: 'task:stop-me' } });
    const { id } = made.body.job;
    const stopped = await call(`/run-jobs/${id}/stop`, { method: 'POST' });
    expect([202, 409]).toContain(stopped.status);
    const job = await ended(id);
    expect(job.status).toBe(stopped.status === 202 ? 'stopped' : 'done');
    const { items } = (await call(`/run-jobs/${id}/items?limit=1000&state=changed`)).body;
    expect(items).toHaveLength(job.changed);
    const cancelled = (await call('/runs?q=task:stop-me%20status:cancelled&limit=1000')).body.items;
    expect(cancelled).toHaveLength(job.changed);
    expect(runs).toHaveLength(150);
  });

  test('a job that a dead process left is gone on with, and one of somebody without the permission does nothing', async () => {
    const { store, runJobs } = sx.app.services;
    const [left, refused] = [await put({ status: 'queued' }), await put({ status: 'queued' })];
    const job = (actor: string, run: string) =>
      store.write({ lane: 'interactive' }, async (write) => {
        const id = await createRunJob(write, store.dialect, {
          ...{ project: 'prj_default', action: 'cancel', actor, token: null, query: null, runs: [run] },
        });
        await write.flush();
        await write.tx
          .updateTable('run_job')
          .set({ worker: 'ins_dead', lease: Date.now() + 600_000 })
          .where('id', '=', id)
          .execute();
        return id;
      });
    const [user] = (await call('/users')).body.items.filter((one: { login: string }) => one.login === 'vera');
    const ids = [await job('local:me', left), await job(user.id, refused)];
    for (const id of ids) runJobs.work(id);
    expect(await ended(ids[0] ?? '')).toMatchObject({ status: 'done', changed: 1 });
    const failed = await ended(ids[1] ?? '');
    expect(failed).toMatchObject({ status: 'failed', changed: 0 });
    expect(failed.error).toContain('run:cancel');
    expect((await call(`/runs/${refused}`)).body.status).toBe('queued');
  });

  test('the list takes a query, and failures are grouped by task and error', async () => {
    const list = async (q: string) => (await call(`/runs?limit=1000&q=${encodeURIComponent(q)}`)).body;
    const every = (await list('created:>1h')).items;
    const one = (await list('-error:timeout')).items;
    expect(one.length).toBe(every.length - (await list('error:timeout')).items.length);
    expect((await list('STOP-me')).items).toHaveLength(150);
    expect((await list('status:active,failed')).items.length).toBe(
      every.filter((run: { status: string }) =>
        ['queued', 'running', 'cancelling', 'failed'].includes(run.status),
      ).length,
    );
    expect((await list('100%_')).items).toEqual([]);
    const { items } = (await call('/run-failures')).body;
    expect(items[0]).toMatchObject({
      task: 'cvss',
      code: 'timeout',
      count: 4,
      last: { message: 'it was timeout' },
    });
    for (const { task, code, count } of items)
      expect(
        (await list(`status:failed,interrupted task:${task} error:${code ?? 'none'}`)).items,
      ).toHaveLength(count);
    expect((await call(`/run-failures?since=${Date.now() + 10_000}`)).body.items).toEqual([]);
  });
}
