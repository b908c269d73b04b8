import { closest } from '../../lib/closest.ts';
import type { Path } from '../definition/problem.ts';
import { short } from './conversion.ts';
import type { Flow, OlderStep } from './older-step.ts';
import { fieldAt, readNames } from './read-value.ts';

/**
 * What each step needs. The older engine ran one step after the other: a step that names no needs waits for the one
 * before it that names none either (the order in which that engine took them), unless `parallel_with` puts both beside
 * each other, or `config.max_parallel` above 1 let all of them begin at once.
 */
export function orderSteps(flow: Flow, { parallel }: { parallel: boolean }): Map<OlderStep, OlderStep[]> {
  const needs = new Map<OlderStep, OlderStep[]>();
  for (const step of flow.steps) needs.set(step, [...step.after, ...readNeeds(flow, step)]);
  const groups = readGroups(flow, needs);
  const main = flow.steps.filter((step) => step.section === 'steps' && !step.handler);
  if (parallel) shareNeeds(groups, needs);
  else chain(flow, { main, groups, needs });
  noteParallel(flow, { parallel, main, needs });
  const last = lastOf(main, needs);
  for (const step of flow.steps) if (step.atEnd) needs.set(step, [...last, ...(needs.get(step) ?? [])]);
  for (const [step, of] of needs)
    needs.set(
      step,
      [...new Set(of)].filter((need) => need !== step),
    );
  return needs;
}

function readNeeds(flow: Flow, step: OlderStep): OlderStep[] {
  const found: OlderStep[] = [];
  for (const { name, path } of readNames(flow.conversion, fieldAt(step.raw, 'depends_on', step.path))) {
    const need = find(flow, name, path);
    if (!need) continue;
    if (need === step)
      flow.conversion.problem(
        path,
        'self-reference',
        `The step '${short(name)}' needs itself. Remove it from the list.`,
      );
    else if (need.section === step.section) found.push(need);
    else if (need.section === 'steps' || step.section === 'finally')
      flow.conversion.note(path, {
        what: 'dropped',
        from: `depends_on: ${name}`,
        to: null,
        message: `All of '${need.section}' has ended before '${step.section}' begins.`,
      });
    else
      flow.conversion.problem(
        path,
        'unknown-step',
        `'${short(name)}' is run only in '${need.section}', after all steps. A step cannot need it.`,
      );
  }
  return found;
}

function find(flow: Flow, name: string, path: Path): OlderStep | null {
  const step = flow.byName.get(name);
  if (step) return step;
  const near = closest(name, [...flow.byName.keys()]);
  flow.conversion.problem(
    path,
    'unknown-step',
    `There is no step '${short(name)}'.${near ? ` Is '${near}' meant?` : ' Remove it, or add the step.'}`,
  );
  return null;
}

/** Steps that `parallel_with` puts beside each other; each step is in one group, mostly alone. */
function readGroups(flow: Flow, needs: ReadonlyMap<OlderStep, OlderStep[]>): Map<OlderStep, OlderStep[]> {
  const groups = new Map<OlderStep, OlderStep[]>(flow.steps.map((step) => [step, [step]]));
  for (const step of flow.steps)
    for (const { name, path } of readNames(flow.conversion, fieldAt(step.raw, 'parallel_with', step.path))) {
      const other = find(flow, name, path);
      if (!other) continue;
      if (other === step || needs.get(step)?.includes(other) || needs.get(other)?.includes(step)) {
        const message = `'${short(step.name)}' cannot run beside '${short(name)}': one needs the other, or they are the same.`;
        flow.conversion.problem(path, 'wrong-value', message);
        continue;
      }
      flow.conversion.note(path, {
        what: 'translated',
        from: `parallel_with: ${name}`,
        to: null,
        message: 'Both have the same needs and none of the other: they run at the same time.',
      });
      const [one, two] = [groups.get(step) ?? [step], groups.get(other) ?? [other]];
      if (one === two) continue;
      const both = [...one, ...two];
      for (const member of both) groups.set(member, both);
    }
  return groups;
}

/** A step without needs of its own has those of the steps it runs beside. */
function shareNeeds(groups: ReadonlyMap<OlderStep, OlderStep[]>, needs: Map<OlderStep, OlderStep[]>): void {
  for (const group of new Set(groups.values())) {
    const shared = group.flatMap((step) => needs.get(step) ?? []).filter((need) => !group.includes(need));
    for (const step of group) if (needs.get(step)?.length === 0) needs.set(step, shared);
  }
}

interface Chain {
  main: readonly OlderStep[];
  groups: ReadonlyMap<OlderStep, OlderStep[]>;
  needs: Map<OlderStep, OlderStep[]>;
}

function chain(flow: Flow, { main, groups, needs }: Chain): void {
  shareNeeds(groups, needs);
  const free = main.filter((step) => needs.get(step)?.length === 0);
  let before: readonly OlderStep[] = [];
  const done = new Set<OlderStep>();
  for (const step of free) {
    if (done.has(step)) continue;
    const group = (groups.get(step) ?? [step]).filter((member) => free.includes(member));
    for (const member of group) {
      done.add(member);
      needs.set(member, [...before]);
      if (before.length > 0) noteOrder(flow, member, before);
    }
    before = group;
  }
}

function noteOrder(flow: Flow, step: OlderStep, before: readonly OlderStep[]): void {
  flow.conversion.note(step.path, {
    what: 'assumed',
    from: `${step.name} without depends_on`,
    to: `depends_on: [${before.map((need) => need.newName).join(', ')}]`,
    message:
      'The older engine ran steps without needs one after the other; remove it where the order does not matter.',
  });
}

function noteParallel(
  flow: Flow,
  {
    parallel,
    main,
    needs,
  }: { parallel: boolean; main: readonly OlderStep[]; needs: ReadonlyMap<OlderStep, OlderStep[]> },
): void {
  const free = main.filter((step) => needs.get(step)?.length === 0);
  const [first] = free;
  if (!parallel || free.length < 2 || !first) return;
  flow.conversion.note(first.path, {
    what: 'assumed',
    from: `${free.length} steps without depends_on`,
    to: null,
    message:
      'With max_parallel above 1 steps without needs begin at the same time; add depends_on where the order matters.',
  });
}

/** Those that no other main step needs: when they have ended all have. */
function lastOf(main: readonly OlderStep[], needs: ReadonlyMap<OlderStep, OlderStep[]>): OlderStep[] {
  const needed = new Set(main.flatMap((step) => needs.get(step) ?? []));
  return main.filter((step) => !needed.has(step));
}
