import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, goWithin, prepare } from './answers.ts';
import { addressesOfAllScreens, makeSamples } from './app-routes.ts';
import { launchBrowser, openPage, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

const SLOW_MS = 450;
/**
 * What may move when the answers come, as browsers measure it; up to here they call it good. On a quiet machine nearly
 * every screen stays below 0.02; on a busy one parts of a page that come one after the other move each other.
 */
const MOST_SHIFT = 0.1;

let server: SeededServer;
let browser: Browser;
let first: Page;
let addresses: string[];
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  addresses = await addressesOfAllScreens(await makeSamples(server, sarifReport(12)));
  browser = await launchBrowser();
  first = await openPage(browser, complaints);
  await signInAs(first, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

interface Arrival {
  /** Milliseconds until grey bars were seen, when they were. */
  bars: number | null;
  shift: number;
  /** What moved furthest. */
  moved: string;
  asked: boolean;
}

test.concurrent.each([0, 1, 2])(
  'a slow answer: grey bars, then the content where they stood (%i)',
  async (lane) => {
    const page = await first.context().newPage();
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await prepare(page);
    let asked = false;
    // What was read for one screen is known on the next.
    const known = new Set<string>();
    await page.route(/\/api\/v1\//, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (!known.has(pathname)) asked = true;
      known.add(pathname);
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${server.base}/not-there`);
    await page.locator('h1').waitFor();
    const faults: string[] = [];
    for (const address of addresses.filter((_, at) => at % 3 === lane)) {
      asked = false;
      await watch(page);
      await goWithin(page, address);
      if (!(await answered(page))) faults.push(`${address}: does not end`);
      const { bars, shift, moved } = await page.evaluate(() =>
        (window as unknown as { arrival: () => Arrival }).arrival(),
      );
      if (asked && bars === null) faults.push(`${address}: nothing tells that it loads`);
      if (bars !== null && bars < 100) faults.push(`${address}: grey after ${bars} ms already`);
      if (shift > MOST_SHIFT) faults.push(`${address}: moves by ${shift.toFixed(3)}: ${moved}`);
    }
    await page.close();
    expect(faults).toEqual([]);
  },
  170_000,
);

test('no page had an error', () => expect(complaints).toEqual([]));

/** From now on: when grey bars are seen, and what moves. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const begin = performance.now();
    let bars: number | null = null;
    let shift = 0;
    let most = 0;
    let moved = '';
    const look = setInterval(() => {
      if (bars === null && document.querySelector('.loading-bar-shown')) bars = performance.now() - begin;
    }, 10);
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number;
        sources?: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[];
      }[]) {
        // Before there are bars, one page gives way to another.
        if (bars === null) continue;
        shift += entry.value;
        if (entry.value <= most) continue;
        most = entry.value;
        moved = (entry.sources ?? [])
          .map(({ node, previousRect: from, currentRect: to }) => {
            const element = node instanceof Element ? node : node?.parentElement;
            return `${element?.tagName.toLowerCase()}.${element?.className} ${Math.round(from.y)}→${Math.round(to.y)}`;
          })
          .join(', ');
      }
    });
    observer.observe({ type: 'layout-shift', buffered: false });
    Object.assign(window, {
      arrival: () => {
        clearInterval(look);
        observer.disconnect();
        return { bars, shift, moved };
      },
    });
  });
}
