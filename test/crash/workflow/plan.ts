import { POINTS } from '../points.ts';
import { type Random, randomOf } from './random.ts';

/**
 * What a step does, and so how it must end. `create` cannot be done twice without being seen: the second one is refused. `retried`
 * is refused until its first attempt has failed. `slow` never ends by itself and is ended by the timeout of its step.
 */
export type Does =
  | 'score'
  | 'bad-score'
  | 'scan'
  | 'create'
  | 'refused'
  | 'retried'
  | 'read'
  | 'run'
  | 'add'
  | 'remove'
  | 'kid'
  | 'bad-kid'
  | 'slow'
  | 'wait'
  | 'event'
  | 'approved'
  | 'rejected'
  | 'items'
  | 'create-items';

export interface PlannedStep {
  name: string;
  does: Does;
  needs: string[];
  /** True and false stand for themselves; a name: that step is done. */
  condition: boolean | { done: string } | null;
  goOn: boolean;
  retries: number;
  waitMs: number;
  /** Which items fail. */
  items: boolean[];
  concurrency: number | null;
}

export type Death =
  /** After its first line, so that it dies while it starts and recovers; or after it is open. */
  | { by: 'time'; from: 'begin' | 'open'; ms: number }
  | { by: 'point'; point: string; hit: number }
  | { by: 'database'; ms: number };

export interface Plan {
  seed: number;
  steps: PlannedStep[];
  onFailure: PlannedStep[];
  finally: PlannedStep[];
  maxParallel: number | null;
  timeoutMs: number | null;
  cancelMs: number | null;
  /** A schedule of its own is due when it begins. */
  scheduled: boolean;
  /** A scan before the seed saw a file that is gone: what was in it is closed. */
  rescan: boolean;
  /** The clock of the process is set by so much, so long after its start. */
  clock: { afterMs: number; byMs: number } | null;
  deaths: Death[];
}

const OFTEN: readonly Does[] = [
  ...['score', 'score', 'score', 'create', 'create', 'create', 'read', 'wait', 'kid', 'retried'],
  ...['approved', 'items', 'create-items', 'run', 'add', 'event', 'bad-score', 'refused', 'rejected'],
  ...['bad-kid', 'slow', 'scan'],
] as Does[];
const CLEANING: readonly Does[] = ['score', 'create', 'create', 'wait', 'read', 'run', 'bad-score'];
const HOUR_MS = 3_600_000;

/** Nothing but the number says what happens in a seed. */
export function planOf(seed: number): Plan {
  const random = randomOf(`workflow-kill ${seed}`);
  const clock = random.chance(0.08)
    ? { afterMs: random.below(700), byMs: random.pick([-3, -1, 1, 3]) * HOUR_MS }
    : null;
  const steps = mainSteps(random);
  const cancelled = clock === null && random.chance(0.15);
  return {
    seed,
    steps,
    onFailure: random.chance(0.5) ? cleaningSteps(random, 'f') : [],
    finally: random.chance(0.6) ? cleaningSteps(random, 'z') : [],
    maxParallel: random.chance(0.2) ? random.between(1, 3) : null,
    timeoutMs: clock === null && !cancelled && random.chance(0.08) ? random.between(100, 2_500) : null,
    cancelMs: cancelled ? random.below(1_500) : null,
    scheduled: random.chance(0.15),
    rescan: steps.some((step) => step.does === 'scan') && random.chance(0.4),
    clock,
    deaths: Array.from({ length: random.between(1, 4) }, () => deathOf(random)),
  };
}

/** On a database server of its own; that one dies, too. */
export function onDatabase(plan: Plan): Plan {
  const random = randomOf(`database ${plan.seed}`);
  if (!random.chance(0.3)) return plan;
  const deaths = [...plan.deaths];
  deaths[random.below(deaths.length)] = { by: 'database', ms: random.below(1_500) };
  return { ...plan, deaths };
}

function deathOf(random: Random): Death {
  if (random.chance(0.15)) return { by: 'time', from: 'begin', ms: random.below(1_000) };
  if (random.chance(0.3))
    return { by: 'time', from: 'open', ms: random.below(random.chance(0.5) ? 300 : 1_500) };
  return { by: 'point', point: random.pick(POINTS), hit: random.between(1, random.chance(0.5) ? 2 : 8) };
}

function mainSteps(random: Random): PlannedStep[] {
  const steps: PlannedStep[] = [];
  const count = random.between(1, 12);
  while (steps.length < count) {
    const step = stepOf(random, `s${steps.length}`, { before: steps, choice: OFTEN });
    steps.push(step);
    if (step.does === 'add')
      steps.push({ ...plain(`s${steps.length}`, 'remove'), needs: [step.name], condition: null });
  }
  return steps;
}

function cleaningSteps(random: Random, letter: string): PlannedStep[] {
  const steps: PlannedStep[] = [];
  for (let count = random.between(1, 2); count > 0; count -= 1)
    steps.push(stepOf(random, `${letter}${steps.length}`, { before: steps, choice: CLEANING }));
  return steps;
}

function stepOf(
  random: Random,
  name: string,
  { before, choice }: { before: readonly PlannedStep[]; choice: readonly Does[] },
): PlannedStep {
  const does = random.pick(choice);
  const needs = before.filter(() => random.chance(0.3)).map((step) => step.name);
  return {
    ...plain(name, does),
    needs,
    condition: does === 'add' ? null : conditionOf(random, needs),
    goOn: random.chance(0.3),
    retries: does === 'retried' ? 8 : random.pick([0, 0, 1, 2]),
    waitMs: random.between(5, 400),
    items: Array.from({ length: random.between(0, 6) }, () => does === 'items' && random.chance(0.1)),
    concurrency: random.chance(0.4) ? random.between(1, 3) : null,
  };
}

function conditionOf(random: Random, needs: readonly string[]): PlannedStep['condition'] {
  if (!random.chance(0.25)) return null;
  if (needs.length > 0 && random.chance(0.5)) return { done: random.pick(needs) };
  return random.chance(0.6);
}

function plain(name: string, does: Does): PlannedStep {
  return {
    name,
    does,
    needs: [],
    condition: null,
    goOn: false,
    retries: 0,
    waitMs: 0,
    items: [],
    concurrency: null,
  };
}
