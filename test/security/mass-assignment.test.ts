import { afterAll, beforeAll, expect, test } from 'vitest';
import { describedOperations, type OpenApi } from '../fuzz/described.ts';
import { type Plan, plansFor } from '../fuzz/plan.ts';
import { resolvePlan } from '../fuzz/send.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

/**
 * Fields that no operation takes are sent with otherwise right bodies to every operation that has one: they are refused.
 * Afterwards the whole database is read: none of their values may stand in it.
 */
let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer();
});
afterAll(() => sx[Symbol.asyncDispose]());

const MARK = 'assigned-by-a-stranger';
const EXTRA: Record<string, unknown> = Object.fromEntries(
  [
    'id',
    'owner',
    'actor',
    'hash',
    'created',
    'updated',
    'source',
    'principal',
    'revoked',
    'verified',
    'must_change',
    'mustChangePassword',
    'password_hash',
    'builtIn',
    'isAdmin',
    'admin',
    'caller',
    'tenant',
    'instance',
    'status',
    'user',
    'session',
    'local',
    '$set',
    'where',
  ].map((name) => [name, `${MARK}-${name}`]),
);

test('no operation stores a field that it does not declare', async () => {
  const document = (await sx.call('/api/v1/openapi.json')).body as OpenApi;
  const operations = describedOperations(document).filter(({ body }) => body !== undefined);
  const pools = new Map<string, unknown[]>([
    ['user', [await idOf('/api/v1/users', { login: 'somebody', kind: 'service' })]],
    ['project', ['default']],
    ['role', ['analyst']],
    ['task', ['cvss']],
    ['params', [{ vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' }]],
  ]);
  let refused = 0;
  for (const operation of operations) {
    const declared = new Set(Object.keys(operation.body?.properties ?? {}));
    const extra = Object.fromEntries(Object.entries(EXTRA).filter(([name]) => !declared.has(name)));
    for (const plan of plansFor(operation, 7, 12).filter(isWhole)) {
      const sent = resolvePlan({ ...plan, body: { ...(plan.body as object), ...extra } }, pools);
      const response = await fetch(`${sx.base}${sent.target}`, {
        method: sent.method,
        headers: { authorization: `Bearer ${sx.ownerToken}`, 'content-type': 'application/json' },
        body: sent.body as string,
      });
      expect(response.status, operation.id).toBeGreaterThanOrEqual(400);
      expect(response.status, operation.id).toBeLessThan(500);
      if (response.status === 422) refused += 1;
      await response.body?.cancel();
    }
  }
  // Else nothing was tried.
  expect(refused).toBeGreaterThan(10);
  expect(await tablesWith(MARK)).toEqual([]);
}, 60_000);

test('an account is what its maker may make, not what the body says', async () => {
  const body = {
    login: 'plain',
    disabled: true,
    mustChangePassword: true,
    hasPassword: true,
    id: 'usr_chosen',
    created: 1,
    grants: [{ role: 'admin', project: '*' }],
    permissions: ['user:write'],
  };
  expect((await sx.call('/api/v1/users', { body })).status).toBe(422);
  expect((await sx.call('/api/v1/users', { body: { login: 'plain', disabled: true } })).status).toBe(422);
  const made = await sx.call('/api/v1/users', { body: { login: 'plain' } });
  expect(made.status).toBe(201);
  const { body: user } = await sx.call(`/api/v1/users/${made.body.id}`);
  expect(user).toMatchObject({ disabled: false, hasPassword: false, grants: [] });
  expect([user.id, user.created]).not.toEqual(['usr_chosen', 1]);
  // What is edited names its fields strictly: a stranger among them refuses the whole.
  for (const extra of [
    { grants: [] },
    { kind: 'service' },
    { id: 'x' },
    { login: 'root' },
    { role: 'admin' },
  ]) {
    const edited = await sx.call(`/api/v1/users/${user.id}`, {
      method: 'PATCH',
      body: { name: 'New', ...extra },
    });
    expect(edited.status, JSON.stringify(extra)).toBe(422);
  }
  expect((await sx.call(`/api/v1/users/${user.id}`)).body).toEqual(user);
});

test('a token holds what was granted, not what its body adds', async () => {
  const owner = await idOf('/api/v1/users', { login: 'machine', kind: 'service', role: 'auditor' });
  const more = { value: 'sxt_chosen', hash: 'x', revoked: null, expires: 9e15, used: 1 };
  for (const [name, value] of Object.entries(more)) {
    const refused = await sx.call('/api/v1/tokens', { body: { name: 't', owner, [name]: value } });
    expect([refused.status, refused.body.fields[0]?.field]).toEqual([422, name]);
  }
  const made = await sx.call('/api/v1/tokens', { body: { name: 't', owner } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body.value).not.toBe('sxt_chosen');
  expect((await sx.call('/api/v1/runs', { token: 'sxt_chosen' })).status).toBe(401);
  const write = await sx.call('/api/v1/scope', {
    body: { kind: 'host', value: 'example.org' },
    token: made.body.value,
  });
  expect(write.status).toBe(403);
});

test('parameters and paths are not mixed with the body', async () => {
  const [one, two] = [
    await idOf('/api/v1/projects', { slug: 'one' }),
    await idOf('/api/v1/projects', { slug: 'two' }),
  ];
  const answer = await sx.call(`/api/v1/projects/${one}`, {
    method: 'PATCH',
    body: { name: 'Renamed', id: two },
  });
  expect(answer.status).toBe(422);
  expect((await sx.call('/api/v1/runs?limit=1&limit=1000')).status).toBe(422);
  expect((await sx.call(`/api/v1/scope?kind=host&value=example.org`, { body: {} })).status).toBe(422);
});

function isWhole(plan: Plan): boolean {
  return (
    plan.kind === 'valid' && typeof plan.body === 'object' && plan.body !== null && !Array.isArray(plan.body)
  );
}

async function idOf(path: string, body: unknown): Promise<string> {
  const made = await sx.call(path, { body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

/** Every value of every table of the store, as text. */
async function tablesWith(text: string): Promise<string[]> {
  const { db } = sx.app.services.store;
  const tables = await db.introspection.getTables();
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db
      .selectFrom(name as 'run')
      .selectAll()
      .execute();
    const row = rows.find((one) => JSON.stringify(one).includes(text));
    if (row) found.push(`${name}: ${JSON.stringify(row).slice(0, 300)}`);
  }
  expect(tables.length).toBeGreaterThan(20);
  return found;
}
