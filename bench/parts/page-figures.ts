import type { CDPSession, Page } from 'playwright-core';
import { openPage } from '../../test/e2e/browser.ts';
import { median, pause } from './figures.ts';

const [STEP_MS, STILL_STEPS, STILL_MS] = [200, 5, 12];

type Browser = Parameters<typeof openPage>[0];

/** What the page's own observers saw; times in milliseconds. */
export interface Vitals {
  firstPaint: number;
  largestPaint: number;
  layoutShift: number;
  /** Of each interaction, from the input to the next paint; in steps of 8 ms, 0 when it was below 16. */
  interactions: number[];
}

export interface WatchedPage {
  page: Page;
  cdp: CDPSession;
  /** 1: as fast as the machine is. */
  throttle(rate: number): Promise<void>;
  vitals(): Promise<Vitals>;
}

/** A page of its own visitor that keeps what it measures from its first moment on. */
export async function openWatched(browser: Browser): Promise<WatchedPage> {
  const page = await openPage(browser, []);
  page.setDefaultTimeout(120_000);
  const cdp = await page.context().newCDPSession(page);
  // Processor time and not that of the clock: others use the machine too.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(watch);
  return {
    page,
    cdp,
    throttle: (rate) => cdp.send('Emulation.setCPUThrottlingRate', { rate }).then(() => undefined),
    vitals: () => page.evaluate(() => (globalThis as unknown as { readVitals(): Vitals }).readVitals()),
  };
}

/** Runs in the page before anything of it. */
function watch(): void {
  const seen = { firstPaint: 0, largestPaint: 0, layoutShift: 0, interactions: new Map<number, number>() };
  const observe = (
    options: PerformanceObserverInit & { durationThreshold?: number },
    each: (entry: never) => void,
  ) => {
    const handle = (entries: PerformanceEntryList) => {
      for (const entry of entries) each(entry as never);
    };
    const observer = new PerformanceObserver((list) => handle(list.getEntries()));
    observer.observe({ buffered: true, ...options });
    return () => handle(observer.takeRecords());
  };
  const flushes = [
    observe({ type: 'largest-contentful-paint' }, ({ startTime }: PerformanceEntry) => {
      seen.largestPaint = startTime;
    }),
    observe({ type: 'paint' }, ({ name, startTime }: PerformanceEntry) => {
      if (name === 'first-paint') seen.firstPaint = startTime;
    }),
    observe(
      { type: 'layout-shift' },
      ({ value, hadRecentInput }: { value: number; hadRecentInput: boolean }) => {
        if (!hadRecentInput) seen.layoutShift += value;
      },
    ),
    observe(
      { type: 'event', durationThreshold: 16 },
      ({ interactionId, duration }: { interactionId: number; duration: number }) => {
        if (interactionId > 0)
          seen.interactions.set(interactionId, Math.max(duration, seen.interactions.get(interactionId) ?? 0));
      },
    ),
  ];
  Object.assign(globalThis, {
    readVitals() {
      for (const flush of flushes) flush();
      return { ...seen, interactions: [...seen.interactions.values()] };
    },
  });
}

export interface Frames {
  /** Milliseconds between one frame and the next. */
  p50: number;
  p95: number;
  perSecond: number;
  /** Milliseconds of processor time of the page's main thread for each frame. */
  work: number;
}

/**
 * Draws so many frames and does one step before each, in the page: `step` is called with the number of the frame, and knows nothing from outside. Frames are what
 * `requestAnimationFrame` sees; without a GPU the picture itself is made by other threads on the same processors.
 */
export async function drawFrames(
  { page, cdp }: WatchedPage,
  { frames, step }: { frames: number; step: (frame: number) => void },
): Promise<Frames> {
  // By `evaluate` and not by a script element, which the policy of the page would refuse.
  await page.evaluate(`globalThis.benchStep = ${step}`);
  const before = await mainThreadMs(cdp);
  const gaps = await page.evaluate(
    ([name, count]) =>
      new Promise<number[]>((resolve) => {
        const each = (globalThis as unknown as Record<string, (frame: number) => void>)[name as string];
        if (!each) throw new Error(`${name} is not there`);
        const times: number[] = [];
        const draw = (now: number) => {
          times.push(now);
          if (times.length > (count as number)) {
            resolve(times.slice(1).map((time, index) => time - (times[index] as number)));
            return;
          }
          each(times.length);
          requestAnimationFrame(draw);
        };
        requestAnimationFrame(draw);
      }),
    ['benchStep', frames] as const,
  );
  const work = ((await mainThreadMs(cdp)) - before) / frames;
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const sorted = [...gaps].sort((a, b) => a - b);
  return {
    p50: median(gaps),
    p95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
    perSecond: (1000 * gaps.length) / total,
    work,
  };
}

/**
 * Waits until the main thread has had next to nothing to do for so long, and tells how much it had to do. Without a word to the page itself:
 * whoever asks it something (a locator does) has it read 340 KB of script first, an eighth of the work until a page stands.
 */
export async function workUntilStill(cdp: CDPSession, before: number): Promise<number> {
  for (let still = 0, last = 0; ; ) {
    await pause(STEP_MS);
    const work = (await mainThreadMs(cdp)) - before;
    still = work - last < STILL_MS ? still + 1 : 0;
    last = work;
    if (still === STILL_STEPS) return work;
  }
}

export async function mainThreadMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

/** What the page's script holds after what is garbage is gone, in MB. */
export async function heapMb(cdp: CDPSession): Promise<number> {
  for (let round = 0; round < 2; round += 1) await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6;
}
