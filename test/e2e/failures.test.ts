import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AWAY,
  answered,
  goWithin,
  PROXY,
  prepare,
  REQUEST_ID,
  type Refusal,
  refusal,
  refuse,
} from './answers.ts';
import { addressesOfAllScreens, makeSamples } from './app-routes.ts';
import { launchBrowser, openPage, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

/** What any request may get. Whatever the screen asks for is refused so. */
const REFUSALS: readonly Refusal[] = [
  refusal('forbidden', 'You may not read this.'),
  refusal('not-found', 'It is not there.'),
  refusal('too-many-requests', 'Too many requests.', { retryAfter: 30 }),
  refusal('internal', 'Something broke inside SentinelX'),
  refusal('store-unavailable', 'The database does not answer.'),
  PROXY,
  AWAY,
];
/** What asks the server nothing of its own, or can do without the answer. */
const ASKS_NOTHING = new Set(['/convert-workflow', '/report-templates/new', '/evidence']);

let server: SeededServer;
let browser: Browser;
let first: Page;
let context: BrowserContext;
let addresses: string[];
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  addresses = await addressesOfAllScreens(await makeSamples(server, sarifReport(12)));
  browser = await launchBrowser();
  first = await openPage(browser, complaints);
  context = first.context();
  await signInAs(first, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test.concurrent.each(REFUSALS)(
  '$name: every screen says it, says what to do, and nothing spins',
  async (one) => {
    const page = await newPage();
    const failed = new Set<string>();
    // Here the server is well again after each screen. What it has told then stays known: fewer requests are left to fail.
    const retried = one.code === 'store-unavailable';
    let refusing = true;
    await page.route(/\/(api\/v1|auth)\//, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/auth/session' || !refusing) return route.continue();
      failed.add(path);
      return refuse(route, one);
    });
    await prepare(page);
    await page.goto(`${server.base}/not-there`);
    await page.locator('h1').waitFor();
    const faults: string[] = [];
    for (const address of addresses) {
      refusing = true;
      failed.clear();
      await goWithin(page, address);
      const settled = await answered(page);
      if (!settled) faults.push(`${address}: still loads (${[...failed].join(', ')})`);
      else if (failed.size > 0 && !retried)
        faults.push(
          ...(await faultsOfFailed(page, one)).map(
            (fault) => `${address}: ${fault} (${[...failed].join(', ')})`,
          ),
        );
      else if (retried) continue;
      else if (!ASKS_NOTHING.has(address)) faults.push(`${address}: asked nothing`);
      if (!retried) continue;
      refusing = false;
      for (const left of await leftAfterRetry(page)) faults.push(`${address}: Retry does not help: ${left}`);
    }
    await page.close();
    expect(faults).toEqual([]);
  },
  170_000,
);

async function faultsOfFailed(page: Page, one: Refusal): Promise<string[]> {
  return page.evaluate(
    ({ says, status, retryAfter, requestId, html }) => {
      const faults: string[] = [];
      const main = document.querySelector('main');
      const text = main?.innerText ?? '';
      if (!document.querySelector('h1')?.textContent?.trim()) faults.push('no title');
      for (const wrong of ['undefined', 'NaN', '[object', '{"', 'This page broke', 'All 0 '])
        if (text.includes(wrong)) faults.push(`shows ${wrong}`);
      const alerts = [...document.querySelectorAll<HTMLElement>('main [role=alert]')];
      const told = alerts.filter((alert) => alert.innerText.includes(says));
      if (told.length === 0) return [...faults, `does not say '${says}': ${text.slice(0, 200)}`];
      for (const alert of told) {
        if (!alert.querySelector('.muted')?.textContent?.trim()) faults.push('does not say what to do');
        const retry = [...alert.querySelectorAll('button')].some((button) =>
          button.innerText.includes('Retry'),
        );
        const mayHelp = status === 0 || status === 429 || status >= 500;
        if (retry !== mayHelp) faults.push(mayHelp ? `no Retry: ${alert.innerText}` : 'Retry cannot help');
        if (retryAfter && !/in \d+ seconds/.test(alert.innerText)) faults.push('does not say how long');
        const copies = [...alert.querySelectorAll('button')].some((button) => button.title === requestId);
        if (status >= 500 && !html && !copies) faults.push('no number of the request to copy');
      }
      return [...new Set(faults)];
    },
    { ...one, requestId: REQUEST_ID },
  );
}

/** What is still told of when the server is well again and every Retry was pressed. */
async function leftAfterRetry(page: Page): Promise<string[]> {
  // What is folded away is asked again when it is unfolded.
  const alerts = page.locator('main [role=alert]').filter({ visible: true });
  const retry = alerts.getByRole('button', { name: 'Retry' });
  // Two cards may ask the same question: one answer heals both.
  for (let tries = 0; tries < 12 && (await retry.count()) > 0; tries++) {
    await retry
      .first()
      .click({ timeout: 1000 })
      .catch(() => undefined);
    await answered(page);
  }
  return alerts.allInnerTexts();
}

async function newPage(): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return page;
}

test('no page had an error', () => expect(complaints).toEqual([]));
