import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { definitionOf, emit, runsOf, SHORT, saveWorkflow, textInput } from '../workflows/trigger-world.ts';

let sx: TestServer;
const tokens: Record<string, string> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  sx = await startTestServer();
  await saveWorkflow(sx.app, definitionOf({ steps: [SHORT], inputs: { place: textInput(false) } }));
  for (const [login, role] of [
    ['ana', 'analyst'],
    ['other', 'analyst'],
    ['boss', 'admin'],
    ['dev', 'developer'],
  ] as const) {
    const user = await sx.call('/api/v1/users', { body: { login, kind: 'service', role } });
    ids[login] = user.body.id;
    tokens[login] = (
      await sx.call('/api/v1/tokens', { body: { name: login, owner: user.body.id } })
    ).body.value;
  }
  await sx.call('/api/v1/secrets/hook', { method: 'PUT', body: { value: 'a secret of enough letters' } });
}, 60_000);
afterAll(() => sx[Symbol.asyncDispose]());

const api = (path: string, options: CallOptions = {}): Promise<Answer> => sx.call(`/api/v1${path}`, options);

test('a schedule from its making to its end', async () => {
  const body = {
    workflow: 'nightly',
    cron: '30 2 * * *',
    zone: 'Europe/Berlin',
    jitter: '5m',
    inputs: { place: 'x' },
  };
  const made = await api('/schedules', { body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const { id } = made.body;
  expect(made.body).toMatchObject({
    workflow: 'nightly',
    source: 'manual',
    jitter: 300_000,
    catchUp: 'one',
    overlap: 'skip',
    principal: 'local:owner',
    paused: null,
  });
  expect(made.body.due).toBeGreaterThan(Date.now());
  const { items } = (await api(`/schedules/${id}/next?limit=3`)).body;
  expect(items).toHaveLength(3);
  expect(items[0].moment).toBe(made.body.due);

  const paused = await api(`/schedules/${id}/pause`, { body: { note: 'holiday' } });
  expect(paused.body).toMatchObject({ due: null, paused: { by: 'local:owner', note: 'holiday' } });
  expect((await api('/schedules?paused=true')).body.items).toHaveLength(1);
  expect((await api('/schedules?paused=false&workflow=nightly')).body.items).toHaveLength(0);
  expect((await api(`/schedules/${id}/resume`, { body: {} })).body).toMatchObject({ paused: null });

  const read = await api(`/schedules/${id}`);
  const stale = { 'if-match': '"other"' };
  const edit = { method: 'PATCH', body: { cron: '0 3 * * *' } };
  expect((await api(`/schedules/${id}`, { ...edit, headers: stale })).status).toBe(409);
  const fresh = { 'if-match': read.headers.get('etag') ?? '' };
  const edited = await api(`/schedules/${id}`, { ...edit, headers: fresh });
  expect(edited.body).toMatchObject({ cron: '0 3 * * *', zone: 'Europe/Berlin', inputs: { place: 'x' } });

  expect((await api(`/schedules/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await api(`/schedules/${id}`)).status).toBe(404);
  const told = (await api('/audit')).body.items.map((entry: { operation: string }) => entry.operation);
  for (const name of ['create', 'pause', 'resume', 'update', 'remove'])
    expect(told).toContain(`schedules.${name}`);
});

test.each([
  [{ workflow: 'nightly', cron: '* * * * * *' }, 'invalid-parameter', /cron/],
  [{ workflow: 'nightly', cron: '0 2 * * *', zone: 'Mars' }, 'invalid-parameter', /zone/],
  [{ workflow: 'nightly', cron: '0 2 * * *', jitter: 'soon' }, 'invalid-parameter', /jitter/],
  [{ workflow: 'nightly', cron: '0 2 * * *', inputs: { other: 1 } }, 'invalid-parameter', /other/],
  [
    { workflow: 'nightly', cron: '0 2 * * *', inputs: { other: '${{ schedule.due }}' } },
    'invalid-parameter',
    /inputs\.other: is not an input; there are: place/,
  ],
  [
    { workflow: 'nightly', cron: '0 2 * * *', inputs: { place: '${{ secrets.hook }}' } },
    'invalid-expression',
    /secrets/,
  ],
  [{ workflow: 'nowhere', cron: '0 2 * * *' }, 'not-found', /nowhere/],
  [{ workflow: 'nightly', cron: '0 2 * * *', principal: 'usr_none' }, 'not-found', /usr_none/],
  [{ workflow: 'nightly', cron: '0 2 * * *', principal: 'local:root' }, 'invalid-parameter', /principal/],
])('refuses the schedule %j', async (body, code, message) => {
  const answer = await api('/schedules', { body });
  expect([answer.body.code, answer.body.detail]).toEqual([code, expect.stringMatching(message)]);
});

test.each([
  [{ kind: 'event' }, 'invalid-parameter', /event/],
  [{ kind: 'event', event: 'finding.create' }, 'invalid-parameter', /finding\.created/],
  [{ kind: 'event', event: 'finding.created', query: 'sev:high' }, 'invalid-query', /sev/],
  [
    { kind: 'event', event: 'finding.created', inputs: { place: '${{ body.x }}' } },
    'invalid-expression',
    /body/,
  ],
  [{ kind: 'event', event: 'finding.created', inputs: { other: 1 } }, 'invalid-parameter', /other/],
  [
    { kind: 'event', event: 'finding.created', inputs: { other: '${{ event.data.rule }}' } },
    'invalid-parameter',
    /inputs\.other: is not an input; there are: place/,
  ],
  [
    { kind: 'event', event: 'finding.created', inputs: { place: 4, other: '${{ event.data.rule }}' } },
    'invalid-parameter',
    /1 more/,
  ],
  [{ kind: 'webhook' }, 'invalid-parameter', /name/],
  [{ kind: 'webhook', name: 'No Good', signedBy: 'hook' }, 'invalid-parameter', /name/],
  [{ kind: 'webhook', name: 'x', signedBy: 'absent' }, 'invalid-parameter', /absent/],
  [{ kind: 'webhook', name: 'x', signedBy: 'hook', event: 'finding.created' }, 'invalid-parameter', /event/],
])('refuses the trigger %j', async (body, code, message) => {
  const answer = await api('/triggers', { body: { workflow: 'nightly', ...body } });
  expect([answer.body.code, answer.body.detail]).toEqual([code, expect.stringMatching(message)]);
});

test('a trigger on an event starts the workflow for each that matches', async () => {
  const workflow = await saveWorkflow(sx.app, definitionOf({ name: 'on-finding', steps: [SHORT] }));
  const body = {
    workflow: 'on-finding',
    kind: 'event',
    event: 'finding.created',
    query: 'severity:critical',
  };
  const made = await api('/triggers', { body, token: tokens.ana });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const happens = (severity: 'critical' | 'low') =>
    emit(sx.app, {
      type: 'finding.created',
      project: 'prj_default',
      actor: 'system',
      subject: 'fnd_1',
      data: { finding: 'fnd_1', rule: 'r', title: 't', severity, location: { kind: 'file', path: 'a' } },
    });
  await happens('critical');
  await happens('low');
  await expect.poll(async () => (await runsOf(sx.app, workflow)).length, { timeout: 10_000 }).toBe(1);
  expect((await runsOf(sx.app, workflow))[0]).toMatchObject({ principal: ids.ana, trigger_kind: 'event' });
  const { id } = made.body;
  await expect.poll(async () => (await api(`/triggers/${id}`)).body.lastRun).toMatch(/^wfr_/);
  await api(`/triggers/${id}/pause`, { body: { note: 'enough' } });
  await happens('critical');
  await sx.app.services.triggers?.look();
  expect(await runsOf(sx.app, workflow)).toHaveLength(1);
  expect((await api(`/triggers/${id}`, { method: 'DELETE' })).status).toBe(204);
});

test('a trigger is edited, and what it is then counts from the next event on', async () => {
  const workflow = await saveWorkflow(sx.app, definitionOf({ name: 'on-edited', steps: [SHORT] }));
  const body = { workflow: 'on-edited', kind: 'event', event: 'finding.created', query: 'severity:critical' };
  const made = await api('/triggers', { body, token: tokens.ana });
  const path = `/triggers/${made.body.id}`;
  const edit = (change: object, more: CallOptions = {}) =>
    api(path, { method: 'PATCH', body: change, ...more });
  const refused: [object, string][] = [
    [{}, 'invalid-parameter'],
    [{ event: 'finding.create' }, 'invalid-parameter'],
    [{ query: 'sev:high' }, 'invalid-query'],
    [{ signedBy: 'hook' }, 'invalid-parameter'],
    [{ inputs: { other: 1 } }, 'invalid-parameter'],
    [{ inputs: { other: '${{ event.data.rule }}' } }, 'invalid-parameter'],
    [{ inputs: { other: '${{ body.ref }}' } }, 'invalid-expression'],
    [{ kind: 'webhook' }, 'invalid-parameter'],
  ];
  for (const [change, code] of refused) expect((await edit(change)).body.code).toBe(code);
  expect((await edit({ query: null }, { headers: { 'if-match': '"other"' } })).status).toBe(409);
  // Who may do less than the one as whom it runs cannot say what it does.
  const boss = await api('/triggers', { body, token: tokens.boss });
  const theirs = { method: 'PATCH' as const, body: { query: 'severity:low' }, token: tokens.ana ?? '' };
  expect((await api(`/triggers/${boss.body.id}`, theirs)).body.code).toBe('forbidden');
  await api(`/triggers/${boss.body.id}`, { method: 'DELETE' });

  const etag = (await api(path)).headers.get('etag') ?? '';
  const edited = await edit(
    { event: 'finding.reopened', query: 'severity:low' },
    { headers: { 'if-match': etag } },
  );
  expect(edited.status, JSON.stringify(edited.body)).toBe(200);
  expect(edited.body).toMatchObject({
    event: 'finding.reopened',
    name: 'finding.reopened',
    query: 'severity:low',
    principal: ids.ana,
  });
  expect((await edit({ query: 'severity:high' }, { headers: { 'if-match': etag } })).status).toBe(409);
  const happens = (type: 'finding.created' | 'finding.reopened', severity: 'critical' | 'low') =>
    emit(sx.app, {
      type,
      project: 'prj_default',
      actor: 'system',
      subject: 'fnd_2',
      data: { finding: 'fnd_2', rule: 'r', title: 't', severity, location: { kind: 'file', path: 'a' } },
    });
  await happens('finding.created', 'critical');
  await happens('finding.reopened', 'critical');
  await happens('finding.reopened', 'low');
  await expect.poll(async () => (await runsOf(sx.app, workflow)).length, { timeout: 10_000 }).toBe(1);
  expect((await edit({ query: null })).body.query).toBeNull();
  await api(path, { method: 'DELETE' });
  expect((await edit({ query: null })).status).toBe(404);

  const hook = { workflow: 'nightly', kind: 'webhook', name: 'first-hook', signedBy: 'hook' };
  const first = await api('/triggers', { body: hook });
  await api('/triggers', { body: { ...hook, name: 'second-hook' } });
  const change = (to: object) => api(`/triggers/${first.body.id}`, { method: 'PATCH', body: to });
  expect((await change({ name: 'second-hook' })).body.code).toBe('already-exists');
  expect((await change({ signedBy: 'absent' })).body.code).toBe('invalid-parameter');
  expect((await change({ name: 'first-hook', inputs: { place: 'there' } })).body).toMatchObject({
    name: 'first-hook',
    inputs: { place: 'there' },
    address: first.body.address,
  });
});

test('names of webhooks are one of a kind in a project', async () => {
  const body = { workflow: 'nightly', kind: 'webhook', name: 'deploy', signedBy: 'hook' };
  const made = await api('/triggers', { body });
  expect(made.body.address).toBe(`/api/v1/hooks/${made.body.id}`);
  expect((await api('/triggers', { body })).body.code).toBe('already-exists');
  await api('/projects', { body: { slug: 'second' } });
  expect((await api('/triggers', { body, project: 'second' })).body.code).toBe('invalid-parameter');
});

test('nothing runs as somebody who can do more than the one who made it', async () => {
  const body = { workflow: 'nightly', cron: '0 2 * * *' };
  const as = (who: string, principal?: string) =>
    api('/schedules', { body: { ...body, ...(principal ? { principal } : {}) }, token: tokens[who] ?? '' });
  expect((await as('ana', ids.boss)).body.code).toBe('forbidden');
  expect((await as('ana', ids.other)).status).toBe(201);
  expect((await as('dev')).body.code).toBe('forbidden');
  const own = await as('boss');
  expect(own.body.principal).toBe(ids.boss);
  const path = `/schedules/${own.body.id}`;
  const edits: [string, CallOptions][] = [
    [path, { method: 'PATCH', body: { inputs: { place: 'elsewhere' } } }],
    [`${path}/resume`, { body: {} }],
  ];
  for (const [address, options] of edits)
    expect((await api(address, { ...options, token: tokens.ana ?? '' })).body.code).toBe('forbidden');
  // Stopping something needs no more than to be allowed to change it.
  expect((await api(`${path}/pause`, { body: { note: 'no' }, token: tokens.ana ?? '' })).status).toBe(200);

  // A token that carries less than its owner makes nothing that runs with all that the owner may.
  const narrow = await api('/tokens', {
    body: {
      name: 'narrow',
      owner: ids.ana,
      permissions: ['workflow:read', 'workflow:write', 'workflow:run'],
    },
  });
  expect((await api('/schedules', { body, token: narrow.body.value })).body).toMatchObject({
    code: 'forbidden',
    detail: expect.stringMatching(/as whom it runs/),
  });
});

test('what stands in a document is changed there; other projects see nothing of it', async () => {
  const { store } = sx.app.services;
  const made = await api('/schedules', { body: { workflow: 'nightly', cron: '0 4 * * *' } });
  const path = `/schedules/${made.body.id}`;
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx.updateTable('schedule').set({ source: 'definition' }).where('id', '=', made.body.id).execute(),
  );
  expect((await api(path, { method: 'PATCH', body: { cron: '0 5 * * *' } })).body.code).toBe(
    'not-possible-now',
  );
  expect((await api(path, { method: 'DELETE' })).body.code).toBe('not-possible-now');
  for (const address of [path, `${path}/next`])
    expect((await api(address, { project: 'second' })).body.code).toBe('not-found');
  expect((await api('/schedules', { project: 'second' })).body.items).toEqual([]);
});

test('a schedule whose account is locked is paused with the reason, and told', async () => {
  const made = await api('/schedules', {
    body: { workflow: 'nightly', cron: '0 2 * * *', principal: ids.other },
  });
  await api(`/users/${ids.other}`, { method: 'PATCH', body: { disabled: true } });
  const { store, triggers } = sx.app.services;
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx
      .updateTable('schedule')
      .set({ due: Date.now() - 1_000 })
      .where('id', '=', made.body.id)
      .execute(),
  );
  await triggers?.look();
  expect((await api(`/schedules/${made.body.id}`)).body.paused).toMatchObject({
    by: 'system',
    note: expect.stringMatching(/other.*locked/),
  });
});
