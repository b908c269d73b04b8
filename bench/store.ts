/** `node bench/store.ts`: what the embedded store takes per second on this machine. Prints one line per measure. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../src/lib/ids.ts';
import type { NewEvent } from '../src/model/event.ts';
import { openStore } from '../src/store/open.ts';
import { appendLog } from '../src/store/run-log.ts';

const EVENTS_PER_COMMIT = 500;

const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-bench-'));
const opening = performance.now();
const store = await openStore({ dataDir });
console.log(`open a new store: ${(performance.now() - opening).toFixed(0)} ms`);
console.log(`memory when idle: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
try {
  await measure('commits with one event', 2_000, (n) =>
    store.write({ lane: 'run' }, async ({ emit }) => emit(event(n))),
  );
  await measure('durable commits with one event', 500, (n) =>
    store.write({ lane: 'run', durable: true }, async ({ emit }) => emit(event(n))),
  );
  await measure(
    `events, ${EVENTS_PER_COMMIT} per commit`,
    100,
    (n) =>
      store.write({ lane: 'bulk' }, async ({ emit }) => {
        for (let i = 0; i < EVENTS_PER_COMMIT; i++) emit(event(n * EVENTS_PER_COMMIT + i));
      }),
    EVENTS_PER_COMMIT,
  );
  await measure(
    'log lines, 500 per commit',
    100,
    (n) => {
      const lines = Array.from({ length: 500 }, (_, i) => ({
        seq: n * 500 + i,
        time: 1,
        level: 'info' as const,
        text: `line ${i} of a run that says what it does`,
      }));
      return store.write({ lane: 'run' }, ({ tx }) => appendLog(tx, store.dialect, 'run_bench', lines));
    },
    500,
  );
  await measure('point reads, one after the other', 5_000, () =>
    store.db.selectFrom('project').select('id').where('id', '=', 'prj_default').execute(),
  );
} finally {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(
  name: string,
  times: number,
  work: (n: number) => Promise<unknown>,
  each = 1,
): Promise<void> {
  const start = performance.now();
  for (let n = 0; n < times; n++) await work(n);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}: ${Math.round((times * each) / seconds).toLocaleString('en')} per second`);
}

function event(n: number): NewEvent {
  return {
    type: 'run.progress',
    project: 'prj_default',
    actor: 'system',
    subject: newId('run'),
    run: 'run_bench',
    data: { done: n, total: null, note: 'on its way' },
  };
}
