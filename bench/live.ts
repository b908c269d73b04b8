/** Event committed → WebSocket client, with 200 watchers on real sockets in another process, beside a bare WebSocket server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServer, openWatchers } from './parts/children.ts';
import { type Figure, median, pause, printFigures, share } from './parts/figures.ts';

const WATCHERS = 200;
const GOAL_MS = 50;
/** Events per second and how many: 200 watchers of ten a second are 2,000 messages a second, of fifty 10,000. */
const PACES = [
  { perSecond: 10, count: 30 },
  { perSecond: 50, count: 200 },
];

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const server = await openServer({ dataDir: join(folder, 'data') });
const figures: Figure[] = [];
try {
  const socketUrl = `${server.url.replace(/^http/, 'ws')}/ws/execution`;
  for (const pace of PACES) {
    const bare = await rounds(`ws://127.0.0.1:${server.barePort}/`, 'emit-bare', pace);
    const ours = await rounds(socketUrl, 'emit', pace);
    figures.push({
      what: `event committed → ${WATCHERS} WebSocket clients at ${pace.perSecond} events/s (ms, p50 / p99, median of 3)`,
      value: `${ours.p50.toFixed(1)} / ${ours.p99.toFixed(1)}`,
      beside: `${(ours.p99 / bare.p99).toFixed(1)} × the p99 of a bare WebSocket server (${bare.p50.toFixed(1)} / ${bare.p99.toFixed(1)}); from before the write p99 ${ours.p99FromWrite.toFixed(1)}; ${ours.deliveries} of ${ours.expected} deliveries, ${ours.wrongOrder} out of order`,
      goal: {
        words: `p99 ≤ ${GOAL_MS} ms, each event once`,
        met: ours.p99 <= GOAL_MS && ours.deliveries === ours.expected && ours.wrongOrder === 0,
      },
    });
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
printFigures(figures);

async function rounds(url: string, order: 'emit' | 'emit-bare', pace: { perSecond: number; count: number }) {
  const watchers = await openWatchers(url, server.token, WATCHERS);
  // Each watcher has to be at its place: a subscription is not confirmed.
  await pause(1000);
  await server.emit({ order, count: 20, gapMs: 20, subject: 'warm-up-' });
  await pause(300);
  await watchers.arrived();
  const all: ReturnType<typeof summary>[] = [];
  for (let round = 0; round < 3; round += 1) {
    const emitted = await server.emit({
      order,
      count: pace.count,
      gapMs: 1000 / pace.perSecond,
      subject: `${order}-${pace.perSecond}-${round}-`,
    });
    await pause(700);
    all.push(summary(emitted, await watchers.arrived()));
  }
  await watchers.close();
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    p50: median(all.map((one) => one.p50)),
    p99: median(all.map((one) => one.p99)),
    p99FromWrite: median(all.map((one) => one.p99FromWrite)),
    deliveries: sum((one) => one.deliveries),
    wrongOrder: sum((one) => one.wrongOrder),
    expected: pace.count * WATCHERS * all.length,
  };
}

function summary(
  emitted: [string, number, number][],
  seen: { arrived: [string, number][]; wrongOrder: number },
) {
  const times = new Map(emitted.map(([subject, before, after]) => [subject, { before, after }]));
  const delays: number[] = [];
  const fromWrite: number[] = [];
  for (const [subject, at] of seen.arrived) {
    const time = times.get(subject);
    if (!time) continue;
    // The news can overtake the answer to the writer.
    delays.push(Math.max(0, at - time.after));
    fromWrite.push(at - time.before);
  }
  return {
    p50: median(delays),
    p99: share(delays, 0.99),
    p99FromWrite: share(fromWrite, 0.99),
    deliveries: delays.length,
    wrongOrder: seen.wrongOrder,
  };
}
