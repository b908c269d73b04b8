import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Budget, budgetOf, DEFAULT_LIMITS } from '../../src/archive/limits.ts';
import { readZip } from '../../src/archive/zip-reader.ts';
import { addFindings } from '../servers/lifecycle.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const PROJECT = 'prj_default';
const DAY = 86_400_000;
const bin = postgresPrograms();

describe('evidence on sqlite', () => contract(() => startTestServer()));
describe.skipIf(!bin)(
  bin ? 'evidence on postgres' : 'evidence on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => startTestServer({ databaseUrl: await server.database('evidence') }));
  },
);

function contract(start: () => Promise<TestServer>): void {
  let sx: TestServer;
  const today = Math.floor(Date.now() / DAY) * DAY;
  const date = (time: number) => new Date(time).toISOString().slice(0, 10);
  const api = (path: string, options: CallOptions = {}) => sx.call(`/api/v1${path}`, options);
  const pack = async (query: string, token = sx.ownerToken): Promise<{ status: number; bytes: Buffer }> => {
    const response = await fetch(`${sx.base}/api/v1/reports/evidence?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  beforeAll(async () => {
    sx = await start();
    const { store } = sx.app.services;
    await addFindings(store, 3, () => ({ project: PROJECT, status: 'open', first_seen: today - 3 * DAY }));
    await addFindings(store, 2, () => ({
      project: PROJECT,
      status: 'fixed',
      first_seen: today - 90 * DAY,
      closed: today - 80 * DAY,
    }));
    const { items } = (await api('/findings?limit=1&q=is:open')).body;
    const accepted = await api('/findings/triage', {
      body: {
        ids: [items[0].id],
        change: {
          status: 'risk-accepted',
          reason: 'mitigated',
          comment: 'Behind the firewall.',
          expires: today + 30 * DAY,
        },
      },
    });
    expect(accepted.status, JSON.stringify(accepted.body)).toBeLessThan(300);
    for (let tries = 0; tries < 100; tries++) {
      if ((await api(`/findings/${items[0].id}`)).body.status === 'risk-accepted') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the risk was not accepted: ${JSON.stringify(accepted.body)}`);
  }, 60_000);
  afterAll(() => sx?.[Symbol.asyncDispose]());

  test('holds what the period has, with a manifest whose hashes are right, and any program can unpack it', async () => {
    const { status, bytes } = await pack(`from=${date(today - 7 * DAY)}&until=${date(today)}`);
    expect(status).toBe(200);
    const files = unpacked(bytes);
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '');
    expect(manifest).toMatchObject({ format: 'sentinelx-evidence', leftOut: [], auditChain: { ok: true } });
    for (const { name, sha256, bytes: size, rows } of manifest.files) {
      const content = files.get(name) ?? Buffer.alloc(0);
      expect([name, createHash('sha256').update(content).digest('hex'), content.length]).toEqual([
        name,
        sha256,
        size,
      ]);
      expect(lines(content)).toHaveLength(rows);
    }
    const findings = lines(files.get('findings.jsonl'));
    expect(findings, 'what was closed before is not part of it').toHaveLength(3);
    const [acceptance, ...others] = lines(files.get('acceptances.jsonl'));
    expect(others).toEqual([]);
    expect(acceptance).toMatchObject({ comment: 'Behind the firewall.', status: 'risk-accepted' });
    expect(acceptance.expires).toBeGreaterThan(today + 29 * DAY);
    expect(findings.find(({ id }) => id === acceptance.finding)?.history.length).toBeGreaterThan(0);
    const audit = lines(files.get('audit.jsonl')).map(({ seq }) => seq as number);
    expect(audit).toEqual(audit.map((_, at) => (audit[0] ?? 0) + at));
  });

  test('what changed after the period has the status of its end beside that of today', async () => {
    const evidenceOf = async (until: number) => {
      const { bytes } = await pack(
        `from=${date(today - 7 * DAY)}&until=${date(until)}&parts=findings,acceptances`,
      );
      const files = unpacked(bytes);
      return {
        findings: lines(files.get('findings.jsonl')),
        acceptances: lines(files.get('acceptances.jsonl')),
      };
    };
    // Accepted today, so that it was open when yesterday ended.
    const before = await evidenceOf(today - DAY);
    const accepted = before.findings.filter(({ status }) => status === 'risk-accepted');
    expect(accepted.map(({ statusAtEnd }) => statusAtEnd)).toEqual(['open']);
    expect(accepted[0].history, 'what came after the period is not in it').toEqual([]);
    const others = before.findings.filter(({ status }) => status === 'open');
    expect(others.map(({ statusAtEnd }) => statusAtEnd)).toEqual(['open', 'open']);
    expect(before.acceptances).toEqual([]);
    const until = await evidenceOf(today);
    expect(until.findings.filter(({ statusAtEnd }) => statusAtEnd === 'risk-accepted')).toHaveLength(1);
    expect(until.acceptances).toMatchObject([{ status: 'risk-accepted', statusAtEnd: 'risk-accepted' }]);

    // Judged worse today: the end of yesterday has what it was then.
    const [{ id, severity }] = others;
    await api('/findings/triage', {
      body: { ids: [id], change: { severity: 'critical', comment: 'Reached from outside.' } },
    });
    await expect
      .poll(async () => (await api(`/findings/${id}`)).body.severity, { timeout: 10_000 })
      .toBe('critical');
    const worse = (await evidenceOf(today - DAY)).findings.find((one) => one.id === id);
    expect(severity).not.toBe('critical');
    expect(worse).toMatchObject({ severity: 'critical', severityAtEnd: severity });
  });

  test('a period that is over gives the same file again, and its hash says that it is ours', async () => {
    const query = `from=${date(today - 100 * DAY)}&until=${date(today - 60 * DAY)}&parts=findings,runs`;
    const [first, second] = [await pack(query), await pack(query)];
    expect(first.bytes.equals(second.bytes)).toBe(true);
    expect(lines(unpacked(first.bytes).get('findings.jsonl'))).toHaveLength(2);
    const verify = async (bytes: Buffer) =>
      (await api(`/reports/verify?sha256=${createHash('sha256').update(bytes).digest('hex')}`)).body.evidence;
    expect(await verify(first.bytes)).toHaveLength(2);
    expect((await verify(first.bytes))[0]).toMatchObject({ from: date(today - 100 * DAY) });
    expect(await verify(Buffer.concat([first.bytes, Buffer.from('x')]))).toEqual([]);
  });

  test('bad input and missing permissions are refused', async () => {
    const bad = async (query: string) => (await api(`/reports/evidence?${query}`)).body;
    expect(await bad('from=2026-02-01&until=2026-01-01')).toMatchObject({ code: 'invalid-parameter' });
    expect(await bad('from=2026-02-01&until=2026-03-01&parts=secrets')).toMatchObject({
      code: 'invalid-parameter',
    });
    const user = await api('/users', { body: { login: 'reader', kind: 'service' } });
    await api('/roles', {
      body: { name: 'reports-only', title: 'Reports', permissions: ['report:read', 'finding:read'] },
    });
    await api(`/users/${user.body.id}/grants`, { body: { role: 'reports-only' } });
    const { value } = (await api('/tokens', { body: { name: 'reader', owner: user.body.id } })).body;
    const range = 'from=2026-02-01&until=2026-03-01';
    expect((await pack(`${range}&parts=findings,signals`, value)).status).toBe(200);
    expect((await pack(`${range}&parts=audit`, value)).status).toBe(403);
    expect((await pack(`${range}&parts=runs`, value)).status).toBe(403);
  });
}

function unpacked(bytes: Buffer): Map<string, Buffer> {
  const budget: Budget = budgetOf({ ...DEFAULT_LIMITS });
  const files = new Map([...readZip(bytes, budget)].map(({ name, read }) => [name, Buffer.from(read())]));
  // The local headers are read here, not the directory: programs that stream do the same.
  expect(bytes.readUInt32LE(0)).toBe(0x04034b50);
  const start = 30 + bytes.readUInt16LE(26);
  expect(inflateRawSync(bytes.subarray(start)).length).toBe([...files.values()][0]?.length);
  return files;
}

// biome-ignore lint/suspicious/noExplicitAny: what the pack holds is what is looked at
function lines(content: Buffer | undefined): any[] {
  return (content?.toString() ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
