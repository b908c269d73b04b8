import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  SECTIONS,
  type Section,
  type StepStatus,
  stepHasEnded,
  type WorkflowDefinition,
} from '../../model/workflow.ts';
import { claim, decided, ended, passGate, stop, timeIsUp } from './facts.ts';
import { reference, type Script, type ScriptedStep } from './reference.test-kit.ts';
import { type Entry, entriesOf, newEntry, type RunState, SELF } from './run-state.ts';
import { type Decision, settle } from './settle.ts';

/** Far above what any generated run needs: beyond it a run is stuck. */
const MOST_MOVES = 3_000;

const stepIn = (index: number, before: number): fc.Arbitrary<Omit<ScriptedStep, 'name'>> =>
  fc.record({
    needs: fc.uniqueArray(fc.nat({ max: Math.max(0, before - 1) }), { maxLength: before === 0 ? 0 : 3 }),
    condition: fc.boolean().map((no) => !no || index % 3 !== 0),
    gate: fc.constantFrom('none', 'none', 'none', 'time', 'event', 'approve', 'reject', 'expire'),
    action: fc.constantFrom('task', 'task', 'none', 'items'),
    /** How attempts end; the last one is repeated. */
    attempts: fc.array(fc.constantFrom('done', 'done', 'partial', 'failed'), { minLength: 1, maxLength: 3 }),
    items: fc.array(fc.constantFrom('done', 'done', 'partial', 'failed'), { maxLength: 4 }),
    retries: fc.nat({ max: 2 }),
    tolerated: fc.boolean(),
    concurrency: fc.option(fc.integer({ min: 1, max: 2 }), { nil: null }),
  });

const section = (prefix: string, most: number): fc.Arbitrary<ScriptedStep[]> =>
  fc
    .nat({ max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => stepIn(index, index))))
    .map((steps) => steps.map((step, index) => ({ ...step, name: `${prefix}${index}` })));

const script: fc.Arbitrary<Script> = fc.record({
  steps: section('s', 8).filter((steps) => steps.length > 0),
  on_failure: section('f', 2),
  finally: section('e', 2),
  failFast: fc.boolean(),
  maxParallel: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
});

