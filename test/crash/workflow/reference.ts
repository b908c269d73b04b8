import type { Plan, PlannedStep } from './plan.ts';

/** Written from the words of the manual and not from the engine: what must have come out of a plan. */
export interface Expected {
  /** Step, and `step:item`. */
  steps: Map<string, string>;
  run: string;
}

interface Came {
  status: string;
  /** Skipped because of another step, and not because of its own condition. */
  blocked: boolean;
}

/**
 * `cut` are main steps and items that a cancel or the timeout of the run has ended: which ones depends on the moment, everything
 * else follows.
 */
export function expectedOf(
  plan: Plan,
  { stopped, cut }: { stopped: 'cancelled' | 'timeout' | null; cut: ReadonlySet<string> },
): Expected {
  const steps = new Map<string, string>();
  const failedMain = walk(plan.steps, steps, cut);
  const failing = stopped === 'timeout' || (stopped === null && failedMain);
  const nothing: ReadonlySet<string> = new Set();
  const failedCleaning =
    failing && plan.onFailure.length > 0
      ? walk(plan.onFailure, steps, nothing)
      : leftOut(plan.onFailure, steps);
  const failedFinally = walk(plan.finally, steps, nothing);
  const failed = failing || failedCleaning || failedFinally;
  const incomplete = [...steps].some(([name, status]) => !name.includes(':') && status === 'failed');
  const run = stopped === 'cancelled' ? 'cancelled' : failed ? 'failed' : incomplete ? 'partial' : 'done';
  return { steps, run };
}

function leftOut(list: readonly PlannedStep[], steps: Map<string, string>): false {
  for (const step of list) steps.set(step.name, 'skipped');
  return false;
}

/** Whether one of them failed and that was not allowed for. */
function walk(list: readonly PlannedStep[], steps: Map<string, string>, cut: ReadonlySet<string>): boolean {
  const came = new Map<string, Came>();
  let failed = false;
  for (const step of list) {
    const one = comeOut(step, list, { came, cut, steps });
    came.set(step.name, one);
    steps.set(step.name, one.status);
    if ((one.status === 'failed' || one.status === 'cancelled') && !step.goOn) failed = true;
  }
  return failed;
}

function comeOut(
  step: PlannedStep,
  list: readonly PlannedStep[],
  { came, cut, steps }: { came: Map<string, Came>; cut: ReadonlySet<string>; steps: Map<string, string> },
): Came {
  const plainly = (status: string): Came => ({ status, blocked: false });
  const ofItems = step.items.map((fails, item) =>
    cut.has(`${step.name}:${item}`) ? 'cancelled' : fails ? 'failed' : 'done',
  );
  const hasItems = step.does === 'items' || step.does === 'create-items';
  const itemsCut = hasItems && ofItems.includes('cancelled');
  if (cut.has(step.name) && !itemsCut) return plainly('cancelled');
  const blocking = step.needs.some((name) => {
    const need = came.get(name);
    const goesOn = list.find((other) => other.name === name)?.goOn ?? false;
    return need?.blocked || ((need?.status === 'failed' || need?.status === 'cancelled') && !goesOn);
  });
  if (blocking) return { status: 'skipped', blocked: true };
  const { condition } = step;
  const holds =
    condition === null ||
    (typeof condition === 'boolean' ? condition : came.get(condition.done)?.status === 'done');
  if (!holds) return plainly('skipped');
  if (!hasItems) return plainly(OUTCOME[step.does] ?? 'done');
  for (const [item, status] of ofItems.entries()) steps.set(`${step.name}:${item}`, status);
  if (ofItems.includes('failed')) return plainly('failed');
  return plainly(ofItems.includes('cancelled') ? 'cancelled' : 'done');
}

const OUTCOME: Partial<Record<PlannedStep['does'], string>> = {
  'bad-score': 'failed',
  refused: 'failed',
  'bad-kid': 'failed',
  slow: 'failed',
  rejected: 'failed',
};
