import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

let server: SeededServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const query = async () =>
  page
    .getByRole('textbox', { name: 'Query' })
    .or(page.getByRole('combobox', { name: 'Query' }))
    .inputValue();

test('Priority says what it means, is set for the project from the list that one sees, and goes back', async () => {
  await page.goto(`${server.base}/findings`);
  await settled(page);
  await page
    .getByText('First come findings with severity: critical or high; status: open or confirmed.')
    .waitFor();
  await page.goto(`${server.base}/findings?q=${encodeURIComponent('severity:>=low is:open')}&sort=oldest`);
  await settled(page);
  await page.getByRole('button', { name: 'Use this list as Priority' }).click();
  await page.getByText('severity: at least low; is: open').waitFor();
  expect(await faultsOf(page, 'dialog')).toEqual([]);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('First come findings with severity: at least low; is: open. Set by ada').waitFor();
  await expect.poll(query).toBe('severity:>=low is:open');
  expect(new URL(page.url()).search).toBe('');
  expect(await page.getByRole('link', { name: 'Priority', exact: true }).getAttribute('aria-current')).toBe(
    'page',
  );
  expect(await faultsOf(page, 'set')).toEqual([]);
  expect((await server.call('/api/v1/findings/priority-list')).body).toMatchObject({
    query: 'severity:>=low is:open',
    sort: 'oldest',
  });
  await page.reload();
  await settled(page);
  await expect.poll(query).toBe('severity:>=low is:open');
  await page.getByRole('button', { name: 'Back to the usual' }).click();
  await page.locator('[role=dialog]').getByRole('button', { name: 'Back to the usual' }).click();
  await page.getByText('First come findings with severity: critical or high').waitFor();
  await expect.poll(query).toBe('severity:critical,high status:open,confirmed');
  expect(complaints).toEqual([]);
}, 90_000);

test('who may not change it sees what it means, and no way to change it', async () => {
  const { person } = server.ids;
  const password = await server.temporaryPassword(person);
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('user_account').set({ must_change: 0 }).where('id', '=', person).execute(),
  );
  const other = await openPage(browser, complaints);
  await signInAs(other, { base: server.base, login: 'grace', password });
  await other.goto(`${server.base}/findings`);
  await other.getByText('First come findings with severity: critical or high').waitFor();
  await other.goto(`${server.base}/findings?q=${encodeURIComponent('severity:low')}`);
  await settled(other);
  expect(await other.getByRole('button', { name: 'Use this list as Priority' }).count()).toBe(0);
  await other.context().close();
}, 60_000);
