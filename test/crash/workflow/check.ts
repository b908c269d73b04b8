import { join } from 'node:path';
import { type StepStatus, stepHasEnded } from '../../../src/model/workflow.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BatchResult, Place } from './batch.ts';
import { hostOf, slugOf } from './definition.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { expectedOf } from './reference.ts';
import { type Rows, readRows } from './rows.ts';
import { GONE, IN_TREE } from './setup.ts';

export interface Checked {
  /** What is wrong, by seed; -1 for what concerns none alone. */
  problems: { seed: number; what: string }[];
  /** Steps that were done again after their process had died. */
  recovered: number;
  steps: number;
  /** The log of the runs with a problem. */
  log: string[];
  stuck: number;
  lost: number;
  doubled: number;
}

type Tell = (what: string, kind?: 'stuck' | 'lost' | 'doubled') => void;

/** Compares what the store says with what must have come out, whatever was killed on the way. */
export async function checkBatch(
  place: Place,
  plans: readonly Plan[],
  result: BatchResult,
): Promise<Checked> {
  const store = await openStore(place);
  const rows = await readRows(store.db);
  await store.close();
  const checked: Checked = { problems: [], recovered: 0, steps: 0, log: [], stuck: 0, lost: 0, doubled: 0 };
  const teller =
    (seed: number): Tell =>
    (what, kind) => {
      checked.problems.push({ seed, what });
      if (kind) checked[kind] += 1;
    };
  for (const plan of plans) checkSeed(plan, { place, rows, result, tell: teller(plan.seed) });
  checkLog(rows, teller(-1));
  checkStarts(plans, rows, teller(-1));
  checkOperations(rows, teller(-1));
  checkLives(result, teller(-1));
  checked.recovered = rows.steps.reduce((sum, step) => sum + step.recovered, 0);
  checked.steps = rows.steps.length;
  checked.log = logOf(rows, new Set(checked.problems.map((problem) => `seed-${problem.seed}`)));
  return checked;
}

interface Look {
  place: Place;
  rows: Rows;
  result: BatchResult;
  tell: Tell;
}

function checkSeed(plan: Plan, look: Look): void {
  const { rows, tell } = look;
  const runs = rows.runs.filter(
    (run) => run.trigger_kind === 'manual' && run.trigger_id === `seed-${plan.seed}`,
  );
  const [run] = runs;
  if (!run) {
    tell('its run is not there', 'lost');
    return;
  }
  if (runs.length > 1) tell(`it has ${runs.length} runs`, 'doubled');
  if (run.ended === null) {
    tell(`its run is still ${run.status} in ${run.section}`, 'stuck');
    return;
  }
  const steps = rows.steps.filter((step) => step.run === run.id);
  const status = new Map(steps.map((step) => [nameOf(step), step.status]));
  for (const step of steps)
    if (!stepHasEnded(step.status as StepStatus)) tell(`${nameOf(step)} is still ${step.status}`, 'stuck');
  const stopped = run.failed === 'cancelled' || run.failed === 'timeout' ? run.failed : null;
  if (stopped === 'cancelled' && plan.cancelMs === null) tell('it was cancelled, and nobody did that');
  if (stopped === 'timeout' && plan.timeoutMs === null) tell('it ran out of time, and has no timeout');
  const said = look.result.lives.flatMap((life) => life.said);
  const told = said.find((one) => one.said === 'cancelled' && one.seed === plan.seed);
  if (told?.failed === 'cancelled' && stopped !== 'cancelled')
    tell('its cancel was acknowledged and is gone', 'lost');
  const cut = new Set(
    [...status].filter(([, one]) => stopped !== null && one === 'cancelled').map(([name]) => name),
  );
  const expected = expectedOf(plan, { stopped, cut });
  for (const [name, one] of expected.steps)
    if (status.get(name) !== one)
      tell(`${name} is ${status.get(name)} and should be ${one}: ${wordsOf(steps, name)}`);
  for (const [name, one] of status)
    if (!expected.steps.has(name) && !cut.has(name)) tell(`${name} is ${one} and should not be there`);
  if (run.status !== expected.run)
    tell(`its run is ${run.status} and should be ${expected.run}: ${run.error_message}`);
  for (const step of [...plan.steps, ...plan.onFailure, ...plan.finally])
    checkEffect(plan, step, { ...look, run: run.id, status });
  checkAttempts(plan, run.id, look);
}

function checkAttempts(plan: Plan, run: string, { rows, tell }: Look): void {
  for (const step of rows.steps.filter((one) => one.run === run)) {
    const planned = [...plan.steps, ...plan.onFailure, ...plan.finally].find((one) => one.name === step.name);
    const attempts = rows.attempts.filter(
      (one) => one.run === run && one.name === step.name && one.item === step.item,
    );
    const real = attempts.filter((one) => one.status !== 'interrupted');
    const numbers = new Set(real.map((one) => one.attempt));
    if (numbers.size !== real.length) tell(`${nameOf(step)} has two outcomes of one attempt`, 'doubled');
    if (real.length > (planned?.retries ?? 0) + 1)
      tell(`${nameOf(step)} was tried ${real.length} times`, 'doubled');
    if (step.status === 'done' && real.filter((one) => one.status === 'done').length > 1)
      tell(`${nameOf(step)} was done more than once`, 'doubled');
    if (planned?.does === 'refused' && step.status === 'failed' && real.length !== planned.retries + 1)
      tell(`${step.name} was tried ${real.length} times and not ${planned.retries + 1}`, 'lost');
  }
}

