/**
 * The real server in a process of its own, which also measures itself: `node server-process.ts ROOT DATA_DIR`, ROOT being the
 * folder with `src`. Orders and answers go over the IPC channel of the parent.
 */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { WebSocketServer } from 'ws';
import { clock, pause } from './figures.ts';

export type Order =
  | { order: 'loop-reset' }
  | { order: 'loop' }
  /** Commits events one after the other; answers when each was handed in and when its commit was known here. */
  | { order: 'emit'; count: number; gapMs: number; subject: string }
  /** Sends the same text to every client of a bare WebSocket server of this process: what the sockets alone take. */
  | { order: 'emit-bare'; count: number; gapMs: number; subject: string }
  /** So many events a second, in ten transactions a second: new findings, and decisions about the given ones. */
  | { order: 'stream'; perSecond: number; seconds: number; findings: readonly string[] };

export type Answer =
  | { ready: { url: string; barePort: number } }
  | { loop: { p50: number; p99: number; max: number; cpuShare: number } }
  | { emitted: [subject: string, before: number, after: number][] };

export const LOOP_RESOLUTION_MS = 5;
const [root = '', dataDir = ''] = process.argv.slice(2);

const { openApp } = (await import(join(root, 'src/app.ts'))) as typeof import('../../src/app.ts');
const { startServer } = (await import(
  join(root, 'src/server/start.ts')
)) as typeof import('../../src/server/start.ts');
const app = await openApp(
  {
    dataDir,
    limits: {
      memoryMb: 512,
      timeSeconds: 120,
      findings: 1_000_000,
      logLines: 1_000_000,
      concurrentRuns: 10,
    },
    net: { userAgent: 'bench', ratePerSecond: 5 },
  },
  { role: 'server', version: 'bench' },
);
const server = await startServer({
  services: app.services,
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  allowPlainHttp: false,
  logLevel: 'silent',
  // What is measured is the work and not the limit.
  rateLimits: { addressPerMinute: 1e9, callerPerMinute: 1e9 },
});
const bare = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
let cpu = process.cpuUsage();
let since = performance.now();
loop.enable();

process.on('message', (order: Order) => void obey(order));
process.once('disconnect', () => process.exit(0));
bare.once('listening', () => {
  const address = bare.address();
  answer({
    ready: { url: server.address, barePort: typeof address === 'object' && address ? address.port : 0 },
  });
});

async function obey(order: Order): Promise<void> {
  if (order.order === 'loop-reset') {
    loop.reset();
    cpu = process.cpuUsage();
    since = performance.now();
  } else if (order.order === 'loop') {
    const { user, system } = process.cpuUsage(cpu);
    const cpuShare = (user + system) / 1000 / (performance.now() - since);
    const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOP_RESOLUTION_MS);
    answer({
      loop: {
        p50: beyond(loop.percentile(50)),
        p99: beyond(loop.percentile(99)),
        max: beyond(loop.max),
        cpuShare,
      },
    });
  } else if (order.order === 'stream') {
    answer({ emitted: await streamEvents(order) });
  } else {
    const emitted: [string, number, number][] = [];
    const send = order.order === 'emit' ? commitEvent : sendBare;
    for (let index = 0; index < order.count; index += 1) {
      const subject = `${order.subject}${index}`;
      const before = clock();
      await send(subject);
      emitted.push([subject, before, clock()]);
      await pause(order.gapMs);
    }
    answer({ emitted });
  }
}

/** One entry for each transaction. */
async function streamEvents({
  perSecond,
  seconds,
  findings,
}: Extract<Order, { order: 'stream' }>): Promise<[string, number, number][]> {
  const done: [string, number, number][] = [];
  const started = clock();
  for (let batch = 0; batch < seconds * 10; batch += 1) {
    const before = clock();
    await app.services.store.write({ lane: 'run' }, async ({ emit }) => {
      for (let at = 0; at < perSecond / 10; at += 1) {
        const decided = at % 10 === 0 ? findings[batch % findings.length] : undefined;
        const data = {
          finding: decided ?? `fnd_new-${batch}-${at}`,
          rule: 'rule-1',
          title: 'Rule number 1 was broken',
          severity: 'high' as const,
          location: { kind: 'file' as const, path: `src/file-${at}.ts` },
        };
        const about = { project: 'prj_default', actor: 'bench', subject: data.finding };
        if (decided === undefined) emit({ type: 'finding.created', ...about, data });
        else
          emit({
            type: 'finding.triaged',
            ...about,
            data: { ...data, from: 'open', to: 'open', changeSet: null },
          });
      }
    });
    done.push([String(batch), before, clock()]);
    await pause(Math.max(0, started + (batch + 1) * 100 - clock()));
  }
  return done;
}

async function commitEvent(subject: string): Promise<void> {
  await app.services.store.write({ lane: 'run' }, async ({ emit }) =>
    emit({ type: 'run.cancelling', project: 'prj_default', actor: 'bench', subject, data: {} }),
  );
}

async function sendBare(subject: string): Promise<void> {
  const data = {
    id: 'evt_0199d0c0-0000-7000-8000-000000000000',
    subject,
    run: null,
  };
  const event = { cursor: '0123456789abcdef:123456', time: Date.now(), type: 'run.cancelling', data };
  for (const client of bare.clients) client.send(JSON.stringify({ stream: 'events', events: [event] }));
}

function answer(value: Answer): void {
  process.send?.(value);
}
