/** 1,000 WebSocket watchers of a run that reports 200 events a second, beside a bare WebSocket server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServer, openWatchers } from './parts/children.ts';
import { median, pause, printFigures, share } from './parts/figures.ts';

const WATCHERS = 1_000;
const PER_SECOND = 200;
const COUNT = 2_000;
const GOAL_MS = 250;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const server = await openServer({ dataDir: join(folder, 'data') });
const url = `${server.url.replace(/^http/, 'ws')}/ws/execution`;
const watchers = await openWatchers(url, server.token, WATCHERS);
await pause(2_000);
await server.emit({ order: 'emit', count: 50, gapMs: 20, subject: 'warm-up-' });
await pause(1_000);
await watchers.arrived();
server.resetLoop();
const emitted = await server.emit({ order: 'emit', count: COUNT, gapMs: 1000 / PER_SECOND, subject: 'run-' });
await pause(3_000);
const { arrived, wrongOrder } = await watchers.arrived();
const loop = await server.loop();
await watchers.close();
await server.close();
rmSync(folder, { recursive: true, force: true });

const times = new Map(emitted.map(([subject, , after]) => [subject, after]));
const delays = arrived.flatMap(([subject, at]) => {
  const after = times.get(subject);
  return after === undefined ? [] : [Math.max(0, at - after)];
});
const expected = COUNT * WATCHERS;
const took = ((emitted.at(-1)?.[2] ?? 0) - (emitted[0]?.[1] ?? 0)) / 1000;
printFigures([
  {
    what: `${WATCHERS} watchers of a run with ${PER_SECOND} events/s wanted, ${(COUNT / took).toFixed(0)} reached: event committed → client (ms, p50 / p99)`,
    value: `${median(delays).toFixed(0)} / ${share(delays, 0.99).toFixed(0)}`,
    beside: `${delays.length} of ${expected} deliveries, ${wrongOrder} out of order; event loop of the server p99 ${loop.p99.toFixed(0)} ms`,
    goal: {
      words: `p99 ≤ ${GOAL_MS} ms, no reader lost`,
      met: share(delays, 0.99) <= GOAL_MS && delays.length === expected && wrongOrder === 0,
    },
  },
]);
