import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importReport, sarif } from '../imports/helper.ts';
import { addFindings } from '../servers/lifecycle.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type Answer, type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();

describe.each(['sqlite', 'postgres'] as const)('which finding is which, over the API on %s', (dialect) => {
  if (dialect === 'postgres' && bin === undefined)
    return test.skip('skipped: PostgreSQL is not installed', () => undefined);
  let postgres: PostgresServer | undefined;
  let sx: TestServer;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    if (dialect === 'postgres') postgres = await startPostgres(bin ?? '');
    sx = await startTestServer(postgres ? { databaseUrl: await postgres.database('identity') } : {});
    await sx.call('/api/v1/projects', { body: { slug: 'elsewhere' } });
    for (const [login, grant] of [
      ['anna', { role: 'analyst', project: 'default' }],
      ['max', { role: 'manager', project: 'default' }],
      ['ada', { role: 'auditor', project: 'default' }],
      ['zoe', { role: 'manager', project: 'elsewhere' }],
    ] as const) {
      const user = await sx.call('/api/v1/users', { body: { login, kind: 'service', ...grant } });
      const made = await sx.call('/api/v1/tokens', { body: { name: login, owner: user.body.id } });
      tokens[login] = made.body.value;
    }
  }, 60_000);
  afterAll(async () => {
    await sx?.[Symbol.asyncDispose]();
    await postgres?.stop();
  });

  const as = (login: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    sx.call(`/api/v1${path}`, {
      ...options,
      token: tokens[login] ?? '',
      project: login === 'zoe' ? 'elsewhere' : 'default',
    });
  const add = (count: number, change: object = {}) =>
    addFindings(sx.app.services.store, count, () => ({ project: 'prj_default', ...change }));

  test('merge and unmerge: who may, what is refused, what is remembered', async () => {
    const [one = '', two = '', three = ''] = await add(3);
    const merge = (login: string, id: string, into: string) =>
      as(login, `/findings/${id}/merge`, { body: { into, comment: 'the same' } });
    const unmerge = (login: string, id: string) => as(login, `/findings/${id}/unmerge`, { body: {} });
    expect((await merge('ada', two, one)).status).toBe(403);
    // A project that is not theirs: there is no such finding, and not even a hint of it.
    expect((await merge('zoe', two, one)).status).toBe(404);
    expect((await unmerge('zoe', two)).status).toBe(404);
    const [foreign = ''] = await addFindings(sx.app.services.store, 1, () => ({ project: 'prj_x' }));
    expect((await merge('anna', two, foreign)).status).toBe(404);
    expect((await merge('anna', 'fnd_none', one)).status).toBe(404);
    expect((await merge('anna', one, one)).status).toBe(409);
    expect((await unmerge('anna', two)).status).toBe(409);

    const merged = await merge('anna', two, one);
    expect(merged.status, JSON.stringify(merged.body)).toBe(200);
    expect(merged.body).toEqual({ id: two, mergedInto: one, status: 'duplicate' });
    const again = await as('anna', `/findings/${two}/merge`, { body: { into: one } });
    expect(again.status, 'it is so already').toBe(409);
    expect((await merge('anna', one, two)).status, 'a ring').toBe(409);
    expect((await unmerge('ada', two)).status).toBe(403);
    const shown = await as('ada', `/findings/${two}/identity`);
    expect(shown.body.mergedInto).toMatchObject({ id: one });
    expect((await as('zoe', `/findings/${two}/identity`)).status).toBe(404);

    const apart = await unmerge('anna', two);
    expect(apart.body).toEqual({ id: two, mergedInto: null, status: 'open' });
    const history = (await as('ada', `/findings/${two}/history`)).body.items;
    expect(history.map((entry: { data: { to?: string } }) => entry.data.to)).toEqual(
      expect.arrayContaining(['duplicate', 'open']),
    );
    const trail = await sx.call('/api/v1/audit?operation=findings.merge&limit=50');
    expect(trail.body.items.filter((entry: { outcome: string }) => entry.outcome === 'done')).toHaveLength(1);
    expect(three).not.toBe('');
  });

  test('a closing waits: who may decide, once, and only in its project', { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ rule: `c${at}`, path: `src/c${at}.ts` }));
    const waiting = async (asset: string) => {
      const query = { asset };
      await importReport(sx, sarif(many, { tool: 'Closer' }), { query });
      const few = await importReport(sx, sarif(many.slice(0, 2), { tool: 'Closer' }), { query });
      expect(few).toMatchObject({ receipt: { closed: 0 }, closings: [{ closing: 23, status: 'waiting' }] });
      return few.closings[0]?.id ?? '';
    };
    const decide = (login: string, id: string, what: 'approve' | 'reject') =>
      as(login, `/findings/closings/${id}/${what}`, { method: 'POST', body: {} });
    const open = async (asset: string) =>
      (await as('ada', `/findings?limit=100&q=${encodeURIComponent(`asset:${asset} is:open`)}`)).body.items
        .length;

    const first = await waiting('closing-one');
    expect((await as('ada', '/findings/closings')).body.items).toMatchObject([{ id: first, tool: 'closer' }]);
    expect((await as('zoe', '/findings/closings')).body.items).toEqual([]);
    for (const what of ['approve', 'reject'] as const) {
      expect((await decide('anna', first, what)).status, 'an analyst').toBe(403);
      expect((await decide('zoe', first, what)).status, 'of another project').toBe(404);
      expect((await decide('max', 'clr_none', what)).status).toBe(404);
    }
    expect(await open('closing-one')).toBe(25);
    const approved = await decide('max', first, 'approve');
    expect(approved.body, JSON.stringify(approved.body)).toMatchObject({ closed: 23, status: 'approved' });
    expect(await open('closing-one')).toBe(2);
    for (const what of ['approve', 'reject'] as const)
      expect((await decide('max', first, what)).status, 'decided already').toBe(409);

    const second = await waiting('closing-two');
    const { run } = (await as('ada', '/findings/closings')).body.items[0];
    expect((await decide('max', run, 'reject')).body, 'by its run').toMatchObject({
      id: second,
      status: 'rejected',
    });
    expect((await decide('max', second, 'approve')).status).toBe(409);
    expect(await open('closing-two')).toBe(25);
    expect((await as('ada', '/findings/closings?status=decided')).body.items).toHaveLength(2);
  });

  test('what a policy decided is one change, and is taken back as one', { timeout: 60_000 }, async () => {
    const source = `version: 1
triage:
  - name: code of tests
    match: rule:by-policy
    set: { status: false-positive, reason: test-code, labels: [tests] }
`;
    const ids = await add(3, { rule: 'by-policy' });
    const saved = await as('max', '/policy', { method: 'PUT', body: { source } });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    expect((await as('anna', '/policy/apply', { method: 'POST' })).status).toBe(403);
    expect((await as('max', '/policy/apply', { method: 'POST' })).status).toBe(202);
    const statuses = async () =>
      (await as('ada', '/findings?q=rule:by-policy')).body.items.map((one: { status: string }) => one.status);
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(Array(3).fill('false-positive'));
    const [change] = (await as('ada', '/changes?kind=policy')).body.items;
    expect(change).toMatchObject({ status: 'done', changed: 3, actor: 'policy' });

    // A person has decided about one of them since.
    await as('anna', '/findings/triage', { body: { ids: [ids[0]], change: { status: 'confirmed' } } });
    expect((await as('ada', `/changes/${change.id}/undo`, { body: {} })).status).toBe(403);
    expect((await as('zoe', `/changes/${change.id}/undo`, { body: {} })).status).toBe(404);
    expect((await as('anna', `/changes/${change.id}/undo`, { method: 'POST' })).status).toBe(202);
    const read = async () => (await as('ada', `/changes/${change.id}`)).body;
    await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toBe('undone');
    expect((await read()).undo).toMatchObject({
      undone: 2,
      removed: 0,
      kept: [{ reason: 'changed-since', count: 1 }],
    });
    expect((await statuses()).sort()).toEqual(['confirmed', 'open', 'open']);
    expect((await as('anna', `/changes/${change.id}/undo`, { method: 'POST' })).status).toBe(409);

    // What was taken back is in the hands of people: the policy does not decide it again.
    await as('max', '/policy/apply', { method: 'POST' });
    await sx.app.services.findings.catchUp();
    expect((await statuses()).sort()).toEqual(['confirmed', 'open', 'open']);
  });
});
