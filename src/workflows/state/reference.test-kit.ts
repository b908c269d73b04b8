/** The plainest reading of what a workflow means: no order of events, no processes, one pass over each section. */

export interface ScriptedStep {
  name: string;
  /** Places of earlier steps in its section. */
  needs: number[];
  condition: boolean;
  gate: 'none' | 'time' | 'event' | 'approve' | 'reject' | 'expire';
  action: 'task' | 'none' | 'items';
  attempts: ('done' | 'partial' | 'failed')[];
  items: ('done' | 'partial' | 'failed')[];
  retries: number;
  tolerated: boolean;
  concurrency: number | null;
}

export interface Script {
  steps: ScriptedStep[];
  on_failure: ScriptedStep[];
  finally: ScriptedStep[];
  failFast: boolean;
  maxParallel: number | null;
}

export type End = 'done' | 'partial' | 'failed' | 'skipped' | 'blocked';

export function reference(script: Script): { steps: Map<string, string>; status: string } {
  const ends = new Map<string, End>();
  const failedIn = (list: readonly ScriptedStep[]) =>
    list.some((step) => ends.get(step.name) === 'failed' && !step.tolerated);
  section(script.steps, ends);
  const failed = failedIn(script.steps);
  if (failed) section(script.on_failure, ends);
  else for (const step of script.on_failure) ends.set(step.name, 'skipped');
  section(script.finally, ends);
  const status =
    failed || failedIn(script.on_failure) || failedIn(script.finally)
      ? 'failed'
      : [...ends.values()].some((end) => end === 'partial' || end === 'failed')
        ? 'partial'
        : 'done';
  return {
    steps: new Map([...ends].map(([name, end]) => [name, end === 'blocked' ? 'skipped' : end])),
    status,
  };
}

function section(list: readonly ScriptedStep[], ends: Map<string, End>): void {
  for (const step of list) ends.set(step.name, endOf(list, step, ends));
}

function endOf(list: readonly ScriptedStep[], step: ScriptedStep, ends: Map<string, End>): End {
  const blocked = step.needs.some((place) => {
    const need = list[place] as ScriptedStep;
    const end = ends.get(need.name);
    return end === 'blocked' || (end === 'failed' && !need.tolerated);
  });
  if (blocked) return 'blocked';
  if (!step.condition) return 'skipped';
  if (step.gate === 'reject' || step.gate === 'expire') return 'failed';
  if (step.action === 'none') return 'done';
  if (step.action === 'items') return worst(step.items);
  for (let attempt = 0; attempt <= step.retries; attempt += 1) {
    const end = step.attempts[Math.min(attempt, step.attempts.length - 1)] as End;
    if (end !== 'failed') return end;
  }
  return 'failed';
}

function worst(items: readonly End[]): End {
  if (items.includes('failed')) return 'failed';
  return items.includes('partial') ? 'partial' : 'done';
}
