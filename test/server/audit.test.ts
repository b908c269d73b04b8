import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANCHOR_FILE } from '../../src/access/audit-check.ts';
import { DEFAULT_PROJECT } from '../../src/access/grants.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

let sx: TestServer;
beforeEach(async () => {
  sx = await startTestServer();
});
afterEach(() => sx[Symbol.asyncDispose]());

const verify = async () => (await sx.call('/api/v1/audit/verify')).body;

/** Enough entries for an anchor in the middle of them. */
async function act(times = 60): Promise<void> {
  for (let index = 0; index < times; index += 1)
    expect(
      (await sx.call('/api/v1/scope', { body: { kind: 'host', value: `h${index}.example.org` } })).status,
    ).toBe(201);
}

/** What somebody with the database, but without the key, could do. */
const tamper = (text: string) =>
  sx.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    await sql.raw(text).execute(tx);
  });

test('entries say who, what, when, from where, before and after; refused attempts and exports too', async () => {
  const auditor = (await sx.call('/api/v1/tokens', { body: { name: 'eye', role: 'auditor' } })).body;
  const entry = (await sx.call('/api/v1/scope', { body: { kind: 'host', value: 'example.org' } })).body;
  await sx.call(`/api/v1/scope/${entry.id}`, { method: 'DELETE' });
  await sx.call('/api/v1/scope', { body: { kind: 'host', value: 'evil.example' }, token: auditor.value });
  await sx.call('/api/v1/scope', {
    body: { kind: 'host', value: 'evil.example' },
    token: auditor.value,
    project: 'prj_nowhere',
  });
  await sx.call('/api/v1/audit/export');
  const { items } = (await sx.call('/api/v1/audit')).body;
  expect(
    items.map(({ operation, outcome, code }: Record<string, string>) => [operation, outcome, code]),
  ).toEqual([
    ['audit.export', 'done', null],
    ['scope.add', 'refused', 'forbidden'],
    ['scope.add', 'refused', 'forbidden'],
    ['scope.remove', 'done', null],
    ['scope.add', 'done', null],
    ['tokens.create', 'done', null],
  ]);
  expect(items[3]).toMatchObject({
    actor: 'local:owner',
    via: 'owner',
    address: '127.0.0.1',
    subject: entry.id,
    before: { kind: 'host', value: 'example.org' },
    after: null,
  });
  expect(items[1]).toMatchObject({ actor: auditor.token.owner, via: `token:${auditor.token.id}` });
  expect(JSON.stringify(items)).not.toContain(auditor.value);
  const events = await sx.app.services.store.db
    .selectFrom('event')
    .select('subject')
    .where('type', '=', 'audit.recorded')
    .execute();
  expect(events.length).toBe(items.length);
});

test('what was wrong to ask leaves no entry, what failed leaves one', async () => {
  await sx.call('/api/v1/scope', { body: { kind: 'nonsense' } });
  await sx.call('/api/v1/scope/scp_none', { method: 'DELETE' });
  const { items } = (await sx.call('/api/v1/audit')).body;
  expect(items.map(({ operation, outcome }: Record<string, string>) => [operation, outcome])).toEqual([
    ['scope.remove', 'failed'],
  ]);
});

test('an untouched chain verifies, up to its anchors', async () => {
  await act();
  const verdict = await verify();
  expect(verdict).toMatchObject({ ok: true, entries: 60, problems: [] });
  expect(verdict.anchoredUpTo).toBeGreaterThanOrEqual(50);
});

test.each([
  ['altered', 'update audit_entry set after = \'{"value":"other"}\' where seq = 7', 7],
  ['altered time', 'update audit_entry set time = time + 1 where seq = 9', 9],
  ['made anonymous', "update audit_entry set actor = 'usr_other' where seq = 5", 5],
  ['removed', 'delete from audit_entry where seq = 8', 9],
  ['first one removed', 'delete from audit_entry where seq = 1', 2],
  [
    'reordered',
    'update audit_entry set seq = -1 where seq = 3; update audit_entry set seq = 3 where seq = 4; update audit_entry set seq = 4 where seq = -1',
    3,
  ],
])('an entry that is %s is found', async (_what, text, seq) => {
  await act(12);
  for (const statement of text.split('; ')) await tamper(statement);
  const verdict = await verify();
  expect(verdict.ok).toBe(false);
  expect(verdict.problems[0].seq).toBe(seq);
});

