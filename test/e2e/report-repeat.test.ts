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
  page = await openPage(browser, complaints, { timezoneId: 'Europe/Berlin' });
  await signInAs(page, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const items = async (path: string) => (await server.call(`/api/v1${path}`)).body.items;

async function fillIn(): Promise<void> {
  await page.goto(`${server.base}/reports/new`);
  await settled(page);
  await page.getByLabel('Filter').fill('is:open severity:high,critical');
  await page.getByRole('checkbox', { name: 'CSV' }).check();
  await page.getByLabel('Title').fill('Serious ones');
  await page.getByLabel('Classification').fill('Internal');
  await page.getByLabel('How often').selectOption('week');
}

test('a report is made every week with what stands in the form, and the schedule is shown', async () => {
  await page.goto(`${server.base}/reports`);
  await page.getByRole('link', { name: 'Make them every night' }).click();
  await expect.poll(() => page.getByLabel('How often').inputValue()).toBe('day');
  await fillIn();
  await page.getByLabel('Day', { exact: true }).selectOption('5');
  await page.getByLabel('At', { exact: true }).fill('06:30');
  await page.locator('.schedule-sentence').filter({ hasText: 'Friday' }).waitFor();
  expect(await faultsOf(page, 'repeat')).toEqual([]);
  await picture('form');
  await page.getByRole('button', { name: 'Make it repeatedly' }).click();
  await page.getByRole('heading', { name: 'It is made by itself from now on' }).waitFor();
  const [schedule, ...others] = await items('/schedules');
  expect(others).toEqual([]);
  expect(schedule).toMatchObject({
    ...{ workflow: 'serious-ones', cron: '30 6 * * 5', zone: 'Europe/Berlin', source: 'manual' },
    due: expect.any(Number),
  });
  expect(await faultsOf(page, 'repeated')).toEqual([]);
  await picture('done');

  // The workflow makes the very report of the form.
  const started = await server.call('/api/v1/workflows/run', {
    method: 'POST',
    body: { workflow: 'serious-ones' },
  });
  const state = () => server.call(`/api/v1/workflows/runs/${started.body.run.id}`);
  await expect.poll(async () => (await state()).body.status, { timeout: 30_000 }).toBe('done');
  const { report } = (await state()).body.outputs;
  const { body: made } = await server.call(`/api/v1/reports/${report}`);
  expect(made).toMatchObject({
    ...{ title: 'Serious ones', template: 'technical', classification: 'Internal' },
    about: { q: 'is:open severity:high,critical' },
  });

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('It is not made by itself any more').waitFor();
  expect(await page.getByLabel('Filter').inputValue()).toBe('is:open severity:high,critical');
  expect(await items('/schedules')).toEqual([]);
  expect(await items('/workflows')).toEqual([]);
}, 120_000);

test('what is wrong is said at its place, nothing stays behind, and the input is kept', async () => {
  await fillIn();
  await page.getByLabel('Time zone').fill('Europe/Nowhere');
  await page.locator('#report-repeat-zone-error').waitFor();
  expect(await page.getByRole('button', { name: 'Make it repeatedly' }).isDisabled()).toBe(true);
  await page.getByLabel('Time zone').fill('UTC');
  await page.getByLabel('Filter').fill('severity:huge');
  await page.getByRole('button', { name: 'Make it repeatedly' }).click();
  await page.locator('#report-q-error').waitFor();
  expect(await items('/workflows')).toEqual([]);
  // The schedule is refused: the workflow goes, too.
  await page.getByLabel('Filter').fill('is:open');
  await page.route('**/api/v1/schedules', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Make it repeatedly' }).click();
  await page.getByRole('alert').first().waitFor();
  await page.unroute('**/api/v1/schedules');
  await expect.poll(() => items('/workflows')).toEqual([]);
  expect(await page.getByLabel('Title').inputValue()).toBe('Serious ones');
  // What one run found does not change.
  await page.getByLabel('About', { exact: true }).selectOption('run');
  expect(await page.getByLabel('How often').isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Generate' }).waitFor();
  expect(complaints).toEqual([]);
}, 90_000);

async function picture(name: string): Promise<void> {
  if (!process.env.PICTURES) return;
  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${process.env.PICTURES}/repeat-${name}-${width}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}
