import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

const GRYPE = new URL('../../src/importers/grype/fixtures/report.json', import.meta.url);
const PASSWORD = 'copper lantern walks twice';
/** Other tests run at the same time. */
const SLOW = { timeout: 15_000 };
let server: SeededServer;
let browser: Browser;
let page: Page;
let folder = '';
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-reports-'));
  writeFileSync(join(folder, 'scan.sarif'), sarifReport(30));
  writeFileSync(join(folder, 'notes.bin'), 'no report at all');
  copyFileSync(GRYPE, join(folder, 'grype.json'));
  server = await startSeededServer({ fresh: true });
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const count = async (q: string): Promise<number> =>
  (await server.call(`/api/v1/findings/facets?q=${encodeURIComponent(q)}`)).body.total;

async function give(file: string): Promise<void> {
  await page.goto(`${server.base}/findings/imports`);
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(join(folder, file));
  await page.waitForURL(/\/findings\/imports\/run_/);
}

test('a report is recognised, its receipt adds up, and its numbers are links to their lists', async () => {
  await page.goto(`${server.base}/findings/imports`);
  await settled(page);
  expect(await faultsOf(page, 'imports')).toEqual([]);
  await give('scan.sarif');
  const numbers = page.locator('.receipt-numbers');
  await numbers.waitFor();
  await page.getByText('sarif', { exact: true }).waitFor();
  await numbers.getByRole('link', { name: '30' }).click();
  await page.getByText('30 findings', { exact: true }).waitFor();
  await page.goBack();
  await numbers.waitFor();
  expect(await faultsOf(page, 'receipt')).toEqual([]);
}, 90_000);

test('the same report again finds nothing new, and what is no report says so', async () => {
  await give('scan.sarif');
  await page.locator('.receipt-numbers').waitFor();
  expect(await page.locator('.receipt-numbers').innerText()).toMatch(/New\s+0\s+Known already\s+30/);
  await give('notes.bin');
  await page
    .locator('main [role=status], main [role=alert]')
    .getByText(/format|recognis/i)
    .first()
    .waitFor();
  await page.goto(`${server.base}/findings/imports`);
  await expect
    .poll(() => page.getByRole('list', { name: 'Past imports' }).getByRole('listitem').count(), SLOW)
    .toBe(3);
}, 90_000);

test('an import is taken back as a whole, the newer one first', async () => {
  await undoImport('first', '0 new findings are removed');
  await page.getByText('Undone: 0 removed, 30 as before').waitFor();
  await undoImport('last', '30 new findings are removed');
  await page.getByText(/^Undone: 30 removed/).waitFor();
  expect(await count('show:hidden')).toBe(0);
}, 60_000);

async function undoImport(which: 'first' | 'last', says: string): Promise<void> {
  await page.goto(`${server.base}/findings/imports`);
  const links = page.getByRole('list', { name: 'Past imports' }).getByRole('link', { name: 'scan.sarif' });
  await links[which]().click();
  await page.getByRole('button', { name: 'Undo the import' }).click();
  await page.getByRole('dialog').getByText(says).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the import' }).click();
}

test('a suppression says what it hides before it does, and shows it again when it ends', async () => {
  await give('scan.sarif');
  await page.locator('.receipt-numbers').waitFor();
  await page.goto(`${server.base}/findings/suppressions?new=${encodeURIComponent('rule:sql-injection')}`);
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Hides 10 open, 10 critical').waitFor();
  await dialog.getByLabel('Name').fill('Not here');
  expect(await faultsOf(page, 'suppression dialog')).toEqual([]);
  await dialog.getByRole('button', { name: 'Hide' }).click();
  await expect.poll(() => count(''), SLOW).toBe(20);
  await page.goto(`${server.base}/findings?q=`);
  await page.getByRole('link', { name: '10 suppressed' }).click();
  await page.getByText('10 findings', { exact: true }).waitFor();
  await page.goto(`${server.base}/findings/suppressions`);
  await page.getByRole('link', { name: 'hides 10 findings' }).waitFor();
  expect(await faultsOf(page, 'suppressions')).toEqual([]);
  await page.getByRole('button', { name: 'End Not here' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await expect.poll(() => count(''), SLOW).toBe(30);
}, 90_000);

test('an analyst decides and asks, an auditor sees why nothing can be done, a manager approves', async () => {
  const analyst = await colleague('grace', 'analyst');
  const auditor = await colleague('edsger', 'auditor');
  const list = `${server.base}/findings?q=is%3Aopen`;

  await auditor.goto(list);
  await auditor.locator('[data-row]').first().click();
  const refused = auditor.getByRole('complementary', { name: 'Finding' });
  const confirm = refused.getByRole('button', { name: /^Confirm/ });
  expect(await confirm.getAttribute('aria-disabled')).toBe('true');
  await refused
    .locator('p')
    .getByText(/You do not have the permission to decide/)
    .waitFor();
  await auditor.keyboard.press('1');
  await auditor
    .locator('.toast')
    .getByText(/finding:triage/)
    .waitFor();
  expect(await count('status:confirmed')).toBe(0);
  expect(await faultsOf(auditor, 'auditor')).toEqual([]);

  await analyst.goto(list);
  await analyst.locator('[data-row]').first().waitFor();
  await analyst.keyboard.press('j');
  await analyst.keyboard.press('1');
  await expect.poll(() => count('status:confirmed'), SLOW).toBe(1);
  await refused.getByText('Confirmed', { exact: true }).waitFor();

  await analyst.keyboard.press('3');
  await analyst.getByText('A second person has to approve this').waitFor();
  await analyst.keyboard.press('1');
  await analyst.locator('#decision-comment').fill('A proxy is before it.');
  await analyst.keyboard.press('Control+Enter');
  await analyst.getByText(/waits for a second person/).waitFor();
  expect(await count('status:risk-accepted')).toBe(0);
  await analyst.goto(`${server.base}/findings/acceptances`);
  expect(
    await analyst.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled'),
    'nobody approves what they asked for',
  ).toBe('true');

  await page.goto(`${server.base}/findings/acceptances`);
  await page.getByText('grace asks to accept 1 finding').waitFor();
  expect(await faultsOf(page, 'acceptances')).toEqual([]);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await expect.poll(() => count('status:risk-accepted'), SLOW).toBe(1);
}, 120_000);

test('a view is saved, changed, put back and handed on', async () => {
  await page.goto(`${server.base}/findings?q=${encodeURIComponent('rule:weak-hash is:open')}`);
  await page.locator('[data-row]').first().waitFor();
  await page.getByRole('button', { name: 'Save as' }).click();
  await page.getByLabel('Name').fill('Hashes');
  await page.getByLabel('Everybody in the project sees it').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  const tab = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /Hashes/ });
  await tab.waitFor();
  await page.waitForURL(/view=view_/);
  await page.getByLabel('Sort').selectOption('oldest');
  await tab.getByText('not saved').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Reset' }).click();
  await tab.getByText('not saved').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const colleagues = await colleague('barbara', 'analyst');
  await colleagues.goto(link);
  await colleagues.getByText('10 findings', { exact: true }).waitFor();
}, 90_000);

