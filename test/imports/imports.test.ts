import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zipOf } from '../../src/archive/test-archives.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { findings, importReport, sarif, send, undone } from './helper.ts';

const bin = postgresPrograms();
const RESULTS = [1, 2, 3, 4].map((line) => ({
  rule: `r${line}`,
  path: `src/f${line}.ts`,
  line,
  message: `thing ${'abcd'[line - 1]}`,
}));

describe.each(['sqlite', 'postgres'] as const)('imports on %s', { timeout: 120_000 }, (dialect) => {
  if (dialect === 'postgres' && bin === undefined)
    return test.skip('skipped: PostgreSQL is not installed', () => undefined);
  let postgres: PostgresServer | undefined;
  let server: TestServer;
  let asset = 0;
  const next = () => `asset-${++asset}`;

  beforeAll(async () => {
    if (dialect === 'postgres') postgres = await startPostgres(bin ?? '');
    server = await startTestServer(postgres ? { databaseUrl: await postgres.database('imports') } : {});
  }, 60_000);
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await postgres?.stop();
  });

  const of = (name: string) => findings(server, `asset:${name} status:open,confirmed,fixed,false-positive`);

  test('new, known, closed, open again; the numbers of the receipt add up', async () => {
    const name = next();
    const query = { asset: name };
    const first = await importReport(server, sarif(RESULTS), { query });
    expect(first).toMatchObject({
      status: 'done',
      format: 'sarif',
      tools: ['example'],
      asset: { name },
      receipt: { parsed: 4, new: 4, matched: 0, reopened: 0, closed: 0, skipped: 0 },
    });
    expect((await importReport(server, sarif(RESULTS), { query })).receipt).toEqual({
      parsed: 4,
      new: 0,
      matched: 4,
      reopened: 0,
      closed: 0,
      skipped: 0,
    });
    const fewer = [
      ...RESULTS.slice(0, 3),
      { ...(RESULTS[3] as (typeof RESULTS)[0]), more: { suppressions: [{ kind: 'inSource' }] } },
    ];
    const third = await importReport(server, sarif(fewer.slice(1)), { query });
    expect(third.receipt).toEqual({ parsed: 3, new: 0, matched: 2, reopened: 0, closed: 2, skipped: 1 });
    expect(third.skips).toEqual([
      { reason: 'suppressed in the source code', count: 1, examples: ['runs.0.results.2'] },
    ]);
    const fourth = await importReport(server, sarif(RESULTS), { query });
    expect(fourth.receipt).toEqual({ parsed: 4, new: 0, matched: 2, reopened: 2, closed: 0, skipped: 0 });
    expect((await of(name)).map((one) => [one.task, one.status])).toEqual(
      Array.from({ length: 4 }, () => ['example', 'open']),
    );
  });

  test('34 results of one rule on one line stay 34', async () => {
    const query = { asset: next() };
    const same = Array.from({ length: 34 }, () => ({ rule: 'same', path: 'src/a.ts', line: 5 }));
    expect((await importReport(server, sarif(same), { query })).receipt).toMatchObject({
      new: 34,
      skipped: 0,
    });
    const again = await importReport(server, sarif(same), { query });
    expect(again.receipt).toMatchObject({ new: 0, matched: 34, closed: 0 });
  });

  test('another tool, another asset and another category are not closed', async () => {
    const name = next();
    await importReport(server, sarif(RESULTS.slice(0, 1), { tool: 'One' }), { query: { asset: name } });
    const other = await importReport(server, sarif(RESULTS.slice(1, 2), { tool: 'Two' }), {
      query: { asset: name },
    });
    expect(other.receipt.closed).toBe(0);
    const elsewhere = await importReport(server, sarif([], { tool: 'One' }), { query: { asset: next() } });
    expect(elsewhere.receipt.closed).toBe(0);
    const part = sarif([], {
      tool: 'One',
      run: {
        automationDetails: { id: 'python/' },
        tool: { driver: { name: 'One', rules: [{ id: 'py/x' }] } },
      },
    });
    expect((await importReport(server, part, { query: { asset: name } })).receipt.closed).toBe(0);
    const kept = await importReport(server, sarif([], { tool: 'One' }), {
      query: { asset: name, covers: 'no' },
    });
    expect(kept.receipt.closed).toBe(0);
    const closed = await importReport(server, sarif([], { tool: 'One' }), { query: { asset: name } });
    expect(closed.receipt.closed).toBe(1);
  });

  test('a damaged report imports what can be read, closes nothing, and says what is wrong', async () => {
    const name = next();
    await importReport(server, sarif(RESULTS), { query: { asset: name } });
    const text = sarif(RESULTS);
    const cut = await importReport(server, text.slice(0, text.indexOf('src/f3.ts')), {
      query: { asset: name },
    });
    expect(cut).toMatchObject({ status: 'partial', receipt: { matched: 2, closed: 0 } });
    expect(cut.problems).toMatchObject([{ code: 'report-broken' }]);
    expect(cut.problems[0]?.message).toContain('cut off');
    const nothing = await importReport(server, '{"version":"2.1.0","runs":[', { query: { asset: name } });
    expect(nothing).toMatchObject({ status: 'failed', error: { code: 'report-broken' } });
    const unknown = await importReport(server, 'hello', { name: 'x.txt', type: 'text/plain' });
    expect(unknown).toMatchObject({ status: 'failed', error: { code: 'unknown-format' } });
    const binary = await importReport(server, Buffer.from(Array.from({ length: 300 }, (_, at) => at % 256)), {
      type: 'application/octet-stream',
    });
    expect(binary).toMatchObject({ status: 'failed', error: { code: 'unknown-format' } });
    const named = await server.call('/api/v1/imports', { body: { report: 'upload:fil_0', format: 'nope' } });
    expect(named.status).toBe(422);
    expect((await of(name)).every((one) => one.status === 'open')).toBe(true);
  });

  test('undo removes what was new, and gives back what was changed, closed and opened', async () => {
    const name = next();
    const query = { asset: name };
    const before = [...RESULTS.slice(0, 3)];
    await importReport(server, sarif(before), { query });
    await importReport(server, sarif(before.slice(0, 2)), { query });
    const state = async () =>
      (await of(name))
        // Priorities follow the log behind everything else.
        .map((one) => ({ ...one, priority: undefined, due: undefined }))
        .sort((a, b) => (a.rule < b.rule ? -1 : 1));
    const known = await state();
    const changed = [
      { ...(RESULTS[0] as (typeof RESULTS)[0]), line: 40, more: { level: 'error' } },
      RESULTS[2] as (typeof RESULTS)[0],
      { rule: 'fresh', path: 'src/new.ts', line: 2 },
    ];
    const done = await importReport(server, sarif(changed), { query });
    expect(done.receipt).toMatchObject({ new: 1, matched: 1, reopened: 1, closed: 1 });
    expect(await state()).not.toEqual(known);
    const undo = await undone(server, done.run);
    expect(undo).toMatchObject({ undo: { removed: 1, restored: 3, kept: [] }, change: { status: 'undone' } });
    const { items: runs } = (await server.call('/api/v1/runs?task=import')).body;
    expect(runs.find(({ id }: { id: string }) => id === done.run)).toMatchObject({
      status: 'done',
      undone: expect.any(Number),
    });
    expect((await server.call(`/api/v1/runs/${done.run}`)).body.undone).toEqual(expect.any(Number));
    const gone = (await server.call(`/api/v1/changes/${undo.change?.id}/items?state=undone`)).body.items.find(
      (one: { reason: string | null }) => one.reason === 'removed',
    );
    expect(gone.before.removed).toMatchObject({ rule: 'fresh', location: { path: 'src/new.ts' } });
    const history = await server.call(`/api/v1/findings/${gone.finding}/history`);
    expect(history.body.items).toMatchObject([{ kind: 'undone', data: { removed: true, run: done.run } }]);
    expect((await server.call(`/api/v1/findings/${gone.finding}`)).status).toBe(404);
    expect(await state()).toEqual(known);
    const shown = (await server.call(`/api/v1/imports/${done.run}`)).body;
    expect(shown).toMatchObject({ receipt: { new: 1 }, undo: { removed: 1, restored: 3 } });
    expect(shown.undone).toBeGreaterThan(0);
    expect((await server.call(`/api/v1/imports/${done.run}/undo`, { method: 'POST' })).status).toBe(409);
    const again = await importReport(server, sarif(before.slice(0, 2)), { query });
    expect(again.receipt).toMatchObject({ new: 0, matched: 2, closed: 0 });
  });

  test('an asset that only an import made is not offered any more when the import is undone', async () => {
    const name = next();
    const offered = async (all = '') =>
      (await server.call(`/api/v1/assets?q=${name}${all}`)).body.items.map(
        (one: { name: string }) => one.name,
      );
    const done = await importReport(server, sarif(RESULTS.slice(0, 1)), { query: { asset: name } });
    expect(await offered()).toEqual([name]);
    await undone(server, done.run);
    expect([await offered(), await offered('&all=true')]).toEqual([[], [name]]);
    await importReport(server, sarif(RESULTS.slice(0, 1)), { query: { asset: name } });
    expect(await offered()).toEqual([name]);
  });

  test('a receipt names what was merged and what waits to be closed; what is undone waits no longer', async () => {
    const name = next();
    const query = { asset: name };
    const weak = (rule: string, path: string) => ({ rule, path, more: { taxa: [] } });
    const taxonomy = (tool: string) =>
      sarif(
        Array.from({ length: 30 }, (_, at) => weak(`rule-${tool}-${at}`, `src/${at}.ts`)),
        {
          tool,
          run: {
            tool: {
              driver: {
                name: tool,
                rules: Array.from({ length: 30 }, (_, at) => ({
                  id: `rule-${tool}-${at}`,
                  properties: { tags: ['external/cwe/cwe-079'] },
                })),
              },
            },
          },
        },
      );
    const first = await importReport(server, taxonomy('One'), { query });
    expect(first).toMatchObject({ merged: { count: 0, examples: [] }, closings: [] });
    const second = await importReport(server, taxonomy('Two'), { query });
    expect(second.merged?.count).toBe(30);
    expect(second.merged?.examples).toHaveLength(20);
    const [example] = second.merged?.examples ?? [];
    const into = (await server.call(`/api/v1/findings/${example?.into}`)).body;
    expect(into).toMatchObject({ task: 'one', firstRun: first.run });
    const merged = await findings(server, `first-run:${second.run} is:merged`);
    expect(merged).toHaveLength(30);

    const few = await importReport(server, sarif([], { tool: 'One' }), {
      query: { ...query, covers: 'yes' },
    });
    expect(few).toMatchObject({
      receipt: { closed: 0 },
      closings: [{ tool: 'one', closing: 30, open: 30, status: 'waiting' }],
    });
    await undone(server, few.run);
    const after = (await server.call(`/api/v1/imports/${few.run}`)).body;
    expect(after.closings).toMatchObject([{ status: 'superseded' }]);
    const list = (await server.call('/api/v1/imports?limit=2')).body.items;
    expect(list).toMatchObject([
      { run: few.run, change: { status: 'undone' } },
      { run: second.run, undone: null, change: { status: 'done' } },
    ]);
  });

  test('undo leaves what a later import has seen and what a person has changed', async () => {
    const name = next();
    const query = { asset: name };
    const first = await importReport(server, sarif(RESULTS.slice(0, 3)), { query });
    await importReport(server, sarif(RESULTS.slice(0, 1)), { query: { ...query, covers: 'no' } });
    const [, two] = (await of(name)).sort((a, b) => (a.rule < b.rule ? -1 : 1));
    const comment = await server.call(`/api/v1/findings/${two.id}/comments`, { body: { text: 'ours' } });
    if (comment.status >= 400)
      await server.call('/api/v1/findings/triage', {
        body: { ids: [two.id], change: { status: 'confirmed' } },
      });
    await expect
      .poll(async () => (await server.call(`/api/v1/findings/${two.id}/history`)).body.items.length)
      .toBeGreaterThan(0);
    const { undo } = await undone(server, first.run);
    expect(undo).toMatchObject({ removed: 1, restored: 0 });
    expect(undo?.kept.map((one: { reason: string }) => one.reason).sort()).toEqual([
      'a later run or import has seen it',
      'it was changed since',
    ]);
    expect((await of(name)).map((one) => one.rule).sort()).toEqual(['r1', 'r2']);
  });

  test('VEX decides about known findings, once, and not over a person; undo takes it back', async () => {
    const name = next();
    const query = { asset: name };
    const vulnerable = (cve: string, purl: string) => ({
      rule: cve,
      path: purl,
      message: `${cve} in ${purl}`,
      more: { properties: { purl } },
    });
    await importReport(
      server,
      sarif([
        vulnerable('CVE-2021-1111', 'pkg:npm/left@1.0.0'),
        vulnerable('CVE-2021-1111', 'pkg:npm/left@2.0.0'),
        vulnerable('CVE-2021-2222', 'pkg:npm/right@1.0.0'),
      ]),
      { query },
    );
    const statement = (id: string, state: string, ref: string) => ({
      id,
      analysis: { state, justification: 'code_not_reachable' },
      affects: [{ ref }],
    });
    const vex = JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      vulnerabilities: [
        statement('CVE-2021-1111', 'not_affected', 'pkg:npm/left@1.0.0'),
        statement('CVE-2021-2222', 'in_triage', 'pkg:npm/right'),
        statement('CVE-2021-9999', 'exploitable', 'pkg:npm/left@1.0.0'),
      ],
    });
    const told = await importReport(server, vex, { query });
    expect(told).toMatchObject({
      status: 'done',
      format: 'cyclonedx-vex',
      receipt: { parsed: 3, matched: 2, skipped: 1 },
      verdicts: { statements: 3, changed: 2 },
    });
    expect(told.skips).toMatchObject([{ reason: 'no finding of this project is about it', count: 1 }]);
    const status = async () =>
      Object.fromEntries((await of(name)).map((one) => [`${one.rule} ${one.location.purl}`, one.status]));
    expect(await status()).toEqual({
      'CVE-2021-1111 pkg:npm/left@1.0.0': 'false-positive',
      'CVE-2021-1111 pkg:npm/left@2.0.0': 'open',
      'CVE-2021-2222 pkg:npm/right@1.0.0': 'open',
    });
    const again = await importReport(server, vex, { query });
    expect(again.receipt).toMatchObject({ matched: 0, skipped: 3 });
    expect(await undone(server, told.run)).toMatchObject({
      undo: {
        removed: 0,
        restored: 1,
        kept: [{ reason: 'there is nothing to take back: comments stay', count: 1 }],
      },
    });
    expect((await status())['CVE-2021-1111 pkg:npm/left@1.0.0']).toBe('open');
  });

  test('an archive of reports, a packed report, and what a report says it is about', async () => {
    const archive = zipOf([
      { name: 'a.sarif', bytes: Buffer.from(sarif(RESULTS.slice(0, 2), { tool: 'One' })) },
      { name: 'readme.txt', bytes: Buffer.from('hello') },
      { name: 'b/b.sarif', bytes: Buffer.from(sarif(RESULTS.slice(2), { tool: 'Two' })) },
    ]);
    const done = await importReport(server, archive, { name: 'reports.zip', type: 'application/zip' });
    expect(done).toMatchObject({ status: 'partial', tools: ['one', 'two'], receipt: { parsed: 4, new: 4 } });
    expect(done.problems).toMatchObject([{ at: 'readme.txt', code: 'unknown-format' }]);
    expect(done.asset?.name).toBe('reports');
    const about = sarif(RESULTS, {
      run: { versionControlProvenance: [{ repositoryUri: `https://github.com/acme/${next()}.git` }] },
    });
    const packed = await importReport(server, gzipSync(about), {
      name: 'x.sarif.gz',
      type: 'application/gzip',
    });
    expect(packed).toMatchObject({ status: 'done', receipt: { new: 4 }, asset: { name: `asset-${asset}` } });
  });

  test('a mapping is stored, used by name, and refused when it is wrong', async () => {
    const mapping = {
      format: 'csv',
      tool: 'ours',
      fields: { rule: 'Check', path: 'File', line: 'Line', severity: 'Risk' },
    };
    const saved = await server.call('/api/v1/import-mappings/ours', { method: 'PUT', body: mapping });
    expect(saved.body).toMatchObject({ name: 'ours', mapping: { tool: 'ours', complete: false } });
    const csv = 'Check,File,Line,Risk\nA,src/a.c,3,High\nB,src/b.c,4,Purple\n';
    const done = await importReport(server, csv, {
      name: 'x.csv',
      type: 'text/csv',
      query: { mapping: 'ours', asset: next() },
    });
    expect(done).toMatchObject({ status: 'partial', tools: ['ours'], receipt: { parsed: 2, new: 2 } });
    const direct = await importReport(server, csv, { mapping, query: { asset: next() } });
    expect(direct.receipt.new).toBe(2);
    const wrong = await server.call('/api/v1/import-mappings/ours', {
      method: 'PUT',
      body: { ...mapping, fields: {} },
    });
    expect(wrong.status).toBe(422);
    const none = await send(server, '/api/v1/imports/upload?mapping=our', {
      content: csv,
      name: 'x.csv',
      type: 'text/csv',
    });
    expect(none).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining("Did you mean 'ours'?") },
    });
    expect((await server.call('/api/v1/import-mappings')).body.items).toHaveLength(1);
    expect((await server.call('/api/v1/import-mappings/ours', { method: 'DELETE' })).status).toBe(204);
  });

  test('who may only read findings imports nothing', async () => {
    const token = (
      await server.call('/api/v1/tokens', {
        body: { name: `reader-${dialect}`, role: 'auditor', expiresInDays: 1 },
      })
    ).body.value;
    expect(token).toBeTruthy();
    expect((await server.call('/api/v1/imports', { token, body: { report: 'x' } })).status).toBe(403);
    expect((await server.call('/api/v1/imports', { token })).status).toBe(200);
  });
});
