import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchResult, type Life, type Place, processesOf } from './batch.ts';
import type { Death, Plan } from './plan.ts';
import { startVictim, type VictimProcess } from './victim-process.ts';

/** So often one of the two is killed, and another takes its place a little later. */
const KILLS = 3;
const FINISH_MS = 120_000;

interface Server {
  process: VictimProcess;
  number: number;
  /** How long after its start it dies. */
  wish: { seed: number; death: Death };
  death: { seed: number; death: Death } | null;
}

/**
 * Two servers share the seeds and the database. One of them is killed, and the other goes on with its steps while it lives on;
 * then it is the other's turn.
 */
export async function runOnTwoServers(place: Place, plans: readonly Plan[]): Promise<BatchResult> {
  const lives: Server[] = [];
  const deaths = new Map<string, number>();
  const seeds = plans.map((plan) => plan.seed);
  const wishes = plans.flatMap(({ seed, deaths: list }) =>
    list.filter((death) => death.by !== 'database').map((death) => ({ seed, death })),
  );
  let other = start(seeds.filter((_, index) => index % 2 === 1));
  let doomed = start(seeds.filter((_, index) => index % 2 === 0));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await doomed.process.until('all-started');
    await dies(doomed);
    await other.process.until('all-started');
    const next = start([]);
    doomed = other;
    other = next;
  }
  const last = [doomed, other];
  const timer = setTimeout(() => {
    for (const server of last) server.process.kill();
  }, FINISH_MS);
  for (const server of last) await server.process.ended;
  clearTimeout(timer);
  const ended = await Promise.all(lives.map(toLife));
  return {
    // Those that ended in order last.
    lives: ended.sort((a, b) => Number(a.death === null) - Number(b.death === null)),
    deaths,
    reached: new Set(ended.flatMap((life) => life.said.map((one) => String(one.point ?? '')))),
    leftovers: await processesOf(place.dataDir),
  };

  function start(starts: number[]): Server {
    const server: Server = {
      number: lives.length,
      wish: wishes.shift() ?? { seed: -1, death: { by: 'time', from: 'open', ms: 300 } },
      death: null,
      process: startVictim({
        dataDir: place.dataDir,
        databaseUrl: place.databaseUrl,
        trees: place.trees,
        starts,
        seeds,
        points: [],
        clock: null,
        recoverMs: 500,
        finish: true,
      }),
    };
    lives.push(server);
    return server;
  }

  async function dies(server: Server): Promise<void> {
    const { death } = server.wish;
    await sleep(death.by === 'point' ? death.hit * 100 : death.ms);
    server.death = server.wish;
    server.process.kill();
    await server.process.ended;
    deaths.set('time', (deaths.get('time') ?? 0) + 1);
  }
}

async function toLife({ process, number, death }: Server): Promise<Life> {
  return {
    number,
    death,
    database: null,
    said: process.said,
    errors: process.errors(),
    code: await process.ended,
  };
}
