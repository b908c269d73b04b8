import type { Plan } from './plan.ts';
import type { Tried } from './try-seeds.ts';

/** What many batches gave together. */
export interface Totals {
  name: string;
  seeds: number;
  lives: number;
  deaths: Map<string, number>;
  reached: Set<string>;
  steps: number;
  recovered: number;
  stuck: number;
  lost: number;
  doubled: number;
  problems: string[];
}

export function noTotals(name: string): Totals {
  return {
    name,
    seeds: 0,
    lives: 0,
    deaths: new Map(),
    reached: new Set(),
    steps: 0,
    recovered: 0,
    stuck: 0,
    lost: 0,
    doubled: 0,
    problems: [],
  };
}

export function addTo(totals: Totals, tried: Tried): void {
  const { result, checked, plans } = tried;
  totals.seeds += plans.length;
  totals.lives += result.lives.length;
  for (const [name, count] of result.deaths) totals.deaths.set(name, (totals.deaths.get(name) ?? 0) + count);
  for (const point of result.reached) totals.reached.add(point);
  totals.steps += checked.steps;
  totals.recovered += checked.recovered;
  totals.stuck += checked.stuck;
  totals.lost += checked.lost;
  totals.doubled += checked.doubled;
  if (checked.problems.length > 0) totals.problems.push(problemText(tried));
}

export function deathsOf({ deaths }: Totals): number {
  return [...deaths.values()].reduce((sum, count) => sum + count, 0);
}

/** Everything that somebody needs who looks for the reason. */
function problemText({ plans, result, checked, folder }: Tried): string {
  const wrong = new Set(checked.problems.map((problem) => problem.seed));
  const lines = checked.problems.map(({ seed, what }) => `seed ${seed}: ${what}`);
  const again = [...wrong]
    .filter((seed) => seed >= 0)
    .map((seed) => `SEED=${seed} vitest run test/crash/workflow-kill.test.ts`);
  const shown: readonly Plan[] = plans.filter((plan) => wrong.has(plan.seed));
  return [
    ...lines,
    `again: ${again.join(' · ')} (batch ${plans.map((plan) => plan.seed).join(',')}, kept in ${folder})`,
    ...shown.map((plan) => `plan: ${JSON.stringify(plan)}`),
    ...result.lives.map(
      ({ number, death, said, errors }) =>
        `life ${number}: ${JSON.stringify(death)} ${said
          .filter((one) => one.said !== 'reached')
          .map((one) => JSON.stringify(one))
          .join(' ')} ${errors}`,
    ),
    ...checked.log.map((line) => `log: ${line}`),
  ].join('\n');
}

/** For `test/results-long.md`. */
export function tableOf(all: readonly Totals[]): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const points = [...new Set(all.flatMap((totals) => [...totals.deaths.keys()]))].sort();
  return [
    row(['store', 'seeds', 'processes', 'deaths', 'steps', 'done again', 'lost', 'doubled', 'stuck']),
    row(['---', ...Array.from({ length: 8 }, () => '---:')]),
    ...all.map((totals) =>
      row([
        totals.name,
        totals.seeds,
        totals.lives,
        deathsOf(totals),
        totals.steps,
        totals.recovered,
        totals.lost,
        totals.doubled,
        totals.stuck,
      ]),
    ),
    '',
    row(['died by', ...all.map((totals) => totals.name)]),
    row(['---', ...all.map(() => '---:')]),
    ...points.map((point) => row([point, ...all.map((totals) => totals.deaths.get(point) ?? 0)])),
  ].join('\n');
}
