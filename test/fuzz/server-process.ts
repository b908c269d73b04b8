/** The server under test, in a process of its own: what the client does costs it nothing, and its end is seen. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startTestServer } from '../servers/sentinelx.ts';

export interface Started {
  base: string;
  ownerToken: string;
  folder: string;
}
export interface Health {
  rssMb: number;
  longestBlockMs: number;
  /** Names that some object of this process has and that no object should have. */
  pollution: string[];
}

const CLEAN = new Set(Reflect.ownKeys(Object.prototype).map(String));
// Names of our own probes are looked up on what should have none.
const PROBES = ['polluted', 'x', 'isAdmin', 'admin', 'role'];

const sx = await startTestServer({
  logLevel: 'error',
  rateLimits: { addressPerMinute: 10_000_000, callerPerMinute: 10_000_000 },
  trustProxy: ['127.0.0.1'],
  ...(process.env.FUZZ_DATABASE_URL ? { databaseUrl: process.env.FUZZ_DATABASE_URL } : {}),
});
const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();

process.on('message', async (message) => {
  if (message === 'reset') return void loop.reset();
  if (message === 'health') return void process.send?.(health());
  await sx[Symbol.asyncDispose]();
  process.exit(0);
});
// The test ended without a word.
process.on('disconnect', () => process.exit(1));
process.send?.({ base: sx.base, ownerToken: sx.ownerToken, folder: sx.folder } satisfies Started);

function health(): Health {
  const empty = {} as Record<string, unknown>;
  return {
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    longestBlockMs: Math.round(loop.max / 1e6),
    pollution: [
      ...Reflect.ownKeys(Object.prototype)
        .map(String)
        .filter((name) => !CLEAN.has(name)),
      ...PROBES.filter((name) => empty[name] !== undefined),
    ],
  };
}
