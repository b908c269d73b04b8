import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_PERMISSIONS, PERMISSIONS, type Permission, ROLES } from '../../src/model/permission.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { type AnyOperation, addressOf } from '../../src/operations/operation.ts';
import { type Answer, startTestServer, type TestServer } from '../servers/sentinelx.ts';

/**
 * Every operation × every role × own and foreign project, compared with what the declarations say: what is refused must be
 * refused because of the permission, what is allowed must not be. Inputs are empty, so an allowed call may still end in 404,
 * 409, 415 or 422.
 */
const operations = (OPERATIONS as readonly AnyOperation[]).filter(
  ({ permission }) => permission !== 'public',
);

let sx: TestServer;
const tokens: Record<string, string> = {};
let own = '';
let foreign = '';

beforeAll(async () => {
  // The limits of requests have a test of their own.
  sx = await startTestServer({ rateLimits: { addressPerMinute: 1_000_000, callerPerMinute: 1_000_000 } });
  own = (await sx.call('/api/v1/projects', { body: { slug: 'own' } })).body.id;
  foreign = (await sx.call('/api/v1/projects', { body: { slug: 'foreign' } })).body.id;
  for (const role of Object.keys(ROLES)) {
    tokens[`${role}@own`] = await tokenOf({ role, project: 'own' }, false);
    tokens[`${role}@*`] = await tokenOf({ role });
  }
  for (const permission of ALL_PERMISSIONS) {
    const body = { name: `only-${permission.replace(':', '-')}`, title: '', permissions: [permission] };
    expect((await sx.call('/api/v1/roles', { body })).status).toBe(201);
    tokens[`${permission}@*`] = await tokenOf({ role: body.name });
  }
}, 60_000);
afterAll(() => sx[Symbol.asyncDispose]());

