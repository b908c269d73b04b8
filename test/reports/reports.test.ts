import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type Instance, openInstance, type Report } from './helper.ts';
import { fillFindings, HOSTILE, PROJECT } from './sample.ts';

const bin = postgresPrograms();

describe.each(['sqlite', ...(bin ? ['postgres'] : [])])('on %s', (dialect) => {
  let instance: Instance;
  let stop: (() => Promise<void>) | undefined;
  let findings: string[] = [];

  beforeAll(async () => {
    let url: string | undefined;
    if (dialect === 'postgres' && bin) {
      const server = await startPostgres(bin);
      url = await server.database('reports');
      stop = () => server.stop();
    }
    instance = await openInstance(url);
    findings = await fillFindings(instance.app.services.store, 120, { hostile: true });
  }, 60_000);
  afterAll(async () => {
    await instance?.close();
    await stop?.();
  });

  const generate = async (body: object): Promise<Report> => {
    const asked = await instance.json<Report>('/api/v1/reports', { body });
    return instance.ready(asked.id);
  };

  test('a snapshot with its files; every format holds all findings, and nothing breaks out', async () => {
    const report = await generate({ q: '', formats: ['html', 'csv', 'sarif', 'markdown', 'vex'] });
    expect(report).toMatchObject({ status: 'ready', findings: 120, error: null });
    expect(report.files.map(({ format }) => format)).toEqual([
      'csv',
      'html',
      'json',
      'markdown',
      'sarif',
      'vex',
    ]);
    const text = async (format: string) =>
      (await instance.call(`/api/v1/reports/${report.id}/files/${format}`)).text();
    const json = await text('json');
    expect(createHash('sha256').update(json).digest('hex')).toBe(report.hash);
    const snapshot = JSON.parse(json);
    expect(snapshot.findings.map(({ id }: { id: string }) => id).sort()).toEqual([...findings].sort());
    expect(snapshot.about.counts).toMatchObject({ total: 120, status: { 'risk-accepted': 15, fixed: 15 } });
    const ranks = snapshot.findings.map(({ severity }: { severity: string }) =>
      ['critical', 'high', 'medium', 'low', 'info'].indexOf(severity),
    );
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    const sarif = JSON.parse(await text('sarif'));
    expect(sarif.runs[0].results).toHaveLength(120);
    expect(sarif.runs[0].results.filter((one: { suppressions?: unknown }) => one.suppressions)).toHaveLength(
      30,
    );
    const vex = JSON.parse(await text('vex'));
    expect(vex).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(vex.vulnerabilities).toHaveLength(20);
    const refs = new Set(vex.components.map((one: { 'bom-ref': string }) => one['bom-ref']));
    for (const one of vex.vulnerabilities) expect(refs.has(one.affects[0].ref)).toBe(true);
    const csv = await text('csv');
    expect(csv.split('\r\n')).toHaveLength(122);
    const html = await text('html');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img src=x');
    const markdown = await text('markdown');
    expect(markdown.replace(/```[\s\S]*?```/g, '').replace(/(`+).*?\1/g, '')).not.toMatch(/<(script|img)/);
  });

  test('a page is shown under a policy with its hashes, in a sandbox', async () => {
    const { items } = await instance.json<{ items: Report[] }>('/api/v1/reports');
    const shown = await instance.call(`/api/v1/reports/${items[0]?.id}/files/html?view=true`);
    expect(shown.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/,
    );
    expect(shown.headers.get('content-disposition')).toMatch(/^inline/);
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    await shown.arrayBuffer();
    const saved = await instance.call(`/api/v1/reports/${items[0]?.id}/files/html`);
    expect(saved.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment/);
    await saved.arrayBuffer();
  });

  test('report.ready tells the files; verify knows each of them, and sees a change', async () => {
    const report = await generate({ q: 'severity:critical', formats: ['csv'] });
    const event = await instance.app.services.store.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'report.ready')
      .where('subject', '=', report.id)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(event.data)).toMatchObject({
      report: report.id,
      sha256: report.hash,
      formats: [{ format: 'csv' }, { format: 'json' }],
    });
    const csv = report.files.find(({ format }) => format === 'csv');
    const known = await instance.json<{ matches: object[] }>(`/api/v1/reports/verify?sha256=${csv?.sha256}`);
    expect(known.matches).toMatchObject([{ report: report.id, format: 'csv', intact: true }]);
    const other = await instance.json<{ matches: object[] }>(
      `/api/v1/reports/verify?sha256=${'0'.repeat(64)}`,
    );
    expect(other.matches).toEqual([]);
  });

  test('which findings a report is about, when nobody says so: an executive one has what was accepted', async () => {
    const aboutOf = async (template: string) => (await generate({ template, formats: ['json'] })).about;
    expect(await aboutOf('executive')).toEqual({ kind: 'query', q: 'is:open,accepted' });
    expect(await aboutOf('technical')).toEqual({ kind: 'query', q: 'is:open' });
  });

  test('a delta finds what is new, fixed and changed, against the report before it', async () => {
    const { store } = instance.app.services;
    const first = await generate({
      q: 'is:open severity:critical,high',
      template: 'delta',
      formats: ['json'],
    });
    expect(first.against).toEqual({ kind: 'nothing' });
    const open = (
      await instance.json<{ findings: { id: string }[] }>(`/api/v1/reports/${first.id}/files/json`)
    ).findings.map(({ id }) => id);
    const [fixed = '', worse = ''] = open;
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx
        .updateTable('finding')
        .set({ status: 'fixed', closed: Date.now() })
        .where('id', '=', fixed)
        .execute();
      await tx
        .updateTable('finding')
        .set({ severity: 'high', severity_rank: 1 })
        .where('id', '=', worse)
        .execute();
    });
    const second = await generate({
      q: 'is:open severity:critical,high',
      template: 'delta',
      formats: ['markdown'],
    });
    expect(second.against).toMatchObject({ kind: 'report', report: first.id });
    const { about, findings: list } = await instance.json<{
      about: { counts: { change: object } };
      findings: { id: string; change: string; before: object }[];
    }>(`/api/v1/reports/${second.id}/files/json`);
    expect(about.counts.change).toMatchObject({ new: 0, fixed: 1, changed: 1, open: open.length - 2 });
    expect(list.find(({ id }) => id === worse)).toMatchObject({
      change: 'changed',
      before: { severity: 'critical' },
    });
    const diff = await instance.json<{ counts: object; items: { id: string; change: string }[] }>(
      `/api/v1/reports/${second.id}/diff/${first.id}`,
    );
    expect(diff.counts).toMatchObject({ fixed: 1, changed: 1 });
    expect(diff.items.map(({ id, change }) => [id, change])).toEqual(
      expect.arrayContaining([
        [fixed, 'fixed'],
        [worse, 'changed'],
      ]),
    );
  });

  test('what lists hide is not in a report, and the report says so', async () => {
    const { store } = instance.app.services;
    const [id = ''] = (
      await instance.json<{ items: { id: string }[] }>('/api/v1/findings?q=is:open&limit=1')
    ).items.map((one) => one.id);
    const before = await generate({ q: '', formats: ['json'] });
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx.updateTable('finding').set({ hidden_by: 'sup_1' }).where('id', '=', id).execute(),
    );
    const report = await generate({ q: '', formats: ['markdown'] });
    expect(report.findings).toBe(before.findings - 1);
    const markdown = await (await instance.call(`/api/v1/reports/${report.id}/files/markdown`)).text();
    expect(markdown).toContain('Left out of this report, as of lists: 1 suppressed.');
    expect((await generate({ q: 'is:suppressed', formats: ['json'] })).findings).toBe(1);
  });

  test('what cannot be is refused with its field', async () => {
    const refused = async (body: object) => {
      const answer = await instance.call('/api/v1/reports', { body });
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    expect(await refused({ q: 'nonsense:1' })).toEqual([400, 'invalid-query']);
    expect(await refused({ run: 'run_none' })).toEqual([404, 'not-found']);
    expect(await refused({ q: '', run: 'run_none' })).toEqual([422, 'invalid-parameter']);
    expect(await refused({ template: 'none' })).toEqual([404, 'not-found']);
    expect(await refused({ formats: ['docx'] })).toEqual([422, 'invalid-parameter']);
    expect(await refused({ title: 'a\nb' })).toEqual([422, 'invalid-parameter']);
  });

  test('a report that a dead process left is finished by the next one', async () => {
    const { store } = instance.app.services;
    const ready = await generate({ q: 'severity:low', formats: ['csv'] });
    // As it stands when the process dies between the snapshot and the file.
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx
        .updateTable('report')
        .set({ status: 'rendering', ended: null, instance: 'rpj_dead', lease: Date.now() - 1 })
        .where('id', '=', ready.id)
        .execute();
      await tx.deleteFrom('report_file').where('report', '=', ready.id).where('format', '=', 'csv').execute();
    });
    await instance.restart();
    const again = await instance.ready(ready.id);
    expect(again).toMatchObject({ status: 'ready', hash: ready.hash });
    expect(again.files.find(({ format }) => format === 'csv')?.sha256).toBe(
      ready.files.find(({ format }) => format === 'csv')?.sha256,
    );
  }, 30_000);

  test('a link shows one report to whoever has it: redacted, with a password, until it is taken back', async () => {
    const report = await generate({ q: '', formats: ['html'] });
    const share = await instance.json<{ share: { id: string }; path: string }>(
      `/api/v1/reports/${report.id}/shares`,
      {
        body: { password: 'correct horse', expiresInDays: 2 },
      },
    );
    const open = (password?: string) =>
      fetch(`${instance.base}${share.path}`, {
        redirect: 'manual',
        ...(password === undefined ? {} : { method: 'POST', body: new URLSearchParams({ password }) }),
      });
    const asked = await open();
    expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('asks for a password')]);
    expect((await open('wrong')).status).toBe(403);
    const right = await open('correct horse');
    expect([right.status, right.headers.get('location')], 'Back does not send the form again').toEqual([
      303,
      share.path,
    ]);
    const [cookie = ''] = right.headers.getSetCookie();
    const reader = { cookie: cookie.split(';')[0] ?? '' };
    const landing = await fetch(`${instance.base}${share.path}`, { headers: reader });
    const told = await landing.text();
    expect(landing.status).toBe(200);
    expect(told).toContain('Document (PDF)');
    expect(told, 'only what the link gives').not.toContain('SARIF');
    expect(told).toMatch(/<li>the messages of (all )?\d+ findings?<\/li>/);
    const file = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${instance.base}${share.path}${path}`, { headers, redirect: 'manual' });
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await file('/html')).headers.get('location'), 'without the password').toBe(share.path);
    const forged = reader.cookie.replace(/=\d+/, `=${Date.now() + 1e9}`);
    expect((await file('/html', { cookie: forged })).status).toBe(303);
    expect((await file('/sarif', reader)).status).toBe(404);
    const pdf = await file('/pdf?keep', reader);
    expect(pdf.headers.get('content-disposition')).toMatch(/^attachment; .*-redacted\.pdf$/);
    expect((await file('/html?keep', reader)).headers.get('content-disposition')).toMatch(/^attachment/);
    const shown = await file('/html', reader);
    const text = await shown.text();
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
    );
    expect(text).toContain('Redacted');
    for (const secret of [
      'orders-',
      'service-1',
      'select * from orders',
      'request.query',
      'alert(1)',
      'local:ada',
    ])
      expect(text).not.toContain(secret);
    for (let tries = 0; tries < 6; tries += 1) await (await open('wrong again')).text();
    expect(await (await open('correct horse')).text()).toContain('Too many attempts');
    const { items } = await instance.json<{ items: { outcome: string }[] }>(
      `/api/v1/reports/${report.id}/shares/${share.share.id}/accesses`,
    );
    expect(items.map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(['opened', 'read', 'downloaded', 'wrong-password', 'locked']),
    );
    expect(
      (await instance.call(`/api/v1/reports/${report.id}/shares/${share.share.id}`, { method: 'DELETE' }))
        .status,
    ).toBe(204);
    expect((await open()).status).toBe(404);
    expect((await fetch(`${instance.base}/r/${'x'.repeat(43)}`)).status).toBe(404);
    expect(await instance.json<object>(`/api/v1/reports/${report.id}/shares`)).toMatchObject({
      items: [{ opened: 1, revoked: expect.any(Number) }],
    });
  }, 30_000);

  test('own templates, with logo and look; old results; removal', async () => {
    const made = await instance.json<{ id: string }>('/api/v1/report-templates', {
      body: {
        name: 'board',
        source:
          '# {{ organisation }}\n\n{{ report.verdict }}\n\n{% chart severity %}\n\n{% findings_table %}',
        organisation: 'Example <b>Ltd</b>',
      },
    });
    const report = await generate({ q: '', template: 'board', formats: ['html', 'markdown', 'pdf'] });
    expect(report).toMatchObject({ status: 'ready', template: 'board', error: null });
    const html = await (await instance.call(`/api/v1/reports/${report.id}/files/html`)).text();
    expect(html).toContain('Example &#60;b&#62;Ltd');
    const broken = await instance.call('/api/v1/report-templates', {
      body: { name: 'broken', source: '{% for %}' },
    });
    expect([broken.status, await broken.json()]).toMatchObject([422, { code: 'invalid-template' }]);
    const slow = await instance.json<{ id: string }>('/api/v1/report-templates', {
      body: { name: 'slow', source: '{% for a in (1..100000000) %}x{% endfor %}' },
    });
    expect(slow.id).toMatch(/^rtp_/);
    expect(await generate({ q: '', template: 'slow' })).toMatchObject({
      status: 'failed',
      error: { code: 'invalid-template' },
    });

    const form = new FormData();
    form.set(
      'file',
      new Blob(
        [
          JSON.stringify({
            results: [
              {
                module: 'web',
                findings: [{ title: `XSS ${HOSTILE}`, severity: 'high', url: 'https://a.example/' }],
              },
            ],
          }),
        ],
        { type: 'application/json' },
      ),
      'old.json',
    );
    const file = await instance.json<{ id: string }>('/api/v1/files', { method: 'POST', body: form });
    const old = await generate({ file: file.id, formats: ['html', 'pdf'] });
    expect(old).toMatchObject({ status: 'ready', findings: 1 });

    expect((await instance.call(`/api/v1/report-templates/${made.id}`, { method: 'DELETE' })).status).toBe(
      204,
    );
    expect((await instance.call(`/api/v1/reports/${old.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await instance.call(`/api/v1/reports/${old.id}`)).status).toBe(404);
    const left = await instance.app.services.store.db
      .selectFrom('report_file')
      .select('report')
      .where('report', '=', old.id)
      .where('project', '=', PROJECT)
      .execute();
    expect(left).toEqual([]);
  }, 60_000);
});
