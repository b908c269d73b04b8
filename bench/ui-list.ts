/**
 * `node bench/ui-list.ts`: the list of 100,000 findings in a real Chromium, all of them loaded: frames while it is scrolled by 17 rows
 * a frame, elements of the page, and what the next 200 rows cost when few and when most are there. Beside it a list of nothing but words.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser, signInAs } from '../test/e2e/browser.ts';
import { serveBarePages } from './parts/bare-pages.ts';
import { openBrowserServer } from './parts/browser-server.ts';
import { type Figure, median, printFigures } from './parts/figures.ts';
import { makeFindings } from './parts/many-findings.ts';
import {
  drawFrames,
  type Frames,
  heapMb,
  mainThreadMs,
  openWatched,
  type WatchedPage,
} from './parts/page-figures.ts';

const ROWS = 100_000;
const PAGE = 200;
const FRAMES = 240;
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const browser = await launchBrowser();
const bare = await serveBarePages();
try {
  await makeFindings(folder, ROWS);
  const target = await openBrowserServer(folder);
  const list = await openWatched(browser);
  await signInAs(list.page, target);
  // Without a filter the list has those that a suppression hides only when asked.
  await list.page.goto(`${target.base}/findings?q=show:hidden`);
  await list.page.locator('[data-row]').first().waitFor();
  const before = await heapMb(list.cdp);
  const costs = await loadAll(list);
  const after = await heapMb(list.cdp);
  const plain = await openWatched(browser);
  await plain.page.goto(`${bare.base}/rows`);
  const rounds: { own: Frames; plain: Frames }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ own: await scroll(list), plain: await scroll(plain) });
  const of = (pick: (one: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const elements = await list.page.evaluate(() => document.querySelectorAll('#main *').length);
  const rows = await list.page.evaluate(() => document.querySelectorAll('[data-row]').length);
  const [ownP95, plainP95] = [of(({ own }) => own.p95), of(({ plain }) => plain.p95)];
  const figures: Figure[] = [
    {
      what: `frame while ${costs.length * PAGE} loaded findings are scrolled, 900 px a frame (ms, p50 / p95, median of ${ROUNDS})`,
      value: `${of(({ own }) => own.p50).toFixed(1)} / ${ownP95.toFixed(1)}`,
      beside: `a list of nothing but words ${of(({ plain }) => plain.p50).toFixed(1)} / ${plainP95.toFixed(1)}: ${(ownP95 / plainP95).toFixed(2)} ×`,
      goal: { words: 'p95 ≤ 20', met: ownP95 <= 20 },
    },
    {
      what: 'processor time of the main thread for one of these frames (ms)',
      value: of(({ own }) => own.work).toFixed(2),
      beside: `list of words ${of(({ plain }) => plain.work).toFixed(2)}`,
    },
    {
      what: 'rows / elements of the page',
      value: `${rows} / ${elements}`,
      beside: 'the others exist when they are in sight',
      goal: { words: '≤ 500 rows', met: rows <= 500 },
    },
    {
      what: 'processor time of the main thread for 200 rows more (ms): the first 20 pages / the last 20',
      value: `${median(costs.slice(0, 20)).toFixed(0)} / ${median(costs.slice(-20)).toFixed(0)}`,
      beside: `${(median(costs.slice(-20)) / median(costs.slice(0, 20))).toFixed(1)} ×`,
    },
    {
      what: 'memory of the page (MB): 200 rows / all',
      value: `${before.toFixed(0)} / ${after.toFixed(0)}`,
      beside: `${(((after - before) * 1e6) / ROWS).toFixed(0)} bytes for a row`,
    },
  ];
  printFigures(figures);
  await target.server.close();
} finally {
  await browser.close();
  await bare.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Goes to the end again and again; gives the processor time of each page. */
async function loadAll({ page, cdp }: WatchedPage): Promise<number[]> {
  const costs: number[] = [];
  for (;;) {
    const [height, row] = await page
      .locator('.vlist')
      .evaluate((list) => [list.clientHeight, list.querySelector('li')?.clientHeight ?? 0] as const);
    // A row has a border of 1 px.
    if (height / (row + 1) >= ROWS * 0.98) return costs;
    const before = await mainThreadMs(cdp);
    await page.locator('#main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await page.waitForFunction(
      (known) => (document.querySelector('.vlist')?.clientHeight ?? 0) > known,
      height,
    );
    costs.push((await mainThreadMs(cdp)) - before);
  }
}

async function scroll(watched: WatchedPage): Promise<Frames> {
  await watched.page.locator('#main').evaluate((main) => main.scrollTo(0, 0));
  await watched.page.waitForTimeout(500);
  return drawFrames(watched, {
    frames: FRAMES,
    step: () => {
      const main = document.getElementById('main');
      if (main) main.scrollTop += 900;
    },
  });
}