/** A service account with that role there, and a token of it that is not narrowed. */
async function tokenOf(grant: { role: string; project?: string }, everywhere = true): Promise<string> {
  const name = `${grant.role}-${everywhere ? 'all' : 'own'}`;
  const user = await sx.call('/api/v1/users', { body: { login: name, kind: 'service', ...grant } });
  expect(user.status, JSON.stringify(user.body)).toBe(201);
  const made = await sx.call('/api/v1/tokens', { body: { name, owner: user.body.id } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.value;
}

async function attempt(operation: AnyOperation, token: string, project: string): Promise<Answer> {
  const path = addressOf(operation.path).replace(/\{\w+\}/g, 'none');
  return sx.call(path, {
    method: operation.method,
    token,
    project,
    ...(operation.method === 'GET' ? {} : { body: {} }),
  });
}

/** Whether the answer refuses for want of exactly this permission. */
function refused(answer: Answer, permission: string): boolean {
  return (
    answer.status === 403 &&
    answer.body.code === 'forbidden' &&
    String(answer.body.detail).includes(`permission ${permission}.`)
  );
}

async function compare(
  who: string,
  project: string,
  allowed: (permission: Permission) => boolean,
): Promise<void> {
  const wrong: string[] = [];
  for (const operation of operations) {
    const answer = await attempt(operation, tokens[who] ?? '', project);
    const { permission } = operation;
    const expected = permission === 'self' || permission === 'public' || allowed(permission);
    if (answer.status >= 500 || refused(answer, permission) === expected)
      wrong.push(`${operation.id} (${permission}) by ${who}: ${answer.status} ${answer.body?.code ?? ''}`);
  }
  expect(wrong).toEqual([]);
}

const inProject = (permission: Permission) => PERMISSIONS[permission].of === 'project';

test.each(Object.keys(ROLES))('role %s, granted in one project', async (role) => {
  const held = new Set<string>(ROLES[role as keyof typeof ROLES].permissions);
  await compare(`${role}@own`, own, (permission) => held.has(permission) && inProject(permission));
});

test.each(Object.keys(ROLES))('role %s, granted everywhere', async (role) => {
  const held = new Set<string>(ROLES[role as keyof typeof ROLES].permissions);
  await compare(`${role}@*`, foreign, (permission) => held.has(permission));
});

test('each permission alone opens its operations and no other', async () => {
  for (const permission of ALL_PERMISSIONS)
    await compare(`${permission}@*`, own, (wanted) => wanted === permission);
}, 120_000);

test('a foreign project answers like one that does not exist, for every operation and role', async () => {
  for (const role of Object.keys(ROLES))
    for (const operation of operations) {
      const [there, nowhere] = [
        await attempt(operation, tokens[`${role}@own`] ?? '', foreign),
        await attempt(operation, tokens[`${role}@own`] ?? '', 'prj_nowhere'),
      ];
      expect([there.status, there.body.code], operation.id).toEqual([403, 'forbidden']);
      expect([nowhere.status, nowhere.body.code], operation.id).toEqual([403, 'forbidden']);
    }
}, 60_000);

test('what belongs to another project is not found, whatever the role in the own one', async () => {
  const params = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
  const run = (await sx.call('/api/v1/tasks/cvss/run', { body: { params }, project: 'foreign' })).body.run.id;
  const entry = (
    await sx.call('/api/v1/scope', { body: { kind: 'host', value: 'example.org' }, project: 'foreign' })
  ).body.id;
  for (const [method, path] of [
    ['GET', `/api/v1/runs/${run}`],
    ['GET', `/api/v1/runs/${run}/log`],
    ['GET', `/api/v1/runs/${run}/findings`],
    ['GET', `/api/v1/runs/${run}/problems`],
    ['GET', `/api/v1/runs/${run}/artifacts`],
    ['POST', `/api/v1/runs/${run}/cancel`],
    ['POST', `/api/v1/runs/${run}/rerun`],
    ['DELETE', `/api/v1/scope/${entry}`],
  ] as const)
    for (const role of ['admin', 'manager']) {
      const answer = await sx.call(path, {
        method,
        token: tokens[`${role}@own`] ?? '',
        project: 'own',
        ...(method === 'POST' ? { body: {} } : {}),
      });
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([404, 'not-found']);
    }
  for (const path of ['/api/v1/runs', '/api/v1/scope', '/api/v1/findings'])
    expect((await sx.call(path, { token: tokens['admin@own'] ?? '', project: 'own' })).body.items).toEqual(
      [],
    );
});

test('nobody gives away, takes over or locks out more than they have', async () => {
  const helpdesk = {
    name: 'helpdesk',
    title: '',
    permissions: ['user:read', 'user:write', 'role:write', 'token:write'],
  };
  await sx.call('/api/v1/roles', { body: helpdesk });
  tokens.helpdesk = await tokenOf({ role: 'helpdesk' });
  const admin = (
    await sx.call('/api/v1/users', {
      body: { login: 'root', password: 'a long and odd phrase 71', role: 'admin' },
    })
  ).body.id;
  const plain = (
    await sx.call('/api/v1/users', { body: { login: 'plain', password: 'a long and odd phrase 72' } })
  ).body.id;
  const by = { token: tokens.helpdesk };
  const attempts: [string, string, unknown][] = [
    ['POST', `/api/v1/users/${plain}/grants`, { role: 'admin' }],
    ['POST', '/api/v1/users', { login: 'other', role: 'admin' }],
    ['PATCH', `/api/v1/users/${admin}`, { password: 'another long phrase 73' }],
    ['PATCH', `/api/v1/users/${admin}`, { disabled: true }],
    ['DELETE', `/api/v1/users/${admin}`, {}],
    ['DELETE', `/api/v1/users/${admin}/sessions`, {}],
    ['POST', '/api/v1/roles', { name: 'more', permissions: ['audit:read'] }],
    ['PATCH', '/api/v1/roles/helpdesk', { permissions: [...helpdesk.permissions, 'audit:read'] }],
    ['POST', '/api/v1/tokens', { role: 'admin' }],
  ];
  for (const [method, path, body] of attempts) {
    const answer = await sx.call(path, { method, body, ...by });
    expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([403, 'forbidden']);
  }
  expect(
    (await sx.call(`/api/v1/users/${plain}`, { method: 'PATCH', body: { name: 'Plain' }, ...by })).status,
  ).toBe(200);
});

test('without credentials everything below the API is 401, existing or not', async () => {
  for (const operation of operations) {
    const path = addressOf(operation.path).replace(/\{\w+\}/g, 'none');
    expect((await sx.call(path, { method: operation.method, token: null })).status, operation.id).toBe(401);
  }
  expect((await sx.call('/api/v1/nothing', { token: null })).status).toBe(401);
});
