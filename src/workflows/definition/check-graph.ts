import { SECTIONS, type Section } from '../../model/workflow.ts';
import type { PlacedExpression } from './expressions.ts';
import type { Path } from './problem.ts';
import type { PlacedStep } from './read-step.ts';
import type { Reading } from './reading.ts';

export type ByName = ReadonlyMap<string, PlacedStep>;

/** A step reads another one: where, and what of it. */
interface Read {
  of: PlacedStep;
  name: string;
  path: Path;
  field: string;
}

/**
 * Order of the steps. A step without `depends_on` starts at once; one that reads `steps.X` waits for X, also when it does not say
 * so: that need is added here. Afterwards every need is a step of the same section and there is no cycle, or it is reported.
 */
export function checkGraph(
  reading: Reading,
  placed: readonly PlacedStep[],
  expressions: readonly PlacedExpression[],
): void {
  const byName = namesOf(placed);
  checkNames(reading, placed, byName);
  for (const one of placed) checkNeeds(reading, one, byName);
  const needed = closureOf(placed, byName);
  const added = new Map<PlacedStep, Map<string, Read>>();
  for (const read of readsOf(expressions, byName)) {
    const other = byName.get(read.name);
    const { of } = read;
    if (!other || other.section !== of.section || needed(of, read.name)) continue;
    const ofStep = added.get(of) ?? new Map<string, Read>();
    added.set(of, ofStep);
    if (ofStep.has(read.name)) continue;
    if (other === of) {
      const message = `Step '${of.step.name}' reads itself (${read.field}), before it has anything to read.`;
      reading.problem(read.path, 'self-reference', message);
      continue;
    }
    ofStep.set(read.name, read);
  }
  for (const [{ step }, reads] of added) step.depends_on.push(...reads.keys());
  for (const section of SECTIONS) reportCycles(reading, placed, { section, byName, added });
}

export function namesOf(placed: readonly PlacedStep[]): ByName {
  const byName = new Map<string, PlacedStep>();
  for (const one of placed) if (!byName.has(one.step.name)) byName.set(one.step.name, one);
  return byName;
}

function checkNames(reading: Reading, placed: readonly PlacedStep[], byName: ByName): void {
  for (const one of placed) {
    const first = byName.get(one.step.name);
    if (first && first !== one)
      reading.problem(
        [...one.path, 'name'],
        'duplicate-step',
        `There is a step '${one.step.name}' already, in line ${first.step.line}. Give one of them another name.`,
      );
  }
}

function checkNeeds(reading: Reading, { step, path, section }: PlacedStep, byName: ByName): void {
  step.depends_on = step.depends_on.filter((name) => {
    const at = [...path, 'depends_on'];
    const needed = byName.get(name);
    if (name === step.name) {
      reading.problem(at, 'self-reference', `Step '${name}' waits for itself. Take it out of 'depends_on'.`);
      return false;
    }
    if (needed?.section === section) return true;
    const why = needed
      ? `it is one of '${needed.section}', and each section has its own order`
      : suggestion(
          reading,
          name,
          [...byName.values()].filter((one) => one.section === section).map((one) => one.step.name),
        );
    reading.problem(at, 'unknown-step', `'${step.name}' cannot wait for '${name.slice(0, 60)}': ${why}`);
    return false;
  });
}

export function suggestion(reading: Reading, name: string, names: readonly string[]): string {
  const near = reading.closest(name, names);
  return near ? `did you mean '${near}'?` : `there are: ${names.slice(0, 20).join(', ') || 'none'}.`;
}

/** Which step is read by which other one, in the order of the document. */
function readsOf(expressions: readonly PlacedExpression[], byName: ByName): Read[] {
  return expressions.flatMap(({ of, path, expression }) => {
    if (!of || !expression) return [];
    return expression.names().flatMap((names): Read[] => {
      const [root, name] = names;
      if (root !== 'steps' || name === undefined || !byName.has(name)) return [];
      return [{ of, name, path, field: names.join('.') }];
    });
  });
}