test('runs end as a simple reference says, whatever the order in which things happen and processes die', async () => {
  await fc.assert(
    fc.asyncProperty(
      script.map((one) => ({ ...one, failFast: false })),
      fc.infiniteStream(fc.nat()),
      async (given, choices) => {
        const { state } = await play(given, { choices, cancelAt: null });
        const expected = reference(given);
        for (const [name, status] of expected.steps)
          expect([name, state.steps.get(name)?.status]).toEqual([name, status]);
        expect(state.status).toBe(expected.status);
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);

test('with a cancel, a timeout or fail_fast every run ends, and what cleans up is done exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.infiniteStream(fc.nat()),
      fc.nat({ max: 25 }),
      fc.constantFrom('cancelled' as const, 'timeout' as const),
      async (given, choices, cancelAt, reason) => {
        const { state, begun, stoppedMain } = await play(given, { choices, cancelAt, reason });
        for (const entry of allEntries(state)) expect(stepHasEnded(entry.status), entry.name).toBe(true);
        // A cleaning step is begun as often as the reference begins it without a cancel: it never saw one.
        for (const step of given.finally) {
          const entry = state.steps.get(step.name) as Entry;
          expect(entry.status, step.name).not.toBe('cancelled');
          if (step.action === 'task' && step.condition && entry.status === 'done')
            expect(begun.get(`${step.name}:${SELF}`) ?? 0).toBeGreaterThan(0);
        }
        if (stoppedMain) expect(['cancelled', 'failed']).toContain(state.status);
        if (stoppedMain && reason === 'cancelled')
          for (const step of given.on_failure) expect(state.steps.get(step.name)?.status).toBe('skipped');
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);

async function play(
  given: Script,
  {
    choices,
    cancelAt,
    reason = 'cancelled',
  }: { choices: Iterable<number>; cancelAt: number | null; reason?: 'cancelled' | 'timeout' },
) {
  const state = stateOf(given);
  const scripted = new Map(SECTIONS.flatMap((name) => given[name].map((step) => [step.name, step] as const)));
  const pick = choices[Symbol.iterator]();
  const choose = (below: number) => (pick.next().value as number) % below;
  let now = 1_000;
  const begun = new Map<string, number>();
  const endedBefore = new Map<Entry, StepStatus>();
  let crashes = 0;
  let stoppedMain = false;
  const deciding = () => ({
    now,
    decide: async (_step: unknown, entry: Entry) =>
      decide(scripted.get(entry.name) as ScriptedStep, entry, now),
  });
  await settle(state, deciding());
  for (let move = 0; state.ended === null; move += 1) {
    if (move > MOST_MOVES) throw new Error(`stuck: ${JSON.stringify([...state.steps.values()])}`);
    now += 10;
    if (move === cancelAt) {
      stoppedMain = state.section === 'steps';
      stop(state, { reason, error: null, force: false, now });
    } else {
      const open = allEntries(state).filter(
        (entry) =>
          entry.status === 'ready' ||
          entry.status === 'waiting' ||
          (entry.status === 'running' && entry.waitsFor !== 'items'),
      );
      if (open.length === 0)
        throw new Error(`nothing can happen: ${JSON.stringify([...state.steps.values()])}`);
      const entry = open[choose(open.length)] as Entry;
      const step = scripted.get(entry.name) as ScriptedStep;
      if (entry.status === 'ready') {
        for (const need of step.needs) expect(stepHasEnded(needOf(state, step, need).status)).toBe(true);
        const key = `${entry.name}:${entry.item}`;
        begun.set(key, (begun.get(key) ?? 0) + 1);
        const { maxParallel } = given;
        claim(state, entry, { instance: 'ins_1', now, taskRun: `run_${move}` });
        const running = allEntries(state).filter(
          (one) => one.status === 'running' && one.waitsFor !== 'items',
        ).length;
        if (maxParallel !== null) expect(running).toBeLessThanOrEqual(maxParallel);
      } else if (entry.status === 'waiting') happen(state, { entry, step, now });
      else if (crashes < 15 && choose(8) === 0) {
        crashes += 1;
        ended(state, entry, { outcome: { status: 'interrupted', error: null }, now });
      } else {
        const asked = state.cancelTasks.includes(entry.taskRun ?? '');
        const status = asked ? 'cancelled' : outcomeOf(step, entry);
        expect(entry.attempt).toBeLessThanOrEqual(step.retries + 1);
        ended(state, entry, {
          outcome: {
            status,
            output: 1,
            error: status === 'failed' ? { code: 'task-failed', message: 'x' } : null,
          },
          now,
        });
      }
    }
    await settle(state, deciding());
    for (const entry of allEntries(state)) {
      const before = endedBefore.get(entry);
      if (before !== undefined) expect(entry.status, `${entry.name} ended twice`).toBe(before);
      if (stepHasEnded(entry.status)) endedBefore.set(entry, entry.status);
    }
  }
  return { state, begun, stoppedMain };
}

function needOf(state: RunState, step: ScriptedStep, need: number): Entry {
  return state.steps.get(`${step.name[0]}${need}`) as Entry;
}

function happen(
  state: RunState,
  { entry, step, now }: { entry: Entry; step: ScriptedStep; now: number },
): void {
  if (entry.waitsFor === 'event') passGate(state, entry, { gate: 1, output: null });
  else if (entry.waitsFor === 'approval' && step.gate !== 'expire')
    decided(state, entry, { approved: step.gate === 'approve', by: 'usr_1', comment: null, now });
  else timeIsUp(state, entry, entry.due ?? now);
}

function outcomeOf(step: ScriptedStep, entry: Entry): 'done' | 'partial' | 'failed' {
  if (entry.item !== SELF) return step.items[entry.item] ?? 'done';
  return step.attempts[Math.min(entry.attempt, step.attempts.length) - 1] ?? 'done';
}

function decide(step: ScriptedStep, entry: Entry, now: number): Decision {
  if (entry.gate === 0 && !step.condition) return { kind: 'skip' };
  if (entry.gate < 1 && step.gate === 'time') return { kind: 'wait', due: now + 5, eventType: null };
  if (entry.gate < 1 && step.gate === 'event') return { kind: 'wait', due: null, eventType: 'run.ended' };
  if (entry.gate < 2 && (step.gate === 'approve' || step.gate === 'reject' || step.gate === 'expire'))
    return { kind: 'ask', roles: [], message: '', expires: step.gate === 'expire' ? now + 5 : null };
  if (step.action === 'none') return { kind: 'done', output: null, sample: false };
  if (step.action === 'task') return { kind: 'ready', requirement: 'pooled' };
  return { kind: 'items', items: step.items, requirement: 'pooled' };
}

function allEntries(state: RunState): Entry[] {
  return SECTIONS.flatMap((name) => [...entriesOf(state, name)]);
}

function stateOf(given: Script): RunState {
  const definition = definitionOf(given);
  const steps = new Map<string, Entry>();
  for (const name of SECTIONS)
    for (const step of definition[name]) steps.set(step.name, newEntry(step.name, name));
  return {
    id: 'wfr_1',
    project: 'prj_1',
    workflow: null,
    revision: null,
    name: 'test',
    hash: '',
    definition,
    status: 'queued',
    section: 'steps',
    version: 0,
    priority: 100,
    inputs: {},
    principal: 'usr_1',
    token: null,
    trigger: { kind: 'manual', id: null, data: null },
    depth: 0,
    parent: null,
    samples: false,
    slot: null,
    created: 0,
    started: null,
    ended: null,
    deadline: null,
    failed: null,
    error: null,
    outputs: null,
    steps,
    items: new Map(),
    told: null,
    toldSection: null,
    changed: false,
    touched: new Set(),
    attempts: [],
    asked: [],
    withdrawn: new Set(),
    cancelTasks: [],
    cancelChildren: [],
  };
}

function definitionOf(given: Script): WorkflowDefinition {
  const toSteps = (name: Section) =>
    given[name].map((step) => ({
      name: step.name,
      task: step.action === 'none' ? null : 'cvss',
      operation: null,
      workflow: null,
      params: {},
      depends_on: step.needs.map((need) => `${step.name[0]}${need}`),
      condition: null,
      for_each: step.action === 'items' ? [...step.items] : null,
      concurrency: step.concurrency,
      retry: { max: step.retries, backoff: 5 },
      timeout: null,
      continue_on_error: step.tolerated,
      approval: null,
      wait: null,
      labels: {},
      sample: null,
      line: null,
    }));
  return {
    name: 'test',
    description: '',
    author: null,
    tags: [],
    metadata: {},
    inputs: {},
    steps: toSteps('steps'),
    on_failure: toSteps('on_failure'),
    finally: toSteps('finally'),
    outputs: {},
    on: { manual: true, schedule: [], event: [], webhook: [] },
    concurrency: null,
    max_parallel: given.maxParallel,
    timeout: null,
    fail_fast: given.failFast,
  };
}
