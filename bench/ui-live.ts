/**
 * `node bench/ui-live.ts`: 500 events a second for a minute reach a page with a list of findings. Whether inputs are answered
 * meanwhile, what the main thread does, and whether memory stays; beside the same page when nothing happens.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser, signInAs } from '../test/e2e/browser.ts';
import { openBrowserServer } from './parts/browser-server.ts';
import { median, pause, printFigures, share } from './parts/figures.ts';
import { makeFindings } from './parts/many-findings.ts';
import { heapMb, mainThreadMs, openWatched, type WatchedPage } from './parts/page-figures.ts';

const PER_SECOND = 500;
const SECONDS = 60;
const QUIET_SECONDS = 15;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const browser = await launchBrowser();
try {
  await makeFindings(folder, 10_000);
  const target = await openBrowserServer(folder);
  const list = await openWatched(browser);
  await signInAs(list.page, target);
  await list.page.goto(`${target.base}/findings?q=`);
  await list.page.locator('[data-row]').first().waitFor();
  const findings = await list.page
    .locator('[data-row]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row') ?? ''));
  const quiet = await walkFor(list, QUIET_SECONDS);
  let arriving = true;
  const stream = target.server
    .stream({ order: 'stream', perSecond: PER_SECOND, seconds: SECONDS, findings })
    .finally(() => {
      arriving = false;
    });
  const busy = await walkFor(list, SECONDS - 2);
  const inTime = arriving;
  const batches = await stream;
  const took = ((batches.at(-1)?.[2] ?? 0) - (batches[0]?.[1] ?? 0)) / 1000;
  await list.page.waitForTimeout(3000);
  const news = await list.page.locator('.news').innerText();
  const half = busy.heaps.slice(Math.floor(busy.heaps.length / 2));
  const growth = (half.at(-1) ?? Number.NaN) - (half[0] ?? Number.NaN);
  printFigures([
    {
      what: `an input until the next paint while ${PER_SECOND} events a second arrive for ${SECONDS} s (ms, p50 / worst)`,
      value: `${median(busy.inputs).toFixed(0)} / ${Math.max(...busy.inputs)}`,
      beside: `without events ${median(quiet.inputs).toFixed(0)} / ${Math.max(...quiet.inputs)}; ${busy.inputs.length} inputs; sent in ${took.toFixed(1)} s`,
      goal: { words: 'p95 ≤ 200', met: share(busy.inputs, 0.95) <= 200 && inTime },
    },
    {
      what: 'share of a processor that the main thread takes meanwhile',
      value: `${(busy.share * 100).toFixed(0)} %`,
      beside: `without events ${(quiet.share * 100).toFixed(0)} %`,
    },
    {
      what: 'memory of the page (MB): before / after half a minute / at the end',
      value: [busy.heaps[0], half[0], half.at(-1)].map((mb) => mb?.toFixed(1)).join(' / '),
      beside: `the page says '${news}'`,
      goal: { words: 'second half + ≤ 2', met: growth <= 2 },
    },
  ]);
  await target.server.close();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

interface Use {
  inputs: number[];
  share: number;
  heaps: number[];
}

/** Walks the list with keys, twice a second, and looks at the memory every five seconds. */
async function walkFor(watched: WatchedPage, seconds: number): Promise<Use> {
  const { page, cdp } = watched;
  const known = (await watched.vitals()).interactions.length;
  const heaps = [await heapMb(cdp)];
  const [started, work] = [performance.now(), await mainThreadMs(cdp)];
  let looked = started;
  for (let at = 0; performance.now() - started < seconds * 1000; at += 1) {
    await page.keyboard.press(at % 20 < 10 ? 'j' : 'k');
    await pause(500);
    if (performance.now() - looked < 5000) continue;
    looked = performance.now();
    heaps.push(await heapMb(cdp));
  }
  const used = (await mainThreadMs(cdp)) - work;
  const inputs = (await watched.vitals()).interactions.slice(known);
  return { inputs, share: used / (performance.now() - started), heaps };
}
