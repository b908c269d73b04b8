import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const bin = postgresPrograms();
const PATH = '/api/v1/findings/priority-list';

describe('the list of what comes first, on sqlite', () => {
  contract(() => startTestServer());
});

describe.skipIf(!bin)(
  bin
    ? 'the list of what comes first, on postgres'
    : 'the list of what comes first, on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('priority_list') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  beforeAll(async () => {
    sx = await start();
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  test('is set for one project by who may, told with who and when, and goes back to the usual one', async () => {
    const usual = (await sx.call(PATH)).body;
    expect(usual).toEqual({
      query: 'severity:critical,high status:open,confirmed',
      sort: 'priority',
      usual: true,
      setBy: null,
      set: null,
    });
    const project = (await sx.call('/api/v1/projects', { body: { slug: 'other' } })).body.id;
    const set = await sx.call(PATH, {
      method: 'PUT',
      body: { query: ' is:kev is:open ', sort: 'due' },
      project,
    });
    expect(set.status, JSON.stringify(set.body)).toBe(200);
    expect(set.body).toMatchObject({ query: 'is:kev is:open', sort: 'due', usual: false });
    expect(Date.now() - set.body.set).toBeLessThan(60_000);
    expect((await sx.call(PATH, { project })).body).toEqual(set.body);
    expect((await sx.call(PATH)).body).toEqual(usual);
    expect((await sx.call(PATH, { method: 'DELETE', project })).body).toEqual(usual);
    const entries = (await sx.call('/api/v1/audit')).body.items;
    const changed = entries.find(
      (one: { operation: string }) => one.operation === 'findings.setPriorityList',
    );
    expect(JSON.stringify(changed)).toContain('is:kev is:open');
    expect(entries.some((one: { operation: string }) => one.operation === 'findings.resetPriorityList')).toBe(
      true,
    );
  });

  test('is refused when it cannot be read, says nothing, was changed by others, or for who may not', async () => {
    const put = (body: object, more: object = {}) => sx.call(PATH, { method: 'PUT', body, ...more });
    expect((await put({ query: '  ' })).body.code).toBe('invalid-parameter');
    expect((await put({ query: 'sverity:high' })).body.code).toBe('invalid-query');
    expect((await put({ query: 'severity:high', sort: 'luck' })).body.code).toBe('invalid-parameter');
    const stale = await put({ query: 'severity:high' }, { headers: { 'if-match': '"of-yesterday"' } });
    expect(stale.status).toBe(409);
    const user = await sx.call('/api/v1/users', { body: { login: 'ann', kind: 'service', role: 'analyst' } });
    const token = (await sx.call('/api/v1/tokens', { body: { name: 'ann', owner: user.body.id } })).body
      .value;
    expect((await put({ query: 'severity:high' }, { token })).status).toBe(403);
    expect((await sx.call(PATH, { method: 'DELETE', token })).status).toBe(403);
    expect((await sx.call(PATH, { token })).body.usual).toBe(true);
  });
}
