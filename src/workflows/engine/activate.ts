import type { Kysely } from 'kysely';
import type { Catalogue } from '../../engine/catalogue.ts';
import { isLight } from '../../engine/new-run.ts';
import { compile } from '../../lib/cel/expression.ts';
import { fill } from '../../lib/cel/template.ts';
import { parseDuration } from '../../lib/duration.ts';
import { SentinelError } from '../../lib/errors.ts';
import { MOST_ITEMS, type WorkflowStep } from '../../model/workflow.ts';
import type { AnyTask } from '../../plugin/task.ts';
import type { Database } from '../../store/schema.ts';
import { retired } from '../older/retired-tasks.ts';
import { type Entry, type RunState, SELF } from '../state/run-state.ts';
import type { Deciding, Decision } from '../state/settle.ts';
import { type Names, namesIn, scopeFor } from './scope.ts';

export type Decider = (db: Kysely<Database>, state: RunState) => Deciding;

/** Says what a step does whose needs have ended: the gates in their order, then its action. */
export function createDecider(catalogue: Catalogue): Decider {
  return (db, state) => ({
    now: Date.now(),
    async decide(step, entry) {
      try {
        return await decide(db, state, { step, entry });
      } catch (error) {
        if (!(error instanceof SentinelError)) throw error;
        return { kind: 'fail', error: { code: error.code, message: error.message } };
      }
    },
  });

  async function decide(
    db: Kysely<Database>,
    state: RunState,
    { step, entry }: { step: WorkflowStep; entry: Entry },
  ): Promise<Decision> {
    const scope = (names: Names) => scopeFor(db, state, { names });
    if (entry.gate === 0 && step.condition !== null) {
      const condition = compile(step.condition);
      const value = condition.evaluate(await scope(condition.names()));
      if (typeof value !== 'boolean')
        throw new SentinelError(
          'invalid-expression',
          `The condition gives ${JSON.stringify(value)} and not true or false.`,
        );
      if (!value) return { kind: 'skip' };
    }
    if (state.samples && step.sample !== null)
      return { kind: 'done', output: step.sample.output ?? null, sample: true };
    if (entry.gate < 1 && step.wait !== null) return waitOf(step.wait, scope);
    if (entry.gate < 2 && step.approval !== null) {
      const { roles, message, timeout } = step.approval;
      const text =
        message === null ? `Go on with ${step.name}?` : fill(message, await scope(namesIn(message))).value;
      return {
        kind: 'ask',
        roles,
        message: String(text).slice(0, 2_000),
        expires: timeout === null ? null : Date.now() + timeout,
      };
    }
    const requirement = await requirementOf(step);
    if (requirement === null) return { kind: 'done', output: undefined, sample: false };
    if (step.for_each === null || entry.item !== SELF) return { kind: 'ready', requirement };
    return { kind: 'items', items: await itemsOf(step.for_each, scope), requirement };
  }

  async function load(task: string): Promise<AnyTask> {
    try {
      return await catalogue.load(task);
    } catch (error) {
      const why = error instanceof SentinelError && error.code === 'unknown-task' ? retired(task) : undefined;
      throw why === undefined ? error : new SentinelError('retired-task', `${task}: ${why}`);
    }
  }

  /** What a worker must have; null: the step has no action. */
  async function requirementOf(step: WorkflowStep): Promise<string | null> {
    if (step.task === null && step.operation === null && step.workflow === null) return null;
    const where = step.task === null ? 'inside' : isLight(await load(step.task)) ? 'pooled' : 'process';
    return requirementText(where, step.labels);
  }
}

/**
 * Where a step is done: an operation or a workflow `inside` of this process, a task without powers in a `pooled` process, every other
 * in a `process` of its own.
 */
export type Where = 'inside' | 'pooled' | 'process';

/** Canonical: `inside`, `process;os=linux;zone=dmz`. */
export function requirementText(where: Where, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [where, ...pairs.sort()].join(';');
}

type Scope = (names: Names) => Promise<Record<string, unknown>>;

async function waitOf(wait: NonNullable<WorkflowStep['wait']>, scope: Scope): Promise<Decision> {
  if (wait.event !== null) {
    const due = wait.timeout === null ? null : Date.now() + wait.timeout;
    return { kind: 'wait', due, eventType: wait.event.type };
  }
  const { value } = fill(wait.until ?? '0s', await scope(namesIn(wait.until)));
  return { kind: 'wait', due: momentOf(value), eventType: null };
}

/** A time of ISO 8601, or how long from now. */
function momentOf(value: unknown): number {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return time;
  }
  if (typeof value === 'string' || typeof value === 'number') return Date.now() + parseDuration(value);
  throw new SentinelError(
    'invalid-expression',
    `wait.until gives ${JSON.stringify(value)} and not a time or a duration.`,
  );
}

async function itemsOf(forEach: string | readonly unknown[], scope: Scope): Promise<readonly unknown[]> {
  let value: unknown = forEach;
  if (typeof forEach === 'string') {
    const expression = compile(forEach);
    value = expression.evaluate(await scope(expression.names()));
  } else value = fill(forEach, await scope(namesIn(forEach))).value;
  if (!Array.isArray(value))
    throw new SentinelError('invalid-expression', `for_each gives ${typeof value} and not a list.`);
  if (value.length > MOST_ITEMS)
    throw new SentinelError(
      'too-many-items',
      `for_each gives ${value.length} items; ${MOST_ITEMS} are the most.`,
    );
  return value;
}
