import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

/** Chromium tells of a preload that nothing used only some seconds after the page has loaded. */
const UNUSED_PRELOAD_MS = 4000;

let server: SeededServer;
let browser: Browser;
let page: Page;
const said: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  browser = await launchBrowser();
  page = await openPage(browser, []);
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) said.push(`${page.url()}: ${message.text()}`);
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('no page says anything in the console when it is loaded', async () => {
  await page.goto(`${server.base}/sign-in`);
  await page.waitForTimeout(UNUSED_PRELOAD_MS);
  await signInAs(page, server);
  // Before somebody signs in there is no session to be read.
  said.splice(0, said.length, ...said.filter((text) => !/status of 401/.test(text)));
  for (const path of ['/', '/findings', '/runs', '/reports', '/project/policy']) {
    await page.goto(`${server.base}${path}`);
    await settled(page);
    await page.waitForTimeout(UNUSED_PRELOAD_MS);
  }
  expect(said).toEqual([]);
}, 120_000);

test('of a filter that cannot be read, list and numbers are each asked for once', async () => {
  const asked: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) asked.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  await page.goto(`${server.base}/findings?q=${encodeURIComponent('severity:huge')}`);
  await page.getByText('huge').first().waitFor();
  await page.waitForTimeout(2000);
  expect(asked.sort()).toEqual(['400 /api/v1/findings', '400 /api/v1/findings/facets']);
}, 60_000);
