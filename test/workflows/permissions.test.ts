import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { account, must, start, VECTOR, whenEnded, whenRun } from './helper.ts';

let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer();
});
afterAll(() => sx[Symbol.asyncDispose]());

const SCOPE = `name: widen
steps:
  - { name: add, operation: scope.add, params: { kind: host, value: wide.example } }
`;
const TASK = `name: task
steps:
  - { name: score, task: cvss, params: { vector: '${VECTOR}' } }
`;

function run(token: string, workflow: string) {
  return sx.call('/api/v1/workflows/run', { token, body: { workflow } });
}

test('a developer runs tasks, and no workflow with an operation that developers may not do', async () => {
  const { token } = await account(sx, 'developer');
  const id = await start(sx, { workflow: TASK }, { token });
  expect((await whenEnded(sx, id)).status).toBe('done');
  const refused = await run(token, SCOPE);
  expect(refused.status).toBe(403);
  expect(refused.body.detail).toContain('permission scope:write');
  // Not by a stored one, and not by one within another.
  await must(sx.call('/api/v1/workflows', { body: { source: SCOPE } }));
  const outer = 'name: outer\nsteps:\n  - { name: inner, workflow: widen }\n';
  await must(sx.call('/api/v1/workflows', { body: { source: outer } }));
  for (const name of ['widen', 'outer']) expect((await run(token, name)).status, name).toBe(403);
  const scope = await must(sx.call('/api/v1/scope'));
  expect(scope.items).toEqual([]);
});

test('who may not do it may not store it either: others would run it', async () => {
  const { token } = await account(sx, 'analyst');
  const saved = await sx.call('/api/v1/workflows', {
    token,
    body: { source: SCOPE.replace('name: widen', 'name: mine') },
  });
  expect(saved.status).toBe(403);
  expect(saved.body.detail).toContain('permission scope:write');
  const task = await sx.call('/api/v1/workflows', { token, body: { source: TASK } });
  expect(task.status).toBe(201);
});

test('a token that was narrowed gives no more through a workflow', async () => {
  const { token } = await account(sx, 'manager', ['workflow:run', 'workflow:read', 'run:read']);
  expect((await run(token, SCOPE)).status).toBe(403);
  const task = await run(token, TASK);
  expect(task.status).toBe(403);
  expect(task.body.detail).toContain('permission run:create');
  const list = 'name: lists\nsteps:\n  - { name: list, operation: runs.list }\n';
  expect((await whenEnded(sx, await start(sx, { workflow: list }, { token }))).status).toBe('done');
});

test('what starts by itself runs as whoever stored it: a token that carries less than its owner stores none', async () => {
  const source = TASK.replace('name: task', 'name: nightly').replace(
    'steps:',
    "on: { schedule: '0 2 * * *' }\nsteps:",
  );
  const { token } = await account(sx, 'manager', ['workflow:run', 'workflow:write', 'run:create']);
  const refused = await sx.call('/api/v1/workflows', { token, body: { source } });
  expect(refused.status).toBe(403);
  const whole = await account(sx, 'manager');
  expect((await sx.call('/api/v1/workflows', { token: whole.token, body: { source } })).status).toBe(201);
  const row = await sx.app.services.store.db
    .selectFrom('schedule')
    .select('principal')
    .executeTakeFirstOrThrow();
  expect(row.principal).toBe(whole.id);
  expect((await sx.call('/api/v1/workflows/nightly', { method: 'DELETE' })).status).toBe(204);
});

test('a token that is revoked during the run stops what is left of it', async () => {
  const { token, tokenId } = await account(sx, 'manager');
  const workflow = `name: late
steps:
  - { name: wait, wait: 3s }
  - { name: add, operation: scope.add, depends_on: wait, params: { kind: host, value: late.example } }
`;
  const id = await start(sx, { workflow }, { token });
  await whenRun(sx, id, (one) => one.status === 'waiting');
  expect((await sx.call(`/api/v1/tokens/${tokenId}`, { method: 'DELETE' })).status).toBe(204);
  const ended = await whenEnded(sx, id);
  expect(ended.status).toBe('failed');
  expect(ended.error.code).toBe('forbidden');
  const { items } = await must(sx.call('/api/v1/scope'));
  expect(items.filter((entry: { value: string }) => entry.value === 'late.example')).toEqual([]);
});

test('runs, workflows and approvals of another project are not there', async () => {
  const id = await start(sx, { workflow: TASK });
  await whenEnded(sx, id);
  await must(sx.call('/api/v1/projects', { body: { slug: 'other' } }));
  const other = { project: 'other' };
  expect((await sx.call(`/api/v1/workflows/runs/${id}`, other)).status).toBe(404);
  expect((await sx.call('/api/v1/workflows/widen', other)).status).toBe(404);
  expect((await must(sx.call('/api/v1/workflows', other))).items).toEqual([]);
  for (const what of ['cancel', 'resume', 'replay'])
    expect((await sx.call(`/api/v1/workflows/runs/${id}/${what}`, { ...other, body: {} })).status).toBe(404);
});

