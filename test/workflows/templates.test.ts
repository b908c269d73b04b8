import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/workflows/templates/templates.ts';
import { send } from '../imports/helper.ts';
import { startHttp } from '../servers/local-server.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { must, start, whenEnded, whenRun } from './helper.ts';

let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer();
});
afterAll(() => sx[Symbol.asyncDispose]());

async function source(name: string): Promise<string> {
  return (await must(sx.call(`/api/v1/workflows/templates/${name}`))).source;
}

test.each(TEMPLATES)('%s is right, says what it is for, and can be stored', async (name) => {
  const checked = await must(sx.call('/api/v1/workflows/validate', { body: { source: await source(name) } }));
  expect(checked.problems).toEqual([]);
  expect(checked.warnings).toEqual([]);
  expect(checked.definition.name).toBe(name);
  expect(checked.definition.description.length).toBeGreaterThan(60);
  for (const input of Object.values(checked.definition.inputs)) expect(input).toHaveProperty('description');
  expect(checked.needs.missing).toEqual([]);
  const saved = await must(sx.call('/api/v1/workflows', { body: { source: await source(name) } }));
  expect(saved.revision).toBe(1);
});

test.each(TEMPLATES)('%s runs with its sample data, and none of its tasks', async (name) => {
  const id = await start(sx, { workflow: await source(name), samples: true });
  const run = await whenEnded(sx, id);
  expect(run.status, JSON.stringify(run.steps)).toBe('done');
  expect(run.outputs).not.toBeNull();
  for (const step of run.steps) expect(step.run, step.name).toBeNull();
});

test('nightly-secrets asks about new secrets that are serious, and not about those that it knows', {
  timeout: 90_000,
}, async () => {
  const first = await start(sx, { workflow: await source('nightly-secrets') });
  const waiting = await whenRun(sx, first, (run) => run.approvals.length > 0);
  expect(waiting.approvals[0].message).toMatch(
    /^[1-9]\d* new secrets of severity high or worse in sample:shop/,
  );
  await must(
    sx.call(`/api/v1/approvals/${waiting.approvals[0].id}/decide`, {
      body: { approve: true, comment: 'seen' },
    }),
  );
  const run = await whenEnded(sx, first);
  expect(run).toMatchObject({ status: 'done', outputs: { asked: true } });
  expect(run.outputs.serious).toBeGreaterThan(0);

  const second = await whenEnded(sx, await start(sx, { workflow: await source('nightly-secrets') }));
  expect(second).toMatchObject({ status: 'done', outputs: { asked: false, new: 0 } });
});

