import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTrigger, findTrigger, pauseTrigger } from '../../src/workflows/triggers/trigger-rows.ts';
import { type Answer, startTestServer, type TestServer } from '../servers/sentinelx.ts';
import {
  definitionOf,
  eventsOf,
  OWNER,
  PROJECT,
  runsOf,
  saveWorkflow,
  textInput,
} from '../workflows/trigger-world.ts';

const SECRET = 'planted-secret-of-the-hook-4711';
const NEXT = 'the-next-secret-of-the-hook-4712';
let sx: TestServer;
let workflow = '';

beforeAll(async () => {
  sx = await startTestServer();
  await sx.call('/api/v1/secrets/hook', { method: 'PUT', body: { value: SECRET } });
  workflow = await saveWorkflow(
    sx.app,
    definitionOf({ inputs: { branch: textInput(), event: textInput(false) } }),
  );
  await addHook('push', 'hook');
}, 60_000);
afterAll(() => sx[Symbol.asyncDispose]());

function addHook(name: string, secret: string, inputs: Record<string, unknown> = {}) {
  const spec = {
    name,
    secret,
    inputs: { branch: '${{ body.ref }}', event: "${{ headers[?'x-github-event'].orValue('') }}", ...inputs },
  };
  return sx.app.services.store.write({ lane: 'run' }, (context) =>
    addTrigger(
      context,
      { kind: 'webhook', spec, project: PROJECT, workflow, source: 'manual', name, principal: OWNER },
      { actor: OWNER, now: Date.now() },
    ),
  );
}

function signed(body: string, { secret = SECRET, age = 0 } = {}): Record<string, string> {
  const time = Math.floor(Date.now() / 1000) - age;
  const sum = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { 'x-sentinelx-signature': `t=${time},v1=${sum}` };
}

async function send(hook: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${sx.base}/api/v1/hooks/${hook}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), headers: response.headers };
}

const unique = () => JSON.stringify({ ref: `refs/heads/${randomUUID()}` });

test('a signed request starts the workflow, is accounted for, and counts once', async () => {
  const body = JSON.stringify({ ref: 'refs/heads/main' });
  const headers = signed(body);
  const answer = await send('push', body, headers);
  expect([answer.status, answer.body]).toEqual([202, { run: expect.stringMatching(/^wfr_/), skipped: null }]);
  const run = (await runsOf(sx.app, workflow)).find(({ id }) => id === answer.body.run);
  expect(run).toMatchObject({
    inputs: { branch: 'refs/heads/main' },
    trigger_kind: 'webhook',
    principal: OWNER,
    data: { hook: 'push', headers: { 'content-type': 'application/json' } },
  });
  const again = await send('push', body, headers);
  expect([again.status, again.body.code]).toEqual([409, 'webhook-replayed']);
  const { items } = (await sx.call('/api/v1/audit')).body;
  expect(items.find((entry: { operation: string }) => entry.operation === 'webhooks.receive')).toMatchObject({
    actor: OWNER,
    outcome: 'done',
    via: expect.stringMatching(/^webhook:trg_/),
  });
  expect((await sx.call('/api/v1/audit/verify')).body.ok).toBe(true);
});

test('the same request several times at once counts once', async () => {
  const body = unique();
  const headers = signed(body);
  const answers = await Promise.all(Array.from({ length: 8 }, () => send('push', body, headers)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array.from({ length: 7 }, () => 409)]);
});

test('a hook that there is not answers like a wrong signature', async () => {
  const body = unique();
  const wrong = [
    await send('push', body, signed(body, { secret: 'another secret altogether' })),
    await send('push', body, signed(unique())),
    await send('push', body, signed(body, { age: 301 })),
    await send('push', body, {}),
    await send('push', body, { authorization: `Bearer ${sx.ownerToken}` }),
    await send('no-such-hook', body, signed(body)),
    await send('push?project=nowhere', body, signed(body)),
    await send('trg_none', body, signed(body)),
  ];
  const bodies = wrong.map(({ body: { requestId: _id, ...rest } }) => rest);
  for (const one of bodies) expect(one).toEqual(bodies[0]);
  expect(wrong.every(({ status }) => status === 401)).toBe(true);
  await expect
    .poll(
      async () =>
        (await sx.call('/api/v1/audit')).body.items.filter(
          (e: { code: string }) => e.code === 'webhook-refused',
        ).length,
    )
    // One a minute, however many come.
    .toBe(1);
  const hooks = (await sx.call('/api/v1/triggers?kind=webhook')).body.items;
  expect(hooks.find(({ name }: { name: string }) => name === 'push').refused).toEqual({
    time: expect.any(Number),
    why: 'wrong-signature',
  });
});

test('GitHub and GitLab, by name and by id', async () => {
  const { id } = await addHook('by-id', 'hook');
  const body = unique();
  const hub = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const github = { 'x-hub-signature-256': hub, 'x-github-delivery': randomUUID(), 'x-github-event': 'push' };
  const answer = await send(id, body, github);
  expect(answer.status).toBe(202);
  const run = (await runsOf(sx.app, workflow)).find((one) => one.id === answer.body.run);
  expect(run?.inputs.event).toBe('push');
  expect((await send(id, body, { ...github, 'x-github-delivery': randomUUID() })).status).toBe(409);
  const gitlab = { 'x-gitlab-token': SECRET, 'x-gitlab-event-uuid': randomUUID() };
  expect((await send(id, unique(), gitlab)).status).toBe(202);
  expect((await send(id, unique(), gitlab)).status).toBe(409);
});