/** What a step changed is there once when it is done, and not there when it never began. */
function checkEffect(
  plan: Plan,
  step: PlannedStep,
  { place, rows, tell, run, status }: Look & { run: string; status: ReadonlyMap<string, string> },
): void {
  const came = status.get(step.name) ?? 'missing';
  const projects = (slug: string) =>
    rows.projects.filter((one) => one.slug === slug && one.name !== 'in the way').length;
  const once = (what: string, count: number, state = came) => {
    if (count > 1) tell(`${what} happened ${count} times`, 'doubled');
    else if (state === 'done' && count === 0) tell(`${what} did not happen and its step is done`, 'lost');
    else if (state === 'skipped' && count > 0) tell(`${what} happened and its step was skipped`);
  };
  const slug = slugOf(plan.seed, step.name);
  if (step.does === 'create' || step.does === 'retried' || step.does === 'approved')
    once(slug, projects(slug));
  if (step.does === 'create-items')
    for (const [item] of step.items.entries())
      once(`${slug}-${item}`, projects(`${slug}-${item}`), status.get(`${step.name}:${item}`));
  if (step.does === 'add') {
    const value = hostOf(plan.seed, step.name);
    const count = (type: string) =>
      rows.events.filter((event) => event.type === type && event.data.value === value).length;
    once(`adding ${value}`, count('scope.added'));
    const remover = plan.steps.find((one) => one.does === 'remove' && one.needs[0] === step.name);
    if (remover) once(`removing ${value}`, count('scope.removed'), status.get(remover.name));
  }
  if (step.does === 'kid' || step.does === 'bad-kid' || step.does === 'slow') {
    const kids = rows.runs.filter((one) => one.parent_run === run && one.parent_step === step.name);
    const current = rows.steps.find((one) => one.run === run && one.name === step.name)?.child_run;
    const ended = kids.find((one) => one.id === current);
    // To try again cannot help against what `bad-kid` fails of.
    if (came !== 'skipped' && came !== 'cancelled' && kids.length !== 1)
      tell(`${step.name} started ${kids.length} workflows`, 'doubled');
    // What cleans up is done once, also when the workflow was cancelled.
    if (step.does === 'slow' && ended) once(slug, projects(slug), 'done');
    if (step.does === 'kid') once(slug, projects(slug));
  }
  if (step.does === 'scan' && came === 'done') checkFindings(place, plan, step, { rows, tell, run });
}

function checkFindings(
  place: Place,
  plan: Plan,
  step: PlannedStep,
  { rows, tell, run }: { rows: Rows; tell: Tell; run: string },
): void {
  const done = rows.taskRuns.filter(
    (one) => one.workflow_run === run && one.workflow_step === step.name && one.status === 'done',
  );
  if (done.length !== 1) {
    tell(`${step.name} has ${done.length} runs that are done`, 'doubled');
    return;
  }
  const seen = rows.occurrences.filter((one) => one.run === done[0]?.id);
  if (seen.length !== IN_TREE) tell(`${step.name} reported ${seen.length} findings of ${IN_TREE}`, 'lost');
  const target = join(place.trees, String(plan.seed));
  const assets = new Set(rows.taskRuns.filter((one) => one.target === target).map((one) => one.asset));
  const open = rows.findings.filter((one) => assets.has(one.asset) && one.status === 'open');
  if (assets.size !== 1) tell(`${target} is ${assets.size} assets`, 'doubled');
  if (open.length !== IN_TREE)
    tell(`${open.length} findings of ${target} are open`, open.length > IN_TREE ? 'doubled' : 'lost');
  if (!plan.rescan) return;
  const fixed = rows.findings
    .filter((one) => assets.has(one.asset) && one.status === 'fixed')
    .map((one) => one.id);
  if (fixed.length !== GONE) tell(`${fixed.length} findings of ${target} are closed`, 'lost');
  const told = rows.events.filter((event) => event.type === 'finding.fixed' && fixed.includes(event.subject));
  if (told.length !== GONE) tell(`the log says ${told.length} times that a finding was closed`, 'doubled');
}

