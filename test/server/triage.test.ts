import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addFindings, PROJECT } from '../servers/lifecycle.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type Answer, type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const DAY = 86_400_000;
const bin = postgresPrograms();

describe('decisions over the API on sqlite', () => {
  contract(() => startTestServer());
});

describe.skipIf(!bin)(
  bin
    ? 'decisions over the API on postgres'
    : 'decisions over the API on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('triage') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  let project = '';
  const people: Record<string, { id: string; token: string }> = {};

  beforeAll(async () => {
    sx = await start();
    project = (await sx.call('/api/v1/projects', { body: { slug: 'shop' } })).body.id;
    for (const [login, role] of [
      ['anna', 'analyst'],
      ['max', 'manager'],
      ['mia', 'manager'],
    ] as const)
      people[login] = await account(login, { role, project: 'shop' });
    people.zoe = await account('zoe', { role: 'analyst', project: 'default' });
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  async function account(login: string, grant: object): Promise<{ id: string; token: string }> {
    const user = await sx.call('/api/v1/users', { body: { login, kind: 'service', ...grant } });
    expect(user.status, JSON.stringify(user.body)).toBe(201);
    const made = await sx.call('/api/v1/tokens', { body: { name: login, owner: user.body.id } });
    return { id: user.body.id, token: made.body.value };
  }

  const as = (login: string, path: string, options: CallOptions = {}) =>
    sx.call(`/api/v1${path}`, { ...options, token: people[login]?.token ?? '', project });
  const triage = (login: string, body: object) => as(login, '/findings/triage', { body });
  const add = (count: number, change: object = {}) =>
    addFindings(sx.app.services.store, count, () => ({ project, ...change }));
  const list = async (q: string, login = 'anna') =>
    (await as(login, `/findings?q=${encodeURIComponent(q)}`)).body;

  async function whenEnded(answer: Answer): Promise<Answer['body']> {
    const id = answer.body.change?.id ?? answer.body.change ?? answer.body.id;
    expect(id, JSON.stringify(answer.body)).toMatch(/^chg_/);
    let last: Answer['body'];
    await expect
      .poll(
        async () => {
          last = (await as('anna', `/changes/${id}`)).body;
          return last.status;
        },
        { timeout: 10_000, interval: 20 },
      )
      .not.toMatch(/^(planning|running|undoing)$/);
    return last;
  }

  test('one finding at once, with who it is and what was said', async () => {
    const [id = ''] = await add(1, { rule: 'one' });
    const answer = await triage('anna', {
      ids: [id],
      change: {
        status: 'confirmed',
        assignee: 'max',
        addLabels: ['shop front'],
        comment: 'Look at <b>this</b>',
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.change).toMatchObject({
      status: 'done',
      changed: 1,
      text: '1 changed',
      actorName: 'anna',
    });
    const shown = await list('rule:one assignee:max label:"shop front"');
    expect(shown.items).toMatchObject([
      { id, assigneeName: 'max', labels: ['shop front'], status: 'confirmed' },
    ]);
    expect((await list('rule:one assignee:me', 'max')).items).toHaveLength(1);
    expect((await list('rule:one assignee:me')).items).toHaveLength(0);
    const history = (await as('anna', `/findings/${id}/history`)).body.items;
    expect(history.map(({ kind }: { kind: string }) => kind)).toEqual(['labels', 'assignee', 'status']);
    expect(history[2]).toMatchObject({ actorName: 'anna', data: { comment: 'Look at <b>this</b>' } });
    const facets = (await as('anna', '/findings/facets?q=rule:one')).body;
    expect(facets.facets.assignee.values).toMatchObject([{ name: 'max', count: 1 }]);
    expect(facets.facets.label.values).toEqual([{ value: 'shop front', count: 1 }]);
    const audit = await sx.call('/api/v1/audit?operation=findings.triage');
    expect(audit.body.items[0]).toMatchObject({ subject: answer.body.change.id, outcome: 'done' });
  });

  test('who works on findings sees whom they can be given to, and whom they were given to', async () => {
    const { items, more } = (await as('anna', '/findings/people')).body;
    expect(items.find(({ login }: { login: string }) => login === 'max')).toEqual({
      id: people.max?.id,
      login: 'max',
      name: 'max',
      me: false,
    });
    const logins = items.map(({ login }: { login: string }) => login);
    expect(logins).toEqual(expect.arrayContaining(['anna', 'mia']));
    expect(logins, 'of another project').not.toContain('zoe');
    expect(items.filter(({ me }: { me: boolean }) => me)).toMatchObject([{ login: 'anna' }]);
    expect(more).toBe(false);
    expect((await as('anna', '/users')).status, 'the accounts themselves').toBe(403);
    const [id = ''] = await add(1);
    await triage('anna', { ids: [id], change: { assignee: 'max' } });
    const history = (await as('anna', `/findings/${id}/history`)).body.items;
    expect(history).toMatchObject([{ kind: 'assignee', data: { toName: 'max' } }]);
  });

  test('groups say what they are and how bad, the worst first', async () => {
    await add(2, { rule: 'group-a', severity: 'medium' });
    await add(1, { rule: 'group-a', severity: 'low' });
    await add(1, { rule: 'group-b', severity: 'critical' });
    const groups = async (more: string) =>
      (await as('anna', `/findings/groups?q=${encodeURIComponent('rule:group-a,group-b')}${more}`)).body;
    expect(await groups('')).toMatchObject({
      total: 4,
      more: 0,
      items: [
        { value: 'group-b', count: 1, bySeverity: { critical: 1 } },
        { value: 'group-a', count: 3, bySeverity: { medium: 2, low: 1 } },
      ],
    });
    const largest = (await groups('&sort=count')).items;
    expect(largest.map(({ value }: { value: string }) => value)).toEqual(['group-a', 'group-b']);
  });

  test('assigns to nobody who may not read it', async () => {
    const [id = ''] = await add(1);
    for (const assignee of ['zoe', 'nobody-here'])
      expect(await triage('anna', { ids: [id], change: { assignee } })).toMatchObject({
        status: 422,
        body: { code: 'invalid-parameter' },
      });
  });

  test.each([
    [{ change: { status: 'confirmed' } }, 422],
    [{ ids: ['fnd_1'], q: 'is:open', change: { status: 'confirmed' } }, 422],
    [{ q: ' ', change: { status: 'confirmed' } }, 422],
    [{ ids: ['fnd_1'], change: {} }, 422],
    [{ ids: ['fnd_1'], change: { status: 'fixed' } }, 422],
    [{ ids: ['fnd_1'], change: { status: 'false-positive' } }, 422],
    [{ q: 'statsu:open', change: { status: 'confirmed' } }, 400],
    [{ ids: ['fnd_1'], change: { status: 'risk-accepted', reason: 'no-fix', expires: 4e12 } }, 422],
  ])('refuses %j', async (body, status) => {
    expect((await triage('max', body)).status).toBe(status);
  });

  test('a change of all that fit leaves what a person has decided otherwise, unless it is told to', async () => {
    const ids = await add(12, { rule: 'decided' });
    await triage('anna', { ids: ids.slice(0, 1), change: { status: 'confirmed' } });
    const dismissed = { status: 'false-positive', reason: 'test-code' };
    await triage('max', { ids: ids.slice(1, 3), change: dismissed });
    const accepted = { status: 'risk-accepted', reason: 'no-fix', expires: Date.now() + 30 * DAY };
    await triage('max', { ids: ids.slice(3, 4), change: accepted });
    const q = 'rule:decided';
    const change = { status: 'false-positive', reason: 'wrong-rule' };
    const dry = await triage('anna', { q, change, dryRun: true });
    expect(dry.body.preview).toMatchObject({
      total: 12,
      changes: 10,
      byStatus: { open: 8, 'false-positive': 2 },
      decided: { confirmed: 1, 'risk-accepted': 1 },
    });
    const done = await whenEnded(await triage('anna', { q, change }));
    expect(done).toMatchObject({ changed: 10, skipped: [{ reason: 'decided', count: 2 }] });
    expect((await list(`${q} status:confirmed`)).items).toMatchObject([{ id: ids[0] }]);
    expect((await list(`${q} status:risk-accepted`)).items).toMatchObject([{ id: ids[3] }]);
    await whenEnded(await as('anna', `/changes/${done.id}/undo`, { body: {} }));

    const all = await whenEnded(await triage('anna', { q, change, overrule: true }));
    // The two that were dismissed have the new reason since the first time: an undo leaves what was said.
    expect(all).toMatchObject({ changed: 10, skipped: [{ reason: 'unchanged', count: 2 }] });
    expect((await list(`${q} status:false-positive`)).items).toHaveLength(12);
    // To open again is about what was decided: nothing is left out.
    const reopened = await whenEnded(await triage('anna', { q, change: { status: 'open' } }));
    expect(reopened).toMatchObject({ changed: 12, skipped: [] });
  });

  test('says what it would do, does it to all that fit, and takes it back', async () => {
    const ids = await add(350, { rule: 'many', severity: 'low' });
    await triage('anna', { ids: ids.slice(0, 3), change: { status: 'confirmed' } });
    const change = { status: 'false-positive', reason: 'unreachable' };
    const dry = await triage('anna', { q: 'rule:many status:open', change, dryRun: true });
    expect(dry.body).toMatchObject({
      change: null,
      preview: { total: 347, changes: 347, bySeverity: { low: 347 }, byStatus: { open: 347 }, skipped: [] },
    });
    expect(dry.body.preview.examples).toHaveLength(5);
    const done = await whenEnded(await triage('anna', { q: 'rule:many', change, overrule: true }));
    expect(done).toMatchObject({ status: 'done', total: 350, changed: 350 });
    const again = await whenEnded(await triage('anna', { q: 'rule:many', change }));
    expect(again.text).toBe('0 changed, 350 skipped, because it is so already');
    const items = await as('anna', `/changes/${again.id}/items?state=skipped&limit=2`);
    expect(items.body.items).toMatchObject([
      { state: 'skipped', reason: 'unchanged', words: 'it is so already' },
      {},
    ]);
    await triage('max', { ids: [ids[5]], change: { status: 'open' } });
    const undo = await as('anna', `/changes/${done.id}/undo`, { method: 'POST', body: {} });
    expect(undo.status).toBe(202);
    expect(await whenEnded(undo)).toMatchObject({
      status: 'undone',
      undo: { undone: 349, text: '349 undone, 1 skipped, because it was changed since' },
    });
    const counts = (await as('anna', '/findings/facets?q=rule:many')).body.facets.status.values;
    expect(counts).toEqual([
      { value: 'open', count: 347 },
      { value: 'confirmed', count: 3 },
    ]);
    expect((await as('anna', `/changes/${done.id}/undo`, { method: 'POST', body: {} })).status).toBe(409);
  });

  test('who may not accept risks asks, and another person accepts', async () => {
    const [id = ''] = await add(1, { rule: 'risk' });
    const change = { status: 'risk-accepted', reason: 'planned', expires: Date.now() + DAY };
    const asked = await whenEnded(await triage('anna', { ids: [id], change }));
    expect(asked).toMatchObject({ kind: 'acceptance', status: 'waiting' });
    expect((await list(`id:${id}`)).items[0].status).toBe('open');
    expect((await as('max', '/findings/acceptances')).body.items).toMatchObject([
      {
        ...{ id: asked.id, requesterName: 'anna', findings: 1, reason: 'planned', status: 'pending' },
        about: [{ id, severity: expect.any(String), location: { kind: 'file' } }],
      },
    ]);
    const of = async (finding: string) =>
      (await as('anna', `/findings/acceptances?finding=${finding}`)).body.items.length;
    expect([await of(id), await of('fnd_other')]).toEqual([1, 0]);
    const waits = async (login: string) => (await as(login, '/overview/attention')).body.acceptances;
    expect(await waits('max')).toMatchObject({
      count: 1,
      items: [{ id: asked.id, requesterName: 'anna', findings: 1, expires: change.expires }],
    });
    expect(await waits('anna')).toBe(null);
    const approve = (login: string) =>
      as(login, `/findings/acceptances/${asked.id}/approve`, { body: { comment: 'Until the release' } });
    expect((await approve('anna')).status).toBe(403);
    expect((await approve('max')).body).toMatchObject({ status: 'approved', decision: 'Until the release' });
    await expect.poll(async () => (await list(`id:${id}`)).items[0].status).toBe('risk-accepted');
    expect((await approve('mia')).status).toBe(409);
    const [entry] = (await as('anna', `/findings/${id}/history`)).body.items;
    expect(entry).toMatchObject({ actorName: 'max', data: { to: 'risk-accepted' } });
  });

  test('where two people are wanted nobody accepts alone, and a request is taken back or refused', async () => {
    const [id = ''] = await add(1, { rule: 'risk' });
    const change = { status: 'risk-accepted', reason: 'planned', expires: Date.now() + DAY };
    const settings = (login: string, body: object) =>
      as(login, '/findings/acceptance-settings', { method: 'PUT', body });
    expect((await settings('anna', { fourEyes: true })).status).toBe(403);
    expect((await settings('max', { fourEyes: true, maxDays: 30 })).body).toEqual({
      fourEyes: true,
      maxDays: 30,
    });
    const late = { ...change, expires: Date.now() + 31 * DAY };
    expect((await triage('max', { ids: [id], change: late })).status).toBe(422);
    const asked = await whenEnded(await triage('max', { ids: [id], change }));
    expect(asked.status).toBe('waiting');
    const decide = (login: string, what: string) =>
      as(login, `/findings/acceptances/${asked.id}/${what}`, { body: {} });
    expect((await decide('max', 'approve')).status).toBe(403);
    expect((await decide('anna', 'reject')).status).toBe(403);
    expect((await decide('max', 'reject')).body.status).toBe('rejected');
    expect((await decide('mia', 'approve')).status).toBe(409);
    await settings('max', { fourEyes: false });
    const alone = await triage('max', { ids: [id], change });
    expect(alone.body.change).toMatchObject({ kind: 'triage', status: 'done', changed: 1 });
  });

  test('where two people are wanted a service account is none of them', async () => {
    const [id = ''] = await add(1, { rule: 'two-people' });
    await as('max', '/findings/acceptance-settings', { method: 'PUT', body: { fourEyes: true } });
    const change = { status: 'risk-accepted', reason: 'planned', expires: Date.now() + DAY };
    const asked = await whenEnded(await triage('anna', { ids: [id], change }));
    const approve = () => as('mia', `/findings/acceptances/${asked.id}/approve`, { body: {} });
    const refused = await approve();
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain('service account');
    const kind = (value: string) =>
      sx.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
        tx.updateTable('user_account').set({ kind: value }).where('login', '=', 'mia').execute(),
      );
    await kind('person');
    expect((await approve()).body.status).toBe('approved');
    await kind('service');
    await as('max', '/findings/acceptance-settings', { method: 'PUT', body: { fourEyes: false } });
  });

  test('a suppression is looked at first, hides, is counted, and ends', async () => {
    await add(3, { rule: 'noise', place: 'gen/a.ts', severity: 'medium' });
    const preview = await as('max', '/suppressions/preview', { body: { query: 'rule:noise path:gen/' } });
    expect(preview.body).toMatchObject({
      total: 3,
      wouldHide: 3,
      open: 3,
      bySeverity: [{ severity: 'medium', count: 3 }],
    });
    expect(preview.body.examples).toHaveLength(3);
    const body = {
      name: 'Generated',
      query: 'rule:noise path:gen/',
      reason: 'generated-code',
      owner: 'anna',
    };
    expect((await as('anna', '/suppressions', { body })).status).toBe(403);
    const made = await as('max', '/suppressions', { body });
    expect(made.status).toBe(201);
    await whenEnded(made);
    const shown = await list('rule:noise');
    expect(shown.items).toEqual([]);
    expect(shown.hidden).toEqual({ suppressed: 3, snoozed: 0, merged: 0, any: 3 });
    expect((await list('rule:noise is:suppressed')).items).toHaveLength(3);
    expect((await as('anna', '/findings/facets?q=rule:noise')).body).toMatchObject({
      total: 0,
      hidden: { any: 3 },
    });
    expect((await as('anna', '/suppressions')).body.items).toMatchObject([
      { name: 'Generated', ownerName: 'anna', hides: 3 },
    ]);
    expect((await as('anna', `/changes/${made.body.change}/undo`, { body: {} })).status).toBe(409);
    const ended = await as('max', `/suppressions/${made.body.id}/end`, { body: {} });
    await whenEnded(ended);
    expect((await list('rule:noise')).items).toHaveLength(3);
    expect((await as('max', `/suppressions/${made.body.id}/end`, { body: {} })).status).toBe(409);
    for (const query of ['assignee:me', 'pth:x', ''])
      expect((await as('max', '/suppressions/preview', { body: { query } })).status).toBeGreaterThanOrEqual(
        400,
      );
  });

  test('a suppression is edited: what it hides follows its query, and only its', async () => {
    await add(4, { rule: 'edit', place: 'gen/a.ts', severity: 'medium' });
    await add(3, { rule: 'edit', place: 'out/b.ts', severity: 'medium' });
    const body = { name: 'Edited', query: 'rule:edit path:gen', reason: 'generated-code' };
    const made = await as('max', '/suppressions', { body });
    await whenEnded(made);
    const path = `/suppressions/${made.body.id}`;
    const edit = (change: object, headers: Record<string, string> = {}, login = 'max') =>
      as(login, path, { method: 'PATCH', body: change, headers });
    const preview = await as('max', '/suppressions/preview', {
      body: { query: 'rule:edit path:out', suppression: made.body.id },
    });
    expect(preview.body).toMatchObject({ total: 3, edit: { hides: 4, keeps: 0, shows: 4, adds: 3 } });
    expect((await edit({ query: 'rule:edit' }, {}, 'anna')).status).toBe(403);
    expect((await edit({})).status).toBe(422);
    expect((await edit({ expires: 5 })).status).toBe(422);
    expect((await edit({ reason: 'other' })).status).toBe(422);
    const foreign = (await edit({ owner: 'zoe' })).body;
    expect(foreign).toMatchObject({ code: 'invalid-parameter', fields: [{ field: 'owner' }] });
    expect((await edit({ name: 'x' }, { 'if-match': '"other"' })).status).toBe(409);

    const etag = (await as('max', path)).headers.get('etag') ?? '';
    const same = await edit({ name: 'Named', owner: 'mia', expires: Date.now() + DAY }, { 'if-match': etag });
    expect(same.status, JSON.stringify(same.body)).toBe(200);
    expect(same.body).toMatchObject({ name: 'Named', ownerName: 'mia', hides: 4, changes: [] });
    expect((await edit({ expires: null })).body.expires).toBeNull();

    const other = await edit({ query: 'rule:edit path:out' });
    expect(other.body.changes).toHaveLength(2);
    for (const change of other.body.changes) await whenEnded({ ...other, body: { id: change } });
    expect((await list('rule:edit')).items).toHaveLength(4);
    expect((await list(`suppression:${made.body.id}`)).items).toHaveLength(3);
    expect((await as('max', path)).body).toMatchObject({ hides: 3, query: 'rule:edit path:out' });

    // What fits both queries stays hidden all the while, and its history says nothing of it.
    const wider = await edit({ query: 'rule:edit' });
    for (const change of wider.body.changes) await whenEnded({ ...wider, body: { id: change } });
    const [kept] = (await list(`suppression:${made.body.id} path:out`)).items;
    const history = (await as('max', `/findings/${kept.id}/history`)).body.items;
    expect(history.map((entry: { kind: string }) => entry.kind)).toEqual(['suppressed']);
    expect((await as('max', path)).body.hides).toBe(7);
    await whenEnded(await as('max', `${path}/end`, { body: {} }));
    expect((await edit({ name: 'late' })).status).toBe(409);
    expect((await as('max', '/suppressions/sup_none', { method: 'PATCH', body: { name: 'x' } })).status).toBe(
      404,
    );
    const trail = await sx.call('/api/v1/audit?operation=suppressions.edit&limit=50', { project });
    expect(trail.body.items.length, JSON.stringify(trail.body)).toBeGreaterThan(0);
  });

  test('a comment is asked for where the policy says so, whichever way the decision comes', async () => {
    const source = [
      'version: 1',
      'comments:',
      '  - name: grave ones',
      '    severities: [critical]',
      '    statuses: [false-positive, duplicate]',
    ].join('\n');
    const [free = ''] = await add(1, { rule: 'talk', severity: 'critical' });
    const change = { status: 'false-positive', reason: 'test-code' };
    expect((await triage('anna', { ids: [free], change })).status, 'nobody asks yet').toBe(200);
    expect((await as('max', '/policy', { method: 'PUT', body: { source } })).status).toBe(200);
    try {
      expect((await as('anna', '/policy/comments')).body.items).toEqual([
        { name: 'grave ones', line: 3, severities: ['critical'], statuses: ['false-positive', 'duplicate'] },
      ]);
      const grave = await add(2, { rule: 'talk', severity: 'critical' });
      const [first = '', second = ''] = grave;
      const mild = await add(2, { rule: 'talk', severity: 'low' });
      const refused = await triage('anna', { ids: [first], change });
      expect(refused.status).toBe(422);
      expect(refused.body).toMatchObject({
        code: 'comment-needed',
        detail: "Line 3 of the policy ('grave ones') asks for a comment on such a decision.",
        fields: [{ field: 'change.comment' }],
      });
      const lowered = await triage('anna', { ids: [first], change: { ...change, severity: 'low' } });
      expect(lowered.body.code, 'asked as what it was').toBe('comment-needed');
      expect((await triage('anna', { ids: [first], change: { status: 'confirmed' } })).status).toBe(200);
      const merged = await as('anna', `/findings/${first}/merge`, { body: { into: second } });
      expect([merged.status, merged.body.code]).toEqual([422, 'comment-needed']);

      const dry = await triage('anna', { q: 'rule:talk', change, dryRun: true });
      expect(dry.body.preview).toMatchObject({
        changes: 2,
        comments: { rules: [{ name: 'grave ones', line: 3, count: 1 }], byStatus: { open: 1 } },
      });
      const words = "line 3 of the policy ('grave ones') asks for a comment on such a decision";
      const few = await triage('anna', { ids: [...grave, ...mild], change });
      expect(few.body.change).toMatchObject({ status: 'done', changed: 2, skipped: [{ words, count: 2 }] });
      const job = await triage('anna', { q: 'rule:talk', change, overrule: true });
      expect((await whenEnded(job)).skipped).toContainEqual(expect.objectContaining({ words, count: 2 }));
      const said = await triage('anna', { ids: grave, change: { ...change, comment: 'Only tests.' } });
      expect(said.body.change).toMatchObject({ changed: 2, skipped: [] });
      const [open = ''] = await add(1, { rule: 'talk', severity: 'critical' });
      const explained = await as('max', `/findings/${open}/policy`, { body: {} });
      expect(explained.body.rules).toContainEqual(
        expect.objectContaining({ section: 'comments', rule: 'grave ones', line: 3, outcome: 'fits' }),
      );
    } finally {
      await as('max', '/policy', { method: 'PUT', body: { source: 'version: 1' } });
    }
  });

  test('a comment is text', async () => {
    const [id = ''] = await add(1);
    const answer = await as('anna', `/findings/${id}/comments`, {
      body: { text: '  @max look\u202e here ' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ kind: 'comment', data: { text: '@max look\\u202e here' } });
    expect((await as('anna', '/findings/fnd_none/comments', { body: { text: 'x' } })).status).toBe(404);
  });

  test('views are one’s own or shared', async () => {
    const mine = await as('anna', '/views', { body: { name: 'Mine', query: 'assignee:me', sort: 'due' } });
    expect(mine.status).toBe(201);
    const shared = await as('anna', '/views', {
      body: { name: 'Critical', query: 'severity:critical', shared: true },
    });
    const names = async (login: string) =>
      (await as(login, '/views')).body.items.map(({ name }: { name: string }) => name);
    expect(await names('anna')).toEqual(['Critical', 'Mine']);
    expect(await names('max')).toEqual(['Critical']);
    const change = (login: string, id: string, body: object) =>
      as(login, `/views/${id}`, { method: 'PATCH', body });
    expect((await change('max', mine.body.id, { name: 'Taken' })).status).toBe(404);
    expect((await change('anna', mine.body.id, { query: 'sevrity:low' })).status).toBe(400);
    expect((await change('anna', mine.body.id, { name: 'Critical' })).status).toBe(409);
    expect((await change('anna', shared.body.id, { shared: false })).body.shared).toBe(false);
    expect(await names('max')).toEqual([]);
    expect((await as('anna', `/views/${mine.body.id}`, { method: 'DELETE' })).status).toBe(204);
  });

  test('what is in another project is not there', async () => {
    const [id = ''] = await addFindings(sx.app.services.store, 1, () => ({ project: PROJECT }));
    expect((await triage('max', { ids: [id], change: { status: 'confirmed' } })).body.change).toMatchObject({
      changed: 0,
      skipped: [{ reason: 'not-found', count: 1 }],
    });
    expect((await as('max', `/findings/${id}/history`)).status).toBe(404);
  });
}
