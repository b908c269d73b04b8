import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendLog } from '../../src/store/run-log.ts';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

/** More than a browser keeps in memory. */
const LINES = 60_000;
let server: SeededServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
  const { store } = server.app.services;
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    await tx.deleteFrom('run_log').where('run', '=', server.ids.run).execute();
    await appendLog(
      tx,
      store.dialect,
      server.ids.run,
      Array.from({ length: LINES }, (_, at) => ({
        seq: at + 1,
        time: 1_700_000_000_000 + at,
        level: at % 1000 === 7 ? ('error' as const) : ('info' as const),
        text: at % 1000 === 7 ? `Needle 100%_of ${at}` : `line of hay ${at}`,
      })),
    );
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const find = async (query: string) =>
  (await server.call(`/api/v1/runs/${server.ids.run}/log/find?${query}`)).body;

test('the server finds in the whole log, whatever the case, and takes signs as they are', async () => {
  expect(await find('q=needle')).toMatchObject({ total: 60 });
  expect((await find('q=needle')).lines.slice(0, 2)).toEqual([8, 1008]);
  expect(await find('q=100%25_of%2059007')).toEqual({ total: 1, lines: [59_008] });
  expect(await find('q=_____')).toEqual({ total: 0, lines: [] });
  expect((await find('q=7&level=error')).total).toBe(60);
  const many = await find('q=hay');
  expect([many.total, many.lines.length]).toEqual([LINES - 60, 10_000]);
  const wrong = await server.call(`/api/v1/runs/${server.ids.run}/log/find?q=a&level=loud`);
  expect([wrong.status, wrong.body.code]).toEqual([422, 'invalid-parameter']);
});

test('the log is a text file, too', async () => {
  const { status, body } = await server.call(`/api/v1/runs/${server.ids.run}/log/file`);
  expect(status).toBe(200);
  const lines = (body as string).split('\n');
  expect(lines).toHaveLength(LINES + 1);
  expect(lines[7]).toBe('2023-11-14T22:13:20.007Z error Needle 100%_of 7');
});

test('hits are stepped through, also in lines that the page does not hold, and a line has a link', async () => {
  await page.goto(`${server.base}/runs/${server.ids.run}?tab=log`);
  await settled(page);
  await page.getByText('earlier lines are not held in memory').waitFor();
  await page.getByLabel('Find in the log').fill('needle');
  await page.getByText('1 of 60').waitFor();
  await page.getByText('Lines around line 8.').waitFor();
  await expect.poll(() => page.locator('.log-current').innerText()).toContain('Needle 100%_of 7');
  await page.getByLabel('Find in the log').press('Shift+Enter');
  await page.getByText('60 of 60').waitFor();
  await expect.poll(() => page.locator('.log-current').innerText()).toContain('Needle 100%_of 59007');
  await page.getByRole('button', { name: 'Line 59008: link to it' }).click();
  await page.waitForURL(/line=59008/);
  await page.goto(`${server.base}/runs/${server.ids.run}?tab=log&line=2008`);
  await expect.poll(() => page.locator('.log-current').innerText(), { timeout: 15_000 }).toContain('2007');
  await page.getByRole('button', { name: 'Back to the end of the log' }).click();
  await page.getByText(`line of hay ${LINES - 1}`).waitFor();
  await page.getByLabel('Level').selectOption('errors');
  await expect
    .poll(async () => new Set(await page.locator('.log-line .log-level').allInnerTexts()))
    .toEqual(new Set(['error']));
  expect(complaints).toEqual([]);
  expect(await faultsOf(page, 'log')).toEqual([]);
}, 120_000);
