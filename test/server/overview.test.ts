import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idFloor, newId } from '../../src/lib/ids.ts';
import { addFindings } from '../servers/lifecycle.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const DAY = 86_400_000;
/** The usual one. */
const PROJECT = 'prj_default';
const bin = postgresPrograms();

describe('the first page on sqlite', () => {
  contract(() => startTestServer());
});

describe.skipIf(!bin)(
  bin ? 'the first page on postgres' : 'the first page on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('overview') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  const today = Math.floor(Date.now() / DAY) * DAY;
  const api = (path: string, options: CallOptions = {}) => sx.call(`/api/v1${path}`, options);

  beforeAll(async () => {
    sx = await start();
    const { store } = sx.app.services;
    await addFindings(store, 4, () => ({
      project: PROJECT,
      severity: 'high',
      severity_rank: 1,
      status: 'open',
      first_seen: today - 3 * DAY + 5,
    }));
    await addFindings(store, 3, () => ({
      project: PROJECT,
      severity: 'low',
      severity_rank: 3,
      status: 'fixed',
      first_seen: today - 5 * DAY,
      closed: today - DAY + 7,
    }));
    // Opened before the span: it counts as open all the time.
    await addFindings(store, 2, () => ({
      project: PROJECT,
      severity: 'critical',
      severity_rank: 0,
      status: 'confirmed',
      first_seen: today - 50 * DAY,
    }));
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  test('what was opened, closed and open on each day, whole days in UTC', async () => {
    const { status, body } = await api('/overview/findings?days=7');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.days).toHaveLength(7);
    expect([body.from, body.to]).toEqual([today - 6 * DAY, today + DAY]);
    const at = (ago: number) => body.days.find(({ day }: { day: number }) => day === today - ago * DAY);
    expect(at(3).opened).toMatchObject({ high: 4, critical: 0, low: 0 });
    expect(at(5).opened.low).toBe(3);
    expect(at(1).closed.low).toBe(3);
    const open = (ago: number) => [at(ago).open.critical, at(ago).open.high, at(ago).open.low];
    expect(open(6)).toEqual([2, 0, 0]);
    expect(open(5)).toEqual([2, 0, 3]);
    expect(open(3)).toEqual([2, 4, 3]);
    expect(open(1)).toEqual([2, 4, 0]);
    expect(open(0)).toEqual([2, 4, 0]);
    const facets = await api('/findings/facets?q=is:open');
    expect(facets.body.total, 'as the list counts').toBe(6);
  });

  test('how old open findings are, and how long a fix took, with the time before; each number is one of a list', async () => {
    const { status, body } = await api('/overview/ages?days=7');
    expect(status, JSON.stringify(body)).toBe(200);
    const total = async (q: string) =>
      (await api(`/findings/facets?q=${encodeURIComponent(q)}`)).body.total as number;
    // Four of three days, two of fifty: the middle lies among the four.
    expect(body.open.now.of).toBe(await total('is:open'));
    expect(body.open.now.of).toBe(6);
    const age = Date.now() - (today - 3 * DAY);
    expect(Math.abs(body.open.now.median - age)).toBeLessThan(3_600_000 * 1.5);
    // Six days ago the two old ones were open; what came since was not there yet.
    expect(body.open.before.of).toBe(2);
    expect(body.open.before.median).toBe(44 * DAY);
    expect(body.fixed.now).toEqual({ of: 3, median: 4 * DAY });
    expect(body.fixed.before).toEqual({ of: 0, median: null });
    const since = new Date(body.from).toISOString().slice(0, 10);
    expect(body.fixed.now.of).toBe(await total(`status:fixed closed:>=${since}`));
    expect(body.points).toHaveLength(7);
    expect(body.points.at(-1).open).toEqual(body.open.now);
    expect(body.points.reduce((sum: number, { fixed }: { fixed: { of: number } }) => sum + fixed.of, 0)).toBe(
      3,
    );
    const none = (await api('/overview/ages?asset=ast_none_such')).body;
    expect(none.open.now).toEqual({ of: 0, median: null });
  });

  test('one asset alone: all numbers are about it', async () => {
    const { store } = sx.app.services;
    const { asset } = await store.db.selectFrom('finding').select('asset').executeTakeFirstOrThrow();
    await store.write({ lane: 'bulk' }, ({ tx }) =>
      tx
        .insertInto('asset')
        .values({ id: asset, project: PROJECT, kind: 'folder', key: 'a', name: 'a', created: today })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    const open = (await api(`/findings/facets?q=${encodeURIComponent(`is:open asset:${asset}`)}`)).body.total;
    const { days } = (await api(`/overview/findings?days=3&asset=${asset}`)).body;
    const last = Object.values(days.at(-1).open as Record<string, number>);
    expect(last.reduce((sum, count) => sum + count, 0)).toBe(open);
    expect((await api(`/overview/runs?asset=${asset}`)).body.items).toEqual([]);
    expect((await api(`/runs?asset=${asset}`)).body.items).toEqual([]);
  });

  test('what somebody sets for themselves is theirs, and what is not named stays', async () => {
    const user = await api('/users', { body: { login: 'setter', kind: 'service' } });
    const { body } = await api('/tokens', { body: { name: 'setter', owner: user.body.id } });
    const own = (options: CallOptions = {}) => api('/account/settings', { token: body.value, ...options });
    expect((await own()).body).toEqual({ overview: null, pinnedTasks: [] });
    const overview = { preset: 'auditor', cards: ['runs', 'open'] };
    expect((await own({ method: 'PATCH', body: { overview } })).body).toEqual({ overview, pinnedTasks: [] });
    await own({ method: 'PATCH', body: { pinnedTasks: ['cvss'] } });
    expect((await own()).body).toEqual({ overview, pinnedTasks: ['cvss'] });
    expect((await api('/account/settings')).body.pinnedTasks).toEqual([]);
    const wrong = await own({ method: 'PATCH', body: { pinnedTasks: ['cvss', 'cvss'] } });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'invalid-parameter']);
    expect((await api(`/users/${user.body.id}`, { method: 'DELETE' })).status).toBe(204);
    const kept = await sx.app.services.store.db.selectFrom('user_setting').selectAll().execute();
    expect(kept).toEqual([]);
  });

  test('runs by task and state count those that the list shows for the same time', async () => {
    const { store } = sx.app.services;
    const started = await api('/tasks/cvss/run', {
      body: { params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
    });
    const id = started.body.run.id;
    await expect.poll(async () => (await api(`/runs/${id}`)).body.ended, { timeout: 20_000 }).not.toBeNull();
    await store.write({ lane: 'bulk' }, async ({ tx }) => {
      const model = await tx.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      for (const [days, status] of [
        [0.5, 'failed'],
        [2, 'failed'],
        [20, 'done'],
      ] as const) {
        const created = Math.round(Date.now() - days * DAY);
        const copy = `${idFloor('run', created)}${newId('run').slice(18)}`;
        await tx
          .insertInto('run')
          .values({ ...model, id: copy, status, created })
          .execute();
      }
    });
    const { body } = await api('/overview/runs?days=7');
    const count = (state: string) =>
      body.items
        .filter(({ status }: { status: string }) => status === state)
        .reduce((sum: number, item: { count: number }) => sum + item.count, 0);
    expect([count('done'), count('failed')]).toEqual([1, 2]);
    const listed = await api(`/runs?since=${body.from}&status=failed&limit=100`);
    expect(listed.body.items).toHaveLength(2);
    expect((await api(`/runs?since=${body.from}&task=cvss,secrets-scan`)).body.items).toHaveLength(3);
    const attention = (await api('/overview/attention')).body;
    expect(attention.runs.count, 'of the last 24 hours').toBe(1);
    expect(attention.approvals).toEqual({ count: 0, items: [] });
    expect(attention.schedules).toEqual({ count: 0, items: [] });
  });

  test('who may not see something is told that it is unknown, and not that there is nothing', async () => {
    const user = await api('/users', { body: { login: 'watcher', kind: 'service' } });
    const role = await api('/roles', {
      body: { name: 'only-tasks', title: 'Tasks', permissions: ['task:read'] },
    });
    expect(role.status, JSON.stringify(role.body)).toBe(201);
    await api(`/users/${user.body.id}/grants`, { body: { role: 'only-tasks' } });
    const { body } = await api('/tokens', { body: { name: 'watcher', owner: user.body.id } });
    const as = (path: string) => api(path, { token: body.value });
    expect((await as('/overview/attention')).body).toEqual({
      approvals: null,
      acceptances: null,
      schedules: null,
      runs: null,
    });
    expect((await as('/overview/findings')).status).toBe(403);
    expect((await as('/overview/runs')).status).toBe(403);
    expect((await as('/system')).status).toBe(403);
  });

  test('the state of the server, and its examination', async () => {
    const { status, body } = await api('/system');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.database.kind).toBe(sx.app.services.store.dialect);
    expect(body.database.bytes).toBeGreaterThan(10_000);
    expect(body.disk.freeBytes).toBeGreaterThan(0);
    expect(body.processes.servers).toBe(1);
    const checks = (await api('/system/checks')).body;
    expect(checks.checks.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['data folder', 'disk space', 'database', 'isolation']),
    );
    expect(checks.ok, JSON.stringify(checks.checks)).toBe(true);
  });
}
