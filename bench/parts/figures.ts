import { availableParallelism, loadavg } from 'node:os';

/** One line of a table: what was measured, the figure, what it stands beside in the same run, and whether the goal is met. */
export interface Figure {
  what: string;
  value: string;
  beside: string;
  /** In words, and whether this figure meets it; absent when the line only explains another. */
  goal?: { words: string; met: boolean };
}

export function printFigures(figures: readonly Figure[]): void {
  for (const { what, value, beside, goal } of figures) {
    const verdict = goal ? `goal ${goal.words}: ${goal.met ? 'met' : 'NOT MET'}` : 'no goal';
    console.log(`| ${what} | ${value} | ${beside} | ${verdict} |`);
  }
  // Others on the machine make every figure worse: a load well above what the benchmark itself makes says so.
  console.log(`load of the last minute: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
}

export function median(values: readonly number[]): number {
  return share(values, 0.5);
}

/** The value that `part` of all values do not exceed; NaN without values. */
export function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds of the machine's monotonic clock: processes of one machine may compare them. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