test('a cut end is found by the anchor outside of the database', async () => {
  await act();
  await tamper('delete from audit_entry where seq > 20');
  const verdict = await verify();
  expect(verdict.ok).toBe(false);
  expect(verdict.problems).toEqual([{ seq: 20, problem: expect.stringContaining('the end was cut') }]);
});

test('a rewritten chain does not fit its anchor, and a broken anchor file is said', async () => {
  await act();
  const file = join(sx.dataDir, ANCHOR_FILE);
  const anchors = readFileSync(file, 'utf8');
  writeFileSync(file, anchors.replace(/"mac":"./, '"mac":"x'));
  expect((await verify()).problems[0].problem).toContain('anchored');
  writeFileSync(file, `${anchors}nonsense\n`);
  expect((await verify()).problems[0].problem).toContain('cannot be read');
});

test('twenty at once make one chain without gaps', async () => {
  const slugs = Array.from({ length: 20 }, (_, index) => `team-${index}`);
  const made = await Promise.all(slugs.map((slug) => sx.call('/api/v1/projects', { body: { slug } })));
  expect(made.map((answer) => answer.status)).toEqual(slugs.map(() => 201));
  expect(await verify()).toMatchObject({ ok: true, entries: 20 });
});

test('the export holds every entry in order, one a line', async () => {
  await act(5);
  const { body, headers } = await sx.call('/api/v1/audit/export');
  expect(headers.get('content-disposition')).toContain('audit.jsonl');
  const lines = (body as string)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // The export is the sixth itself; the seal comes last.
  expect(lines.map((line) => line.seq)).toEqual([1, 2, 3, 4, 5, 6, undefined]);
  expect(lines[0].mac).toMatch(/^[0-9a-f]{64}$/);
});

test('an edit names the state it was made from: a stale one gets 409 with the current state', async () => {
  const { id } = (
    await sx.call('/api/v1/users', { body: { login: 'ada', password: 'a long and odd phrase 77' } })
  ).body;
  const read = await sx.call(`/api/v1/users/${id}`);
  const tag = read.headers.get('etag') ?? '';
  const edit = (name: string, match: string) =>
    sx.call(`/api/v1/users/${id}`, { method: 'PATCH', body: { name }, headers: { 'if-match': match } });
  expect((await edit('Ada', tag)).status).toBe(200);
  const stale = await edit('Eve', tag);
  expect([stale.status, stale.body.code, stale.body.current.name]).toEqual([409, 'conflict', 'Ada']);
  const again = (await sx.call(`/api/v1/users/${id}`)).headers.get('etag') ?? '';
  expect((await edit('Eve', again)).status).toBe(200);
  const unchanged = await sx.call(`/api/v1/users/${id}`, {
    headers: { 'if-none-match': (await sx.call(`/api/v1/users/${id}`)).headers.get('etag') ?? '' },
  });
  expect(unchanged.status).toBe(304);
});

test('projects and roles are edited with the tag of what was read', async () => {
  const { id } = (await sx.call('/api/v1/projects', { body: { slug: 'tagged' } })).body;
  await sx.call('/api/v1/roles', { body: { name: 'tagged-role', permissions: ['run:read'] } });
  for (const [path, field] of [
    [`/api/v1/projects/${id}`, 'name'],
    ['/api/v1/roles/tagged-role', 'title'],
  ] as const) {
    const tag = (await sx.call(path)).headers.get('etag') ?? '';
    const edit = (value: string) =>
      sx.call(path, { method: 'PATCH', body: { [field]: value }, headers: { 'if-match': tag } });
    expect((await edit('One')).status).toBe(200);
    expect((await edit('Two')).status).toBe(409);
    expect((await sx.call(path)).body[field]).toBe('One');
  }
});

test('an asset and one’s own account are edited with the tag of what was read', async () => {
  await sx.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    const row = { id: 'ast_tagged', project: DEFAULT_PROJECT, name: 'tagged', kind: 'folder', key: 'tagged' };
    await tx
      .insertInto('asset')
      .values({ ...row, created: 1 })
      .execute();
  });
  const { value: token } = (await sx.call('/api/v1/tokens', { body: { name: 'tagged', role: 'admin' } }))
    .body;
  for (const [path, field, [one, two]] of [
    ['/api/v1/assets/ast_tagged', 'criticality', ['high', 'low']],
    ['/api/v1/account', 'name', ['One', 'Two']],
    ['/api/v1/account/settings', 'pinnedTasks', [['cvss'], ['secrets-scan']]],
  ] as const) {
    const tag = (await sx.call(path, { token })).headers.get('etag') ?? '';
    expect(tag, path).toMatch(/^"/);
    const edit = (value: unknown, match = tag) =>
      sx.call(path, { token, method: 'PATCH', body: { [field]: value }, headers: { 'if-match': match } });
    expect((await edit(one)).status, path).toBe(200);
    const stale = await edit(two);
    expect([stale.status, stale.body.code, stale.body.current[field]]).toEqual([409, 'conflict', one]);
    expect((await sx.call(path, { token })).body[field]).toEqual(one);
    expect((await edit(two, (await sx.call(path, { token })).headers.get('etag') ?? '')).status).toBe(200);
  }
  expect((await sx.call('/api/v1/assets/ast_none')).status).toBe(404);
});

test('tokens: narrowed, of one project, from one network, expired, revoked, of a locked account', async () => {
  const make = async (body: Record<string, unknown>) => (await sx.call('/api/v1/tokens', { body })).body;
  const read = (token: string, path = '/api/v1/runs', project?: string) =>
    sx.call(path, { token, ...(project === undefined ? {} : { project }) });
  const narrow = await make({ name: 'n', role: 'admin', permissions: ['run:read'] });
  expect((await read(narrow.value)).status).toBe(200);
  expect((await read(narrow.value, '/api/v1/users')).status).toBe(403);
  await sx.call('/api/v1/projects', { body: { slug: 'team' } });
  const one = await make({ name: 'one', role: 'analyst', project: 'team' });
  expect((await read(one.value)).status).toBe(200);
  expect((await read(one.value, '/api/v1/runs', 'default')).status).toBe(403);
  expect(
    (await read(one.value, '/api/v1/projects')).body.items.map((item: { slug: string }) => item.slug),
  ).toEqual(['team']);
  expect(
    (await read((await make({ name: 'net', role: 'analyst', addresses: ['10.0.0.0/8'] })).value)).status,
  ).toBe(401);
  expect(
    (await read((await make({ name: 'me', role: 'analyst', addresses: ['127.0.0.1'] })).value)).status,
  ).toBe(200);
  expect(
    (await sx.call('/api/v1/tokens', { body: { addresses: ['10.0.0.0/99'] } })).body.fields[0].field,
  ).toBe('addresses');
  const gone = await make({ name: 'gone', role: 'analyst' });
  expect((await read(gone.value)).status).toBe(200);
  await sx.call(`/api/v1/tokens/${gone.token.id}`, { method: 'DELETE' });
  expect((await read(gone.value)).status).toBe(401);
  const locked = await make({ name: 'locked', role: 'analyst' });
  expect((await read(locked.value)).status).toBe(200);
  await sx.call(`/api/v1/users/${locked.token.owner}`, { method: 'PATCH', body: { disabled: true } });
  expect((await read(locked.value)).status).toBe(401);
  const old = await make({ name: 'old', role: 'analyst', expiresInDays: 1 });
  await sx.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    await tx
      .updateTable('token')
      .set({ expires: Date.now() - 1 })
      .where('id', '=', old.token.id)
      .execute();
  });
  expect((await read(old.value)).status).toBe(401);
  const rows = await sx.app.services.store.db.selectFrom('token').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(narrow.value);
});
