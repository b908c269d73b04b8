import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSamples, type Samples } from './app-routes.ts';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

let server: SeededServer;
let browser: Browser;
/** Its WebSocket never answers, as behind some proxies: the first that hears of the ended session is what is saved. */
let page: Page;
let samples: Samples;
let ada = '';
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  samples = await makeSamples(server, sarifReport(12));
  const { body } = await server.call('/api/v1/users');
  ada = body.items.find(({ login }: { login: string }) => login === 'ada').id;
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await page.routeWebSocket(/\/ws\//, () => undefined);
  await signInAs(page, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('a draft of a workflow survives the end of the session, and is published with one sign-in', async () => {
  await go('/workflows/gated/edit');
  await page.getByRole('tab', { name: 'YAML' }).click();
  await page.getByLabel('Document as YAML').focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('# typed before the session ended\n');
  await page.getByRole('button', { name: 'Publish' }).click();
  const dialog = page.getByRole('dialog', { name: /gated/ });
  await dialog.getByLabel('What changes and why').fill('a note');
  const release = await onlyLetThrough('PUT', '/api/v1/workflows/gated');
  await endSessions();
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await release();
  await signInAgain(page);
  await page.waitForURL(/\/workflows\/gated$/);
  const { body } = await server.call('/api/v1/workflows/gated');
  expect([body.revision, body.note ?? 'a note']).toEqual([2, 'a note']);
  expect(body.source).toContain('# typed before the session ended');
}, 60_000);

test('what stands in a run form is started once, after signing in again', async () => {
  await go('/tasks/cvss');
  await page.locator('#param-vector').fill('CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
  const before = await runsOf('cvss');
  const release = await onlyLetThrough('POST', '/api/v1/tasks/cvss/run');
  await endSessions();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await release();
  expect(await page.locator('#param-vector').inputValue()).toBe(
    'CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  );
  await signInAgain(page);
  await page.waitForURL(/\/runs\/run_/);
  expect(await runsOf('cvss')).toBe(before + 1);
}, 60_000);

test('a decision with its comment is taken, after signing in again over its dialog', async () => {
  const finding = samples['/findings/:finding'] ?? '';
  await go(`/findings/${finding}`);
  await page.getByText('What to do').first().waitFor();
  await page.keyboard.press('2');
  await page.getByRole('dialog').getByRole('radio').first().check();
  await page.locator('#decision-comment').fill('Only in the test of the parser.');
  const release = await onlyLetThrough('POST', '/api/v1/findings/triage');
  await endSessions();
  await page.getByRole('dialog').getByRole('button', { name: 'False positive' }).click();
  await release();
  // A wrong password is told of, and nothing is lost by it.
  await page.locator('[role=dialog] #sign-in-password').fill('something else entirely');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Name or password is wrong.').waitFor();
  await signInAgain(page);
  await page.locator('#decision-comment').waitFor({ state: 'detached' });
  await expect
    .poll(async () => (await server.call(`/api/v1/findings/${finding}`)).body.status)
    .toBe('false-positive');
  const history = JSON.stringify((await server.call(`/api/v1/findings/${finding}/history`)).body);
  expect(history).toContain('Only in the test of the parser.');
}, 60_000);

test('where the connection is live, the page asks by itself, and what is typed is still there', async () => {
  const live = await openPage(browser, complaints);
  await signInAs(live, server);
  await live.goto(`${server.base}/tasks/secrets-scan`);
  await live.getByText('Live', { exact: true }).first().waitFor();
  await live.locator('#param-path').fill('sample:shop');
  await endSessions();
  // The server looks at open connections with each heartbeat, every 20 s.
  await live.getByText('Your session has ended').waitFor({ timeout: 45_000 });
  await signInAgain(live);
  await live.getByText('Live', { exact: true }).first().waitFor();
  expect(await live.locator('#param-path').inputValue()).toBe('sample:shop');
  expect(new URL(live.url()).pathname).toBe('/tasks/secrets-scan');
  await live.context().close();
}, 90_000);

test('no page had an error', () => expect(complaints).toEqual([]));

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await settled(page);
}

/**
 * What the page asks by itself is held, so that the write is the first to hear of the ended session. What comes back waits
 * until the page says so, and lets the rest go.
 */
async function onlyLetThrough(method: string, path: string): Promise<() => Promise<void>> {
  const held: Route[] = [];
  const hold = (route: Route): Promise<void> | undefined => {
    const request = route.request();
    if (request.method() === method && new URL(request.url()).pathname === path) return route.continue();
    held.push(route);
    return undefined;
  };
  await page.route(/\/api\/v1\//, hold);
  return async () => {
    await page.getByText('Your session has ended').waitFor();
    await page.unroute(/\/api\/v1\//, hold);
    // Some were given up by the page meanwhile.
    await Promise.allSettled(held.map((route) => route.continue()));
  };
}

async function endSessions(): Promise<void> {
  const { status, body } = await server.call(`/api/v1/users/${ada}/sessions`, { method: 'DELETE' });
  expect([status, body.ended > 0]).toEqual([200, true]);
}

async function signInAgain(at: Page): Promise<void> {
  await at.getByText('Your session has ended').waitFor();
  await at.locator('[role=dialog] #sign-in-password').fill(server.password);
  await at.getByRole('button', { name: 'Sign in', exact: true }).click();
  await at.getByText('Your session has ended').waitFor({ state: 'detached' });
}

async function runsOf(task: string): Promise<number> {
  return (await server.call(`/api/v1/runs?task=${task}&limit=1000`)).body.items.length;
}