test('a secret changes: both are good for a while, then only the next one', async () => {
  await sx.call('/api/v1/secrets/turning', { method: 'PUT', body: { value: SECRET } });
  await addHook('turning', 'turning');
  const status = async (secret: string) => {
    const body = unique();
    return (await send('turning', body, signed(body, { secret }))).status;
  };
  expect([await status(SECRET), await status(NEXT)]).toEqual([202, 401]);
  await sx.call('/api/v1/secrets/turning', { method: 'PUT', body: { value: `${NEXT}\n${SECRET}` } });
  expect([await status(SECRET), await status(NEXT)]).toEqual([202, 202]);
  await sx.call('/api/v1/secrets/turning', { method: 'PUT', body: { value: NEXT } });
  expect([await status(SECRET), await status(NEXT)]).toEqual([401, 202]);
  await sx.call('/api/v1/secrets/turning', { method: 'DELETE' });
  expect(await status(NEXT)).toBe(401);
});

test('who saves a workflow whose webhook has no secret is told', async () => {
  const source =
    'name: unsigned\non: { webhook: { name: unsigned, secret: not-stored } }\nsteps:\n  - { name: a, wait: { until: 1s } }\n';
  const { body } = await sx.call('/api/v1/workflows/unsigned', { method: 'PUT', body: { source } });
  expect(JSON.stringify(body)).toContain("There is no secret 'not-stored' yet");
});

test('what is wrong about a signed body is said, and it may be sent again', async () => {
  for (const [body, code] of [
    ['{}', 'invalid-expression'],
    ['{"ref": 7}', 'invalid-parameter'],
    ['{"ref"', 'bad-request'],
    [`{"ref":"x","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'bad-request'],
  ] as const) {
    const headers = signed(body);
    for (let n = 0; n < 2; n += 1) {
      const answer = await send('push', body, headers);
      expect(answer.body.code, body.slice(0, 40)).toBe(code);
      expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    }
  }
  const big = JSON.stringify({ ref: 'x'.repeat(1024 * 1024) });
  expect((await send('push', big, signed(big))).status).toBe(413);
  const body = unique();
  expect((await send('push', body, { ...signed(body), 'content-type': 'text/plain' })).status).toBe(415);
  const polluted = '{"ref":"main","__proto__":{"polluted":true}}';
  expect((await send('push', polluted, signed(polluted))).status).toBe(202);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a paused hook starts nothing, and only who knows the secret learns that', async () => {
  const { store } = sx.app.services;
  const row = await addHook('resting', 'hook');
  await store.write({ lane: 'run' }, async (context) => {
    const current = await findTrigger(context.tx, row);
    if (current) await pauseTrigger(context, current, { actor: OWNER, now: Date.now(), note: 'holiday' });
  });
  const body = unique();
  const answer = await send('resting', body, signed(body));
  expect([answer.status, answer.body.code]).toEqual([409, 'trigger-paused']);
  expect((await send('resting', body, {})).status).toBe(401);
});

test('a hook whose account may not run workflows any more is paused with the reason', async () => {
  const user = await sx.call('/api/v1/users', { body: { login: 'hooky', kind: 'service', role: 'analyst' } });
  const { store } = sx.app.services;
  const row = await store.write({ lane: 'run' }, (context) =>
    addTrigger(
      context,
      {
        kind: 'webhook',
        spec: { name: 'of-hooky', secret: 'hook', inputs: { branch: '${{ body.ref }}' } },
        project: PROJECT,
        workflow,
        source: 'manual',
        name: 'of-hooky',
        principal: user.body.id,
      },
      { actor: OWNER, now: Date.now() },
    ),
  );
  const call = async () => {
    const body = unique();
    return (await send('of-hooky', body, signed(body))).body.code ?? 'started';
  };
  expect(await call()).toBe('started');
  await sx.call(`/api/v1/users/${user.body.id}`, { method: 'PATCH', body: { disabled: true } });
  expect(await call()).toBe('trigger-paused');
  expect((await findTrigger(store.db, row))?.pause_note).toMatch(/hooky.*locked/);
  expect(await eventsOf(sx.app, 'trigger.paused')).toContainEqual({
    name: 'of-hooky',
    note: expect.stringMatching(/locked/),
  });
});

test('too many refused requests are slowed down', async () => {
  const statuses = new Set<number>();
  for (let n = 0; n < 70; n += 1) statuses.add((await send('no-such-hook', '{}', {})).status);
  expect([...statuses].sort()).toEqual([401, 429]);
});

test('nothing stored holds a secret or a signature', async () => {
  const { db } = sx.app.services.store;
  const rows = [
    await db.selectFrom('event').selectAll().execute(),
    await db.selectFrom('audit_entry').selectAll().execute(),
    await db.selectFrom('workflow_run').selectAll().execute(),
    await db.selectFrom('webhook_seen').selectAll().execute(),
  ];
  const text = JSON.stringify(rows);
  for (const secret of [SECRET, NEXT]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/x-sentinelx-signature|x-gitlab-token/);
});
