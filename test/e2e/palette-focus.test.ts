import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goWithin } from './answers.ts';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
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
  await settled(page);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('a slow page that arrives takes the focus from nobody who types into the palette', async () => {
  const opened = Promise.withResolvers<void>();
  // The code of a screen and what it asks for come late.
  await page.route(/\/assets\/runs-page|\/api\/v1\/runs/, async (route) => {
    await opened.promise;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  const arrival = goWithin(page, '/runs');
  await page.keyboard.press('Control+k');
  const field = page.locator('.palette input');
  await field.waitFor();
  await page.keyboard.type('secr', { delay: 20 });
  opened.resolve();
  for (const letter of 'ets scan') await page.keyboard.type(letter, { delay: 60 });
  await arrival;
  expect(await field.inputValue()).toBe('secrets scan');
  expect(await focused()).toBe('INPUT');
  // Closed, the page that has come meanwhile has the focus.
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('H1');
  expect(await page.locator('h1').innerText()).toBe('Runs');
  await page.unrouteAll();
}, 60_000);

test('without anything open, a page takes the focus when it arrives; a dialog keeps it', async () => {
  await goWithin(page, '/tasks');
  await expect.poll(focused).toBe('H1');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await goWithin(page, '/reports');
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('H1');
  expect(complaints).toEqual([]);
}, 60_000);

function focused(): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.tagName);
}
