import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { NO_COUNTS } from '../../src/store/runs.ts';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

const CVSS = JSON.stringify({ vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' });
/** More than the list loads at once. */
const FAILED = 120;
let server: SeededServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
  const { store, engine } = server.app.services;
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    for (let n = 0; n < FAILED; n++)
      await tx
        .insertInto('run')
        .values({
          ...{ id: newId('run'), project: 'prj_default', task: 'cvss', task_version: 1, status: 'failed' },
          ...{ params: n % 10 === 0 ? '{}' : CVSS, target: null, asset: null, principal: 'usr_x' },
          ...{
            instance: engine.instance,
            fence: 1,
            created: Date.now(),
            started: Date.now(),
            ended: Date.now(),
          },
          ...{
            progress: null,
            counts: JSON.stringify(NO_COUNTS),
            output: null,
            rerun_of: null,
            cause_run: null,
          },
          error_code: n < 100 ? 'time-limit' : 'memory-limit',
          error_message: n < 100 ? 'The time limit was reached.' : 'It needed more memory than it may have.',
        })
        .execute();
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const runs = async (q: string) =>
  (await server.call(`/api/v1/runs?limit=1000&q=${encodeURIComponent(q)}`)).body.items as { id: string }[];

test('what failed the same way is one line, and its number leads to exactly its runs', async () => {
  await page.goto(`${server.base}/runs`);
  await settled(page);
  await page.getByRole('button', { name: 'Failures by error' }).click();
  const groups = page.getByRole('list', { name: 'Failed runs by task and error' });
  await groups.waitFor();
  expect(await groups.getByRole('listitem').count()).toBe(2);
  await groups.getByText('The time limit was reached.').waitFor();
  expect(await faultsOf(page, 'failures')).toEqual([]);
  await groups.getByRole('link', { name: '20 runs' }).click();
  await settled(page);
  const list = page.getByRole('list', { name: 'Runs' });
  await expect.poll(() => list.getByRole('listitem').last().getAttribute('aria-setsize')).toBe('20');
}, 60_000);

test('all that fit are run again by a job that says how far it is and what it left', async () => {
  await page.goto(`${server.base}/runs?q=${encodeURIComponent('error:time-limit')}`);
  await settled(page);
  await page.getByRole('checkbox').first().click();
  await page.getByText('1 run chosen').waitFor();
  await page.getByRole('button', { name: 'Choose all that fit' }).click();
  await page.getByText('All runs that fit').waitFor();
  expect(await faultsOf(page, 'bar')).toEqual([]);
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByText('100 of 100 would be run again').waitFor();
  expect(await faultsOf(page, 'dialog')).toEqual([]);
  await page.getByRole('button', { name: 'Run 100 again' }).click();
  await page.getByText('90 runs were started again').waitFor({ timeout: 30_000 });
  await page.getByText('10 left as they are: A parameter is missing or wrong').waitFor();
  expect(await faultsOf(page, 'result')).toEqual([]);
  await page.reload();
  await page.getByText('90 runs were started again').waitFor();
  const made = await runs('task:cvss -status:failed');
  expect(made.length).toBeGreaterThanOrEqual(90);
}, 90_000);

test('some are chosen with the keyboard alone; those that have ended are not cancelled', async () => {
  await page.goto(`${server.base}/runs?status=failed`);
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await page.getByText('2 runs chosen').waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByText('0 of 2 would be cancelled').waitFor();
  await page.getByText('2 left as they are: The run has ended already').waitFor();
  await page.locator('[role=dialog]').getByRole('button', { name: 'Close' }).first().click();
  await page.keyboard.press('Escape');
  await page.getByText('2 runs chosen').waitFor({ state: 'detached' });
}, 60_000);

test('a query that cannot be read says where, and keeps the words', async () => {
  await page.goto(`${server.base}/runs`);
  await settled(page);
  await page.getByLabel('Query about runs').fill('state:failed');
  await page.getByLabel('Query about runs').press('Enter');
  await page.getByText('(at character 1 of the query)').waitFor();
  expect(await page.getByLabel('Query about runs').inputValue()).toBe('state:failed');
  expect(complaints).toEqual([]);
}, 60_000);