/** Whether a step has ended before another one begins, by what the document says. Sets of bits: 1,000 steps and 80,000 needs. */
function closureOf(placed: readonly PlacedStep[], byName: ByName): (of: PlacedStep, name: string) => boolean {
  const index = new Map([...byName.keys()].map((name, at) => [name, at]));
  const sets = new Map<PlacedStep, Uint32Array>();
  for (const one of inOrder(placed, byName)) {
    const set = new Uint32Array((index.size >> 5) + 1);
    for (const name of one.step.depends_on) {
      const at = index.get(name) ?? 0;
      set[at >> 5] = (set[at >> 5] ?? 0) | (1 << (at & 31));
      const before = byName.get(name);
      const theirs = before && sets.get(before);
      if (theirs)
        for (let word = 0; word < set.length; word += 1) set[word] = (set[word] ?? 0) | (theirs[word] ?? 0);
    }
    sets.set(one, set);
  }
  return (of, name) => {
    const at = index.get(name);
    return at !== undefined && ((sets.get(of)?.[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
  };
}

/** Needs first; steps of cycles stand at the end. */
function inOrder(placed: readonly PlacedStep[], byName: ByName): PlacedStep[] {
  const waiting = new Map(placed.map((one) => [one, new Set(one.step.depends_on)]));
  const needing = new Map<string, PlacedStep[]>();
  for (const [one, needs] of waiting)
    for (const name of needs) {
      const list = needing.get(name) ?? [];
      list.push(one);
      needing.set(name, list);
    }
  const order: PlacedStep[] = [];
  const ready = placed.filter((one) => one.step.depends_on.length === 0);
  for (let one = ready.pop(); one !== undefined; one = ready.pop()) {
    order.push(one);
    waiting.delete(one);
    if (byName.get(one.step.name) !== one) continue;
    for (const other of needing.get(one.step.name) ?? []) {
      const needs = waiting.get(other);
      if (needs?.delete(one.step.name) && needs.size === 0) ready.push(other);
    }
  }
  return [...order, ...waiting.keys()];
}

/** The names of a cycle on which this step lies, the first one also at the end. */
function cycleFrom(start: PlacedStep, byName: ByName): string[] | null {
  const from = new Map<string, string>();
  const open = [start.step.name];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    for (const name of byName.get(at)?.step.depends_on ?? []) {
      if (name === start.step.name) {
        const back: string[] = [name];
        for (let one: string | undefined = at; one !== undefined && one !== name; one = from.get(one))
          back.unshift(one);
        return [start.step.name, ...back];
      }
      if (from.has(name)) continue;
      from.set(name, at);
      open.push(name);
    }
  }
  return null;
}

function reportCycles(
  reading: Reading,
  placed: readonly PlacedStep[],
  around: { section: Section; byName: ByName; added: ReadonlyMap<PlacedStep, ReadonlyMap<string, Read>> },
): void {
  const { section, byName, added } = around;
  const steps = placed.filter((one) => one.section === section && byName.get(one.step.name) === one);
  const ended = new Set<string>();
  for (const one of inOrder(steps, byName)) {
    if (one.step.depends_on.every((name) => ended.has(name))) ended.add(one.step.name);
  }
  const told = new Set<string>();
  for (const one of steps) {
    if (ended.has(one.step.name) || told.has(one.step.name)) continue;
    const cycle = cycleFrom(one, byName);
    if (!cycle) continue;
    for (const name of cycle) told.add(name);
    const reads = cycle.slice(0, -1).flatMap((name, index) => {
      const step = byName.get(name);
      const read = step && added.get(step)?.get(cycle[index + 1] ?? '');
      return read ? [read] : [];
    });
    const because = reads
      .slice(0, 5)
      .map((read) => ` '${read.of.step.name}' reads ${read.field}.`)
      .join('');
    reading.problem(
      reads[0]?.path ?? [...one.path, 'depends_on'],
      'cycle',
      `Steps wait for each other: ${cycle.slice(0, 20).join(' → ')}.${because} Take one of these needs away.`,
    );
  }
}