/** Each outcome stands in the log once, and what ended first is what the store says. */
function checkLog(rows: Rows, tell: Tell): void {
  const ends = new Map<string, string[]>();
  for (const event of rows.events) {
    const key =
      event.type === 'workflow-step.changed' && stepHasEnded(event.data.status as StepStatus)
        ? `${event.run} ${event.data.step}:${event.data.item ?? -1}`
        : event.type === 'workflow-run.ended' || event.type === 'run.ended'
          ? event.subject
          : null;
    if (key !== null) ends.set(key, [...(ends.get(key) ?? []), String(event.data.status)]);
  }
  const compare = (key: string, status: string, ended: boolean) => {
    const list = ends.get(key) ?? [];
    if (list.length > 1)
      tell(`the log says ${list.length} times how ${key} ended: ${list.join(', ')}`, 'doubled');
    else if (ended && list[0] !== status)
      tell(`the log says ${list[0]} of ${key}, which is ${status}`, 'lost');
  };
  for (const step of rows.steps)
    compare(`${step.run} ${step.name}:${step.item}`, step.status, stepHasEnded(step.status as StepStatus));
  for (const run of [...rows.runs, ...rows.taskRuns]) {
    compare(run.id, run.status, run.ended !== null);
    if (run.ended === null) tell(`${run.id} is still ${run.status}`, 'stuck');
  }
  const asked = new Map<string, number>();
  for (const one of rows.approvals)
    asked.set(`${one.run} ${one.step}`, (asked.get(`${one.run} ${one.step}`) ?? 0) + 1);
  for (const [step, count] of asked) if (count > 1) tell(`${step} was asked for ${count} times`, 'doubled');
}

/** Triggers and schedules start a run for each event and each time, and one only. */
function checkStarts(plans: readonly Plan[], rows: Rows, tell: Tell): void {
  const decided = rows.events.filter((event) => event.type === 'approval.decided').map((event) => event.id);
  const triggered = rows.runs
    .filter((run) => run.trigger_kind === 'event')
    .map((run) => (JSON.parse(run.trigger_data ?? '{}') as { event?: { id?: string } }).event?.id ?? '');
  for (const id of decided) {
    const count = triggered.filter((one) => one === id).length;
    if (count === 0) tell(`${id} started nothing`, 'lost');
    if (count > 1) tell(`${id} started ${count} runs`, 'doubled');
  }
  for (const plan of plans) {
    if (!plan.scheduled) continue;
    const schedule = rows.schedules.find((one) => one.name === `seed-${plan.seed}`);
    const count = rows.runs.filter(
      (run) => run.trigger_kind === 'schedule' && run.trigger_id === schedule?.id,
    ).length;
    if (count === 0) tell(`the schedule of ${plan.seed} started nothing`, 'lost');
    if (count > 1) tell(`the schedule of ${plan.seed} started ${count} runs`, 'doubled');
  }
}

/** The key of an attempt stands in the audit log: one change for each that was recorded as done. */
function checkOperations(rows: Rows, tell: Tell): void {
  const done = new Map<string, string[]>();
  for (const entry of rows.audit) {
    if (entry.outcome !== 'done' || !entry.request.startsWith('wfr_')) continue;
    done.set(entry.request, [...(done.get(entry.request) ?? []), entry.subject]);
  }
  for (const [key, list] of done)
    if (list.length > 1) tell(`${key} was done ${list.length} times`, 'doubled');
  const started = rows.audit.filter(
    (entry) => entry.operation === 'runs.start' && entry.outcome === 'done',
  ).length;
  const alone = rows.taskRuns.filter((run) => run.workflow_run === null && run.task === 'cvss').length;
  if (started !== alone)
    tell(`${alone} runs were started by steps, ${started} of them are accounted for`, 'doubled');
}

function checkLives(result: BatchResult, tell: Tell): void {
  const last = result.lives.at(-1);
  const sound = last?.said.find((one) => one.said === 'check');
  if (sound?.result !== 'ok')
    tell(`the last process did not end in order: ${JSON.stringify(sound)} ${last?.errors}`, 'stuck');
  for (const life of result.lives) {
    if (life.code !== null && life.code !== 0)
      tell(`life ${life.number} ended with ${life.code}: ${life.errors}`);
    for (const one of life.said)
      if (one.said === 'failed' && !isExpected(String(one.error))) tell(`life ${life.number}: ${one.error}`);
  }
  for (const name of result.leftovers) tell(`the process ${name} is left`);
}

/** A database that is away is told of, and come back to. */
function isExpected(error: string): boolean {
  return error.startsWith('store-unavailable');
}

function logOf(rows: Rows, wrong: ReadonlySet<string>): string[] {
  const runs = new Set(rows.runs.filter((run) => wrong.has(run.trigger_id ?? '')).map((run) => run.id));
  for (const run of rows.runs) if (runs.has(run.parent_run ?? '')) runs.add(run.id);
  return rows.events
    .filter((event) => runs.has(event.run ?? ''))
    .map((event) => `${event.seq} ${event.time} ${event.run} ${event.type} ${JSON.stringify(event.data)}`);
}

function nameOf(step: { name: string; item: number }): string {
  return step.item < 0 ? step.name : `${step.name}:${step.item}`;
}

function wordsOf(steps: Rows['steps'], name: string): string {
  const step = steps.find((one) => nameOf(one) === name);
  return step
    ? `${step.error_code ?? ''} ${step.error_message ?? ''} (attempt ${step.attempt}, recovered ${step.recovered})`
    : 'no row';
}