const GATED = `name: gated
steps:
  - { name: gate, approval: { roles: [security-lead], message: 'Go on?' } }
  - { name: after, task: cvss, depends_on: gate, params: { vector: '${VECTOR}' } }
`;

test('an approval is decided once, by somebody with the role, and not by the token that started the run', async () => {
  await must(
    sx.call('/api/v1/roles', {
      body: { name: 'security-lead', title: 'Leads', permissions: ['approval:read', 'approval:decide'] },
    }),
  );
  const analyst = await account(sx, 'analyst');
  const lead = await account(sx, 'security-lead');
  const manager = await account(sx, 'manager');
  await must(sx.call(`/api/v1/users/${manager.id}/grants`, { body: { role: 'security-lead' } }));
  const id = await start(sx, { workflow: GATED }, { token: manager.token });
  const { approvals } = await whenRun(sx, id, (one) => one.approvals.length > 0);
  const [{ id: approval }] = approvals;
  const decide = (token: string, approve = true) =>
    sx.call(`/api/v1/approvals/${approval}/decide`, { token, body: { approve, comment: 'looked at it' } });
  const { items } = await must(sx.call('/api/v1/approvals', { token: lead.token }));
  const url = `${sx.server.address}/approvals/${approval}`;
  expect(url).toMatch(/^http:/);
  expect(approvals[0].url).toBe(url);
  expect(items).toMatchObject([
    { id: approval, workflow: 'gated', step: 'gate', roles: ['security-lead'], url },
  ]);
  expect((await decide(analyst.token)).body.detail).toContain('security-lead');
  expect((await decide(manager.token)).body.detail).toContain('token that started the run');
  const [one, two] = await Promise.all([decide(lead.token), decide(lead.token, false)]);
  expect([one.status, two.status].sort()).toEqual([200, 409]);
  const decided = await must(sx.call(`/api/v1/approvals/${approval}`));
  expect(decided).toMatchObject({ decider: lead.id, comment: 'looked at it' });
  const ended = await whenEnded(sx, id);
  expect(ended.status).toBe(decided.status === 'approved' ? 'done' : 'failed');
});

test('a workflow decides no approval, neither its own nor that of another', async () => {
  const id = await start(sx, { workflow: GATED });
  const { approvals } = await whenRun(sx, id, (one) => one.approvals.length > 0);
  const workflow = `name: opener
steps:
  - { name: open, operation: approvals.decide, params: { id: '${approvals[0].id}', approve: true } }
`;
  const answer = await sx.call('/api/v1/workflows/run', { body: { workflow } });
  // It may be refused as a document already.
  if (answer.status === 202) {
    const ended = await whenEnded(sx, answer.body.run.id);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'forbidden' } });
  } else expect(answer.body.code).toBe('invalid-workflow');
  expect((await must(sx.call(`/api/v1/approvals/${approvals[0].id}`))).status).toBe('pending');
});

test('a workflow that starts itself by an operation ends', async () => {
  const source = `name: endless
steps:
  - { name: again, operation: workflows.run, params: { workflow: endless } }
`;
  await must(sx.call('/api/v1/workflows', { body: { source } }));
  await start(sx, { workflow: 'endless' });
  const count = async () =>
    (await must(sx.call('/api/v1/workflows/runs?workflow=endless&limit=1000'))).items as {
      status: string;
      error: { code: string } | null;
    }[];
  await expect
    .poll(async () => (await count()).filter(({ error }) => error?.code === 'workflow-depth').length, {
      timeout: 20_000,
    })
    .toBe(1);
  expect((await count()).length).toBeLessThanOrEqual(7);
}, 30_000);

test('the stream of a run is for those who may see workflows', async () => {
  const id = await start(sx, { workflow: TASK });
  await whenEnded(sx, id);
  for (const name of ['workflow:read', 'run:read']) {
    const role = name.replace(':', '-');
    await must(sx.call('/api/v1/roles', { body: { name: role, title: role, permissions: [name] } }));
    const { token } = await account(sx, role);
    const socket = new WebSocket(`${sx.base.replace('http', 'ws')}/ws/execution`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const message = await new Promise<{ error?: { code: string }; events?: { type: string }[] }>(
      (resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => socket.send(JSON.stringify({ subscribe: `run:${id}` })));
        socket.on('message', (raw: Buffer) => resolve(JSON.parse(raw.toString())));
      },
    );
    socket.close();
    if (name === 'run:read') expect(message.error?.code).toBe('forbidden');
    else expect(message.events?.[0]?.type).toBe('workflow-run.created');
  }
});

test('the older name of a thing beside the one of today is refused: one of the two would be ignored', async () => {
  const both = await sx.call('/api/v1/workflows/run', {
    body: { workflow: TASK, workflow_name: 'widen', inputs: {}, parameters: {} },
  });
  expect(both.status).toBe(422);
  expect(both.body.fields.map((one: { field: string }) => one.field)).toEqual([
    'workflow_name',
    'parameters',
  ]);
  const older = await sx.call('/api/v1/workflows/run', { body: { workflow_name: 'widen', parameters: {} } });
  expect(older.status).toBe(202);
});
