import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type OwnServer, PASSWORD, startOwnServer } from './own-server.ts';

let server: OwnServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startOwnServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, { base: server.base, login: 'ada', password: PASSWORD });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const start = async (task: string, params: object): Promise<string> =>
  (await server.call(`/tasks/${task}/run`, { method: 'POST', body: { params } })).run.id;
const rows = () => page.getByRole('list', { name: 'Timeline' }).getByRole('listitem');
const words = async () =>
  (await rows().locator('.timeline-what').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));

test('a run that goes on: what it waits for, how long it runs, and that it was asked to stop', async () => {
  const run = await start('slow-lines', { lines: 5000, everyMs: 20 });
  await page.goto(`${server.base}/runs/${run}`);
  await settled(page);
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await rows().filter({ hasText: 'Ran' }).getByText('until now').waitFor();
  // The task tells how far it is, and the line follows.
  const step = rows().filter({ hasText: '/ 5,000' });
  await step.waitFor();
  const before = await step.innerText();
  await expect.poll(() => step.innerText(), { timeout: 10_000 }).not.toBe(before);
  await page.getByRole('button', { name: 'Cancel run' }).click();
  await rows().filter({ hasText: 'Cancelled' }).waitFor();
  expect(await words()).toEqual([
    'Waited for a place',
    'Ran',
    expect.stringContaining('/ 5,000'),
    'Asked to stop',
    'Cancelled',
  ]);
  expect(await rows().filter({ hasText: 'Ran' }).innerText()).toMatch(/took \d/);
}, 60_000);

test('a run that is over: findings over time, and each line has its words', async () => {
  const run = await start('secrets-scan', { path: 'sample:shop' });
  const found = () => server.call(`/runs/${run}`);
  await expect.poll(async () => (await found()).ended, { timeout: 30_000 }).not.toBeNull();
  const { counts } = await found();
  await page.goto(`${server.base}/runs/${run}?tab=timeline`);
  await rows().filter({ hasText: 'First finding' }).waitFor();
  const total = counts.new + counts.seen + counts.reopened;
  expect(total).toBeGreaterThan(1);
  expect(await words()).toContain(`${total} findings over time`);
  expect((await words()).at(0)).toBe('Waited for a place');
  expect((await words()).at(-1)).toMatch(/Done|Partial/);
  const tallest = await page
    .locator('.timeline-strip > span')
    .evaluateAll((parts) => Math.max(...parts.map((part) => part.getBoundingClientRect().height)));
  expect(tallest).toBeGreaterThan(8);
  await page.getByRole('link', { name: `${total} findings over time` }).click();
  await page.waitForURL(/tab=findings/);
  await page.goBack();
  await rows().first().waitFor();
  expect(complaints).toEqual([]);
  expect(await faultsOf(page, 'timeline')).toEqual([]);
  if (process.env.PICTURES) await pictures(process.env.PICTURES);
}, 120_000);

async function pictures(folder: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}/timeline-${colorScheme}-${width}.png`, fullPage: true });
    }
}
