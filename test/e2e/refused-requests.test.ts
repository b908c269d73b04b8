import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type OwnServer, PASSWORD, startOwnServer } from './own-server.ts';

/** Pages ask for nothing that is refused, and nothing in them breaks the policy of the page. */
let server: OwnServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
const refused: string[] = [];

beforeAll(async () => {
  server = await startOwnServer();
  browser = await launchBrowser();
  page = await visitor();
  await signInAs(page, { base: server.base, login: 'ada', password: PASSWORD });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

async function visitor(): Promise<Page> {
  const opened = await openPage(browser, complaints);
  opened.on('response', (response) => {
    if ([401, 403].includes(response.status())) refused.push(`${response.status()} ${response.url()}`);
  });
  return opened;
}

test('who signs out and goes back asks for nothing', async () => {
  await page.goto(`${server.base}/runs`);
  await settled(page);
  await page.getByRole('link', { name: 'Findings', exact: true }).click();
  await page.getByRole('heading', { name: 'Findings' }).waitFor();
  await settled(page);
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.locator('#sign-in-login').waitFor();
  expect(page.url(), 'nobody comes back to the page that was open').toBe(`${server.base}/sign-in`);
  await page.goBack();
  await page.locator('#sign-in-login').waitFor();
  await page.waitForTimeout(500);
  expect(refused).toEqual([]);
  await signInAs(page, { base: server.base, login: 'ada', password: PASSWORD });
}, 60_000);

test('a temporary password is replaced before anything else is asked for; what is wrong with the next is a sentence', async () => {
  const password = 'copper lantern walks twice';
  const other = await visitor();
  await server.call('/users', {
    method: 'POST',
    body: { login: 'grace', name: 'Grace Hopper', password: 'amber window counts rain', role: 'analyst' },
  });
  const { items } = await server.call('/users');
  const { id } = items.find((user: { login: string }) => user.login === 'grace');
  await server.call(`/users/${id}`, { method: 'PATCH', body: { password: 'violet anchor hums low' } });
  await other.goto(`${server.base}/findings`);
  await other.locator('#sign-in-login').fill('grace');
  await other.locator('#sign-in-password').fill('violet anchor hums low');
  await other.locator('button[type=submit]').click();
  await other.locator('#password-password').fill('short');
  await other.locator('button[type=submit]').click();
  await other.getByText('The password needs at least 12 characters.').waitFor();
  expect(refused).toEqual([]);
  await other.locator('#password-password').fill(password);
  await other.locator('button[type=submit]').click();
  await other.getByRole('heading', { name: 'Findings' }).waitFor();
  await settled(other);
  expect(refused).toEqual([]);
  await other.context().close();
}, 60_000);

test('text that is typed over a selection breaks no policy, and is what stands there then', async () => {
  await page.goto(`${server.base}/project/policy`);
  await settled(page);
  const text = page.locator('.cm-content').first();
  await text.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('version: 1');
  expect(await text.innerText()).toBe('version: 1');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('x');
  expect(await text.innerText()).toBe('x');
  expect(complaints).toEqual([]);
}, 60_000);

test('the inputs of a webhook stand in their field; without text there are none', async () => {
  const source =
    'name: hooked\ninputs:\n  ref: { type: string, default: main }\nsteps:\n  - name: wait\n    wait: 1s\n';
  await server.call('/workflows', { method: 'POST', body: { source } });
  await page.goto(`${server.base}/triggers`);
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByLabel('Workflow', { exact: true }).selectOption('hooked');
  await page.getByLabel('Name', { exact: true }).fill('push');
  await page.locator('#trigger-inputs').fill('{ "nosuch": "${{ body.ref }}" }');
  await page.getByRole('button', { name: 'Make webhook' }).click();
  await page.getByText('inputs.nosuch: is not an input; there are: ref').waitFor();
  await page.locator('#trigger-inputs').fill('{ "ref": "${{ body.branch }}" }');
  await page.getByRole('button', { name: 'Make webhook' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'Edit push' }).click();
  expect(JSON.parse(await page.locator('#trigger-inputs').inputValue())).toEqual({
    ref: '${{ body.branch }}',
  });
  await page.locator('#trigger-inputs').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#trigger-inputs').waitFor({ state: 'hidden' });
  const { items } = await server.call('/triggers');
  expect(items.map(({ inputs }: { inputs: object }) => inputs)).toEqual([{}]);
  expect(complaints).toEqual([]);
}, 60_000);
