import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Death, Plan } from './plan.ts';
import type { VictimOrder } from './victim.ts';
import { type Said, startVictim } from './victim-process.ts';

/** The last process is not disturbed; a run that is then still open so much later is stuck. */
const FINISH_MS = 120_000;
/** One that is not killed in this time has nothing left that is due. */
const LIFE_MS = 60_000;

export interface Place {
  dataDir: string;
  databaseUrl?: string | undefined;
  trees: string;
  /** Ends the database server at once and starts it again. */
  restartDatabase?: () => Promise<void>;
}

export interface Life {
  number: number;
  /** What ended it. */
  death: { seed: number; death: Death } | null;
  /** The database server was restarted while it lived. */
  database: { seed: number; death: Death } | null;
  said: Said[];
  errors: string;
  code: number | null;
}

export interface BatchResult {
  lives: Life[];
  /** Deaths by what they were, `time`, `database` or the name of a point. */
  deaths: Map<string, number>;
  reached: Set<string>;
  /** Processes of runs that are still there. */
  leftovers: string[];
}

/** Kills the process of these seeds again and again as they say, then lets one process bring everything to its end. */
export async function runBatch(place: Place, plans: readonly Plan[]): Promise<BatchResult> {
  const left = new Map(plans.map((plan) => [plan.seed, [...plan.deaths]]));
  const clock = plans.find((plan) => plan.clock)?.clock ?? null;
  const lives: Life[] = [];
  const deaths = new Map<string, number>();
  for (;;) {
    const due = [...left].flatMap(([seed, [death]]) => (death ? [{ seed, death }] : []));
    const life = await live(place, {
      plans,
      due,
      number: lives.length,
      clock: lives.length === 0 ? clock : null,
      finish: due.length === 0,
    });
    lives.push(life);
    for (const one of [life.death, life.database]) {
      if (!one) continue;
      left.get(one.seed)?.shift();
      const name = one.death.by === 'point' ? one.death.point : one.death.by;
      deaths.set(name, (deaths.get(name) ?? 0) + 1);
    }
    if (life.death) continue;
    if (due.length === 0) break;
    // Everything has ended, or nothing moves: what was to come does not come any more.
    else left.clear();
  }
  const reached = lives.flatMap((life) => life.said.filter((one) => one.said === 'reached'));
  return {
    lives,
    deaths,
    reached: new Set(reached.map((one) => String(one.point))),
    leftovers: await processesOf(place.dataDir),
  };
}

interface LifeOrder {
  plans: readonly Plan[];
  due: readonly { seed: number; death: Death }[];
  number: number;
  clock: Plan['clock'];
  finish: boolean;
}

function live(place: Place, { plans, due, number, clock, finish }: LifeOrder): Promise<Life> {
  const order: VictimOrder = {
    dataDir: place.dataDir,
    databaseUrl: place.databaseUrl,
    trees: place.trees,
    starts: plans.map((plan) => plan.seed),
    seeds: plans.map((plan) => plan.seed),
    points: due.flatMap(({ seed, death }) =>
      death.by === 'point' ? [{ seed, point: death.point, hit: death.hit }] : [],
    ),
    clock,
    recoverMs: 1_000,
    finish,
  };
  const life: Life = { number, death: null, database: null, said: [], errors: '', code: null };
  const timers: NodeJS.Timeout[] = [];
  let restarting: Promise<void> | undefined;

  function begun(): void {
    timers.push(setTimeout(() => victim.kill(), finish ? FINISH_MS : LIFE_MS));
    killAt('begin');
  }

  function open(): void {
    killAt('open');
    const database = due.find((one) => one.death.by === 'database');
    if (database && place.restartDatabase)
      timers.push(
        setTimeout(() => {
          // The process lives on.
          restarting = place.restartDatabase?.();
          life.database = database;
        }, msOf(database.death)),
      );
  }

  function killAt(from: 'begin' | 'open'): void {
    const [first] = due
      .filter(({ death }) => death.by === 'time' && death.from === from)
      .sort((a, b) => msOf(a.death) - msOf(b.death));
    if (!first) return;
    const kill = () => {
      life.death ??= first;
      victim.kill();
    };
    timers.push(setTimeout(kill, msOf(first.death)));
  }

  function heard(said: Said): void {
    if (said.said === 'begun') begun();
    if (said.said === 'open') open();
    if (said.said === 'killed') {
      const one = due.find(({ seed, death }) => seed === said.seed && death.by === 'point');
      life.death ??= one ?? null;
    }
    if (said.said === 'all-ended' && !finish) victim.kill();
  }

  const victim = startVictim(order, heard);
  return victim.ended.then(async (code) => {
    for (const timer of timers) clearTimeout(timer);
    await restarting;
    return { ...life, said: victim.said, errors: victim.errors(), code };
  });
}

function msOf(death: Death): number {
  return death.by === 'point' ? 0 : death.ms;
}

/** Processes that have this folder among their arguments, and are still there a moment later. */
export async function processesOf(folder: string): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const found = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && argumentsOf(name).includes(folder),
    );
    if (found.length === 0 || tries >= 30) return found.map((pid) => `${pid} ${argumentsOf(pid)}`);
    await sleep(100);
  }
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
