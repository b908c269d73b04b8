import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
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

test('what is pasted leaves only the tasks that take it, and their form begins with it', async () => {
  const { body } = await server.call('/api/v1/tasks');
  const taking = (kind: string) =>
    body.items.filter(
      ({ id, accepts }: { id: string; accepts: string[] }) => id !== 'import' && accepts.includes(kind),
    ).length;
  await page.goto(`${server.base}/tasks`);
  await settled(page);
  const search = page.getByRole('searchbox', { name: 'Search' }).or(page.getByRole('searchbox'));
  for (const [text, words, kind] of [
    ['https://shop.example.org', 'Tasks that take a web address', 'url'],
    [VECTOR, 'Tasks that take a vector', 'vector'],
  ] as const) {
    await search.first().fill(text);
    await page.getByText(words).waitFor();
    expect(await page.locator('.task-card').count()).toBe(taking(kind));
  }
  expect(await faultsOf(page, 'catalogue')).toEqual([]);
  await page.getByRole('link', { name: 'CVSS score' }).click();
  await page.waitForURL(/\/tasks\/cvss\?input=/);
  await settled(page);
  await expect.poll(() => page.locator('form input, form textarea').first().inputValue()).toBe(VECTOR);
});

test('a file that is dropped or chosen leaves the tasks that take it, and is the target of the form', async () => {
  await page.goto(`${server.base}/tasks`);
  await settled(page);
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['const token = "x";\n'], 'app.ts', { type: 'text/plain' }));
    return transfer;
  });
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await page.getByText('Drop the file to see which tasks take it').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await page.getByText('Choose a task for it.').waitFor();
  // No report: there is nothing to import.
  expect(await page.getByRole('button', { name: 'Import as a report' }).count()).toBe(0);
  expect(await page.locator('.task-card h3').allTextContents()).toEqual(['Secrets scan']);
  expect(await faultsOf(page, 'catalogue with a file')).toEqual([]);
  await page.getByRole('button', { name: 'Secrets scan', exact: true }).click();
  await page.waitForURL(/\/tasks\/secrets-scan\?input=upload/);
  await settled(page);
  await expect.poll(() => page.locator('#param-path').inputValue()).toMatch(/^upload:fil_/);

  await page.goto(`${server.base}/tasks`);
  await settled(page);
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'scan.sarif', mimeType: 'application/json', buffer: Buffer.from(sarifReport(3)) },
  });
  await page.getByRole('button', { name: 'Import as a report' }).click();
  await page.waitForURL(/\/findings\/imports\/run_/);
  await page.getByText('scan.sarif').first().waitFor();
});

test('the search looks among the tasks that take the file, and says when none of them fits', async () => {
  await page.goto(`${server.base}/tasks`);
  await settled(page);
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'app.ts', mimeType: 'text/plain', buffer: Buffer.from('const token = "x";\n') },
  });
  const titles = () => page.locator('.task-card h3').allTextContents();
  await expect.poll(titles).toEqual(['Secrets scan']);
  const search = page.getByRole('searchbox');
  await search.fill('cvss');
  await page.getByText('No task fits “cvss”').waitFor();
  await page.getByText('1 task takes this file.').waitFor();
  expect(await titles()).toEqual([]);
  await search.fill('secr');
  await expect.poll(titles).toEqual(['Secrets scan']);
});

test('a card says how long its task usually takes here', async () => {
  const { body } = await server.call('/api/v1/task-durations');
  const own = body.items.find(({ task }: { task: string }) => task === 'secrets-scan');
  expect(own.runs).toBeGreaterThan(0);
  expect(own.medianMs).toBeGreaterThanOrEqual(0);
  await page.goto(`${server.base}/tasks?q=secrets-scan`);
  await settled(page);
  await page
    .getByText(/^usually /)
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});