test('web-application-check looks at each site, and says what may be examined when one may not', {
  timeout: 90_000,
}, async () => {
  await using site = await startHttp((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title>'),
  );
  const url = `${site.origin}/`;
  await must(sx.call('/api/v1/scope', { body: { kind: 'host', value: new URL(url).hostname } }));
  const workflow = await source('web-application-check');
  const run = await whenEnded(sx, await start(sx, { workflow, inputs: { urls: [url, `${url}?other`] } }));
  expect(run.status, JSON.stringify(run.steps)).toBe('done');
  expect(run.outputs.sites).toBe(2);
  expect(run.outputs.findings).toBeGreaterThan(0);
  expect(run.steps.map((step: { name: string; status: string }) => [step.name, step.status])).toEqual([
    ['check', 'done'],
    ['open', 'done'],
    ['authorised', 'skipped'],
  ]);
  expect(site.seen.length).toBeGreaterThan(0);

  const refused = await whenEnded(
    sx,
    await start(sx, { workflow, inputs: { urls: [url, 'https://elsewhere.example/'] } }),
  );
  expect(refused.status).toBe('failed');
  const byName = new Map(refused.steps.map((step: { name: string }) => [step.name, step]));
  expect(byName.get('check')).toMatchObject({ status: 'failed', items: { done: 1, failed: 1 } });
  expect(byName.get('authorised')).toMatchObject({ status: 'done', output: { items: [{ kind: 'host' }] } });
});

test('folder-audit sums up whatever happened, and lists what is serious', { timeout: 90_000 }, async () => {
  const workflow = await source('folder-audit');
  const run = await whenEnded(sx, await start(sx, { workflow }));
  expect(run.status, JSON.stringify(run.steps)).toBe('done');
  expect(run.outputs.found).toBeGreaterThan(0);
  expect(run.outputs.serious.length).toBeGreaterThan(0);
  const summary = run.steps.find((step: { name: string }) => step.name === 'summary');
  expect(summary.output.total).toBeGreaterThan(0);

  const failed = await whenEnded(sx, await start(sx, { workflow, inputs: { path: '/nowhere/at/all' } }));
  expect(failed.status).toBe('failed');
  expect(failed.steps.find((step: { name: string }) => step.name === 'summary').status).toBe('done');
});

test('report-gate holds a report against the policy, and a person lets through what does not pass', {
  timeout: 90_000,
}, async () => {
  await must(
    sx.call('/api/v1/policy', {
      method: 'PUT',
      body: {
        source: 'version: 1\ngate:\n  - name: no new high\n    match: severity:>=high\n    only: new\n',
      },
    }),
  );
  const { target } = (
    await send(sx, '/api/v1/files', { content: SARIF, name: 'scanner.sarif', type: 'application/json' })
  ).body;
  const workflow = await source('report-gate');
  const id = await start(sx, { workflow, inputs: { report: target, asset: 'orders' } });
  const waiting = await whenRun(sx, id, (run) => run.approvals.length > 0);
  expect(waiting.approvals[0].message).toContain('no new high (1)');
  await decide(waiting.approvals[0].id, false);
  const refused = await whenEnded(sx, id);
  expect(refused.status).toBe('failed');
  expect(refused.error.message).toBeTruthy();

  // The same report again has nothing new.
  const again = await whenEnded(
    sx,
    await start(sx, { workflow, inputs: { report: target, asset: 'orders' } }),
  );
  expect(again).toMatchObject({
    status: 'done',
    outputs: { passed: true, exception: false, findings: 1, new: 0 },
  });
});

test('change-check asks about what is new and serious, and about nothing when all of it was there', {
  timeout: 90_000,
}, async () => {
  await using other = await startTestServer();
  const workflow = await source('change-check');
  const first = await start(other, { workflow });
  const waiting = await whenRun(other, first, (run) => run.approvals.length > 0);
  expect(waiting.approvals[0].message).toMatch(/^New in sample:shop: .*\w/);
  await must(
    other.call(`/api/v1/approvals/${waiting.approvals[0].id}/decide`, {
      body: { approve: true, comment: 'seen' },
    }),
  );
  const run = await whenEnded(other, first);
  expect(run).toMatchObject({ status: 'done', outputs: { asked: true, fixed: 0 } });
  expect(run.outputs.serious.length).toBeGreaterThan(0);

  const before = run.steps.find((step: { name: string }) => step.name === 'scan').run;
  const second = await whenEnded(other, await start(other, { workflow, inputs: { before } }));
  expect(second).toMatchObject({ status: 'done', outputs: { asked: false, new: 0, fixed: 0, serious: [] } });
});

test('weekly-executive-report makes one, and the other when a person has released it', {
  timeout: 90_000,
}, async () => {
  const id = await start(sx, { workflow: await source('weekly-executive-report') });
  const waiting = await whenRun(sx, id, (run) => run.approvals.length > 0);
  const { id: approval, message } = waiting.approvals[0];
  const report = /\(sentinelx report share (rpt_[^)]+)\)/.exec(message)?.[1];
  expect(await must(sx.call(`/api/v1/reports/${report}`))).toMatchObject({ template: 'executive' });
  await decide(approval, true);
  const run = await whenEnded(sx, id);
  expect(run).toMatchObject({ status: 'done', outputs: { report } });
  expect(run.outputs.released_by).toBeTruthy();
  const changes = () => must(sx.call(`/api/v1/reports/${run.outputs.changes}`));
  await expect.poll(async () => (await changes()).status, { timeout: 30_000 }).toBe('ready');
});

async function decide(id: string, approve: boolean): Promise<void> {
  await must(sx.call(`/api/v1/approvals/${id}/decide`, { body: { approve, comment: 'seen' } }));
}

const SARIF = JSON.stringify({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Scanner', rules: [{ id: 'sql-injection' }] } },
      results: [
        {
          ruleId: 'sql-injection',
          level: 'error',
          message: { text: 'A query is put together from input.' },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: 'src/orders.py' }, region: { startLine: 12 } },
            },
          ],
        },
      ],
    },
  ],
});
