import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/workflows/templates/templates.ts';
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