test('a report that is dropped on the list of findings is imported, as the file that it was', async () => {
  await page.goto(`${server.base}/findings?q=is%3Aopen`);
  await settled(page);
  const report = sarifReport(4, { from: 700 });
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'dropped here.sarif', { type: 'application/json' }));
    return transfer;
  }, report);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await page.waitForURL(/\/findings\/imports\/run_/);
  const run = new URL(page.url()).pathname.split('/').at(-1);
  await page.locator('.receipt-numbers').getByRole('link', { name: '4' }).first().waitFor();
  await expect
    .poll(async () => (await server.call(`/api/v1/imports/${run}`)).body.name, SLOW)
    .toBe('dropped here.sarif');
  expect(await count('path:file-703.ts')).toBe(1);
  // Going back does not send it a second time.
  const imports = async () => (await server.call('/api/v1/imports?limit=100')).body.items.length;
  const sent = await imports();
  await page.goBack();
  await page.waitForURL(/\/findings\/imports$/);
  await settled(page);
  expect(await imports()).toBe(sent);
}, 60_000);

test('the page answers whether the project is hit by a CVE: unknown, then yes and where, or no and who looked', async () => {
  const ask = async (id: string) => {
    await page.goto(`${server.base}/findings?q=${encodeURIComponent(`cve:${id}`)}`);
    await settled(page);
    return page.getByRole('region', { name: `Is this project hit by ${id}?` });
  };
  let card = await ask('CVE-2018-3721');
  await card.getByText('Unknown:').waitFor();
  await card.getByRole('link').waitFor();
  await give('grype.json');
  await page.locator('.receipt-numbers').waitFor();
  card = await ask('CVE-2018-3721');
  await card.getByText('Yes:').waitFor();
  const place = card.getByRole('listitem').filter({ hasText: 'lodash' }).getByRole('link').first();
  expect(await place.getAttribute('href')).toMatch(/^\/findings\/fnd_/);
  expect(await faultsOf(page, 'answer about a CVE')).toEqual([]);
  card = await ask('CVE-2021-44228');
  await card.getByText('No:').waitFor();
  await card.getByText(/grype on .* did not find it/).waitFor();
}, 90_000);

test('all changes stand in one list, and nothing complained', async () => {
  await page.goto(`${server.base}/findings/changes`);
  await settled(page);
  await page.getByRole('list', { name: 'Changes' }).getByRole('listitem').first().waitFor();
  expect(await faultsOf(page, 'changes')).toEqual([]);
  await page.goto(`${server.base}/findings/closings`);
  await settled(page);
  expect(await faultsOf(page, 'closings')).toEqual([]);
  expect(complaints).toEqual([]);
}, 60_000);

async function colleague(login: string, role: string): Promise<Page> {
  const made = await server.call('/api/v1/users', {
    method: 'POST',
    body: { login, name: login, role, password: PASSWORD },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('user_account').set({ must_change: 0 }).where('id', '=', made.body.id).execute(),
  );
  const own = await openPage(browser, complaints);
  await signInAs(own, { base: server.base, login, password: PASSWORD });
  return own;
}
