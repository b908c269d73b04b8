/**
 * `node bench/ui.ts`: what a user waits for, in a real Chromium: bytes of the first pages, largest contentful paint, interactions and
 * layout shift, each beside an empty page of the same browser. Lists, live data and the designer have files of their own.
 */

import { addressesOfAllScreens, makeSamples } from '../test/e2e/app-routes.ts';
import { launchBrowser, settled, signInAs } from '../test/e2e/browser.ts';
import { sarifReport } from '../test/e2e/findings-data.ts';
import { startSeededServer } from '../test/e2e/seeded-server.ts';
import { serveBarePages } from './parts/bare-pages.ts';
import { type Figure, median, pause, printFigures, share } from './parts/figures.ts';
import { mainThreadMs, openWatched, type WatchedPage, workUntilStill } from './parts/page-figures.ts';
import { wireBytes } from './parts/wire-bytes.ts';

const ROUNDS = 5;
const SLOWER = 4;
const SIGN_IN_KB = 190;
const SCREENS = ['/sign-in', '/', '/findings?q=', '/runs'] as const;

await using server = await startSeededServer();
const samples = await makeSamples(server, sarifReport(300));
const bare = await serveBarePages();
const browser = await launchBrowser();
const figures: Figure[] = [];
try {
  const visitor = await openWatched(browser);
  const user = await openWatched(browser);
  await signInAs(user.page, server);
  await measureBytes(visitor, user);
  await measurePaint(visitor, user);
  await measureInteractions(user);
  await measureShift(user);
  printFigures(figures);
} finally {
  await browser.close();
  await bare.close();
}

async function measureBytes(visitor: WatchedPage, user: WatchedPage): Promise<void> {
  const signIn = await wireBytes(visitor, `${server.base}/sign-in`);
  const shell = await wireBytes(user, `${server.base}/`);
  for (const [name, found, goal] of [
    ['sign-in page', signIn, SIGN_IN_KB],
    // With the app around it. Visitors load none of it: it comes while somebody signs in.
    ['overview, charts with it', shell, undefined],
  ] as const)
    figures.push({
      what: `script and style of the ${name} (KB gzip)`,
      value: found.codeKb.toFixed(1),
      beside: `${found.files} files, ${found.wireKb.toFixed(0)} KB over the wire with fonts and answers`,
      ...(goal === undefined ? {} : { goal: { words: `≤ ${goal}`, met: found.codeKb <= goal } }),
    });
}

async function measurePaint(visitor: WatchedPage, user: WatchedPage): Promise<void> {
  for (const [rate, goal] of [
    [1, 800],
    [SLOWER, 1800],
  ] as const) {
    const empty: Load[] = [];
    const own = new Map<string, Load[]>(SCREENS.map((screen) => [screen, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      empty.push(await load(visitor, `${bare.base}/empty`, rate));
      for (const screen of SCREENS)
        own
          .get(screen)
          ?.push(await load(screen === '/sign-in' ? visitor : user, `${server.base}${screen}`, rate));
    }
    const emptyPaint = median(empty.map(({ largest }) => largest));
    for (const [screen, loads] of own) {
      const largest = median(loads.map((one) => one.largest));
      const first = median(loads.map((one) => one.first));
      const work = median(loads.map((one) => one.work));
      figures.push({
        what: `largest contentful paint of ${screen}${rate > 1 ? `, processor ${rate} × slower` : ''} (ms, median of ${ROUNDS})`,
        value: largest.toFixed(0),
        beside: `first paint ${first.toFixed(0)}; empty page ${emptyPaint.toFixed(0)}: ${(largest / emptyPaint).toFixed(1)} ×; main thread ${work.toFixed(0)} ms of processor time`,
        goal: { words: `≤ ${goal}`, met: largest <= goal },
      });
    }
  }
}

interface Load {
  first: number;
  largest: number;
  /** Milliseconds of processor time of the main thread, all that the page does until it is still. */
  work: number;
}

async function load(watched: WatchedPage, address: string, rate: number): Promise<Load> {
  const { page, cdp } = watched;
  await page.goto('about:blank');
  await watched.throttle(rate);
  const before = await mainThreadMs(cdp);
  await page.goto(address);
  const work = await workUntilStill(cdp, before);
  await page.locator('h1').first().waitFor();
  if (await page.locator('main .loading').count()) throw new Error(`${address} still loads`);
  const { largestPaint, firstPaint } = await watched.vitals();
  await watched.throttle(1);
  return { first: firstPaint, largest: largestPaint, work };
}

async function measureInteractions(user: WatchedPage): Promise<void> {
  const { page } = user;
  const empty = await interactions(user, `${bare.base}/empty`, async () => {
    for (let time = 0; time < 10; time += 1) await calmly(() => page.getByRole('button').click());
  });
  const list = await interactions(user, `${server.base}/findings?q=`, async () => {
    await page.locator('[data-row]').first().waitFor();
    for (const key of ['j', 'j', 'x', 'j', 'x', 'Escape', 'Control+k', 'r', 'u', 'Escape'])
      await calmly(() => page.keyboard.press(key));
    await calmly(() => page.locator('[data-row]').nth(3).click());
    for (const key of ['j', 'k', 'Escape']) await calmly(() => page.keyboard.press(key));
    await calmly(() => page.getByRole('link', { name: 'Runs', exact: true }).first().click());
    await calmly(() => page.getByRole('link', { name: 'Tasks', exact: true }).first().click());
    await calmly(() => page.getByRole('link', { name: 'Overview', exact: true }).first().click());
  });
  figures.push({
    what: `interactions with lists, panel, palette and navigation, processor ${SLOWER} × slower (ms to the next paint: p50 / worst)`,
    value: `${median(list).toFixed(0)} / ${Math.max(...list)}`,
    beside: `${list.length} of them; a button on an empty page ${median(empty)} / ${Math.max(...empty)}`,
    goal: { words: 'worst ≤ 200', met: Math.max(...list) <= 200 },
  });
}

async function interactions(
  user: WatchedPage,
  address: string,
  act: () => Promise<void>,
): Promise<readonly number[]> {
  await user.page.goto(address);
  await user.page.waitForTimeout(1000);
  await user.throttle(SLOWER);
  await act();
  await user.page.waitForTimeout(500);
  const found = await user.vitals();
  await user.throttle(1);
  return found.interactions;
}

/** As a person does: what one input has started is over before the next. */
async function calmly(act: () => Promise<void>): Promise<void> {
  await act();
  await pause(400);
}

async function measureShift(user: WatchedPage): Promise<void> {
  const found: { address: string; shift: number }[] = [];
  for (const address of await addressesOfAllScreens(samples)) {
    await user.page.goto(`${server.base}${address}`);
    await settled(user.page);
    await user.page.waitForTimeout(700);
    found.push({ address, shift: (await user.vitals()).layoutShift });
  }
  found.sort((a, b) => b.shift - a.shift);
  const worst = found[0] ?? { address: '', shift: Number.NaN };
  figures.push({
    what: `layout shift while a screen loads: worst of ${found.length} screens`,
    value: `${worst.shift.toFixed(3)} (${worst.address})`,
    beside: `p95 ${share(
      found.map(({ shift }) => shift),
      0.95,
    ).toFixed(3)}; ${found.filter(({ shift }) => shift === 0).length} screens shift nothing`,
    goal: { words: '≤ 0.02 on each', met: worst.shift <= 0.02 },
  });
  for (const { address, shift } of found.filter(({ shift }) => shift > 0.02))
    console.log(`shift ${shift.toFixed(3)} ${address}`);
}
