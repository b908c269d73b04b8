import type { Expression } from '../../lib/cel/expression.ts';
import { fieldProblems } from '../../lib/field-problems.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { checkMatch, checkTriage, checkWhen } from './check-rule.ts';
import type { ParsedPolicy, PolicyProblem } from './document.ts';
import type { GateRule, Policy, Rule } from './policy.ts';
import { PolicyFile, TreeGate } from './schema.ts';

type Path = readonly (string | number)[];

export interface ReadPolicy {
  /** Null when something is wrong: all of it is in `problems`. */
  policy: Policy | null;
  problems: PolicyProblem[];
}

const MOST_PROBLEMS = 100;

/** Reads a policy; everything that is wrong is told in one go, with its line. Never throws for what stands in the document. */
export function readPolicy(document: ParsedPolicy, now: number): ReadPolicy {
  const reading = startReading(document);
  if (document.problems.length > 0) return { policy: null, problems: reading.problems };
  const parsed = PolicyFile.safeParse(document.value ?? {});
  if (!parsed.success) {
    for (const { field, message } of fieldProblems(PolicyFile, document.value, parsed.error.issues, {
      noun: 'key',
    }))
      reading.report(pathOf(field), message);
    checkExpressions(document.value, { reading, now, sections: SECTIONS });
    return { policy: null, problems: inOrder(reading.problems) };
  }
  const policy = compilePolicy(parsed.data, reading, now);
  return { policy: reading.problems.length === 0 ? policy : null, problems: reading.problems };
}

/** The further conditions that a `sentinelx.yaml` of the examined tree has; every other key of it belongs to others. */
export function readTreeGate(
  document: ParsedPolicy,
  now: number,
): { gate: GateRule[]; problems: PolicyProblem[] } {
  const reading = startReading(document);
  if (document.problems.length > 0) return { gate: [], problems: reading.problems };
  const parsed = TreeGate.safeParse(document.value ?? {});
  if (!parsed.success) {
    for (const { field, message } of fieldProblems(TreeGate, document.value, parsed.error.issues, {
      noun: 'key',
    }))
      reading.report(pathOf(field), message);
    checkExpressions(document.value, { reading, now, sections: [['gate']] });
    return { gate: [], problems: inOrder(reading.problems) };
  }
  const gate = compileGate(parsed.data.gate, reading, { now, ofTree: true });
  return { gate, problems: reading.problems };
}

const SECTIONS: readonly Path[] = [['gate'], ['sla', 'conditions'], ['triage'], ['routing']];

/** The queries and expressions of a document whose keys are not all right: whoever corrects them is not told of the next fault then. */
function checkExpressions(
  value: unknown,
  { reading, now, sections }: { reading: Reading; now: number; sections: readonly Path[] },
): void {
  for (const path of sections) {
    const rules = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
    if (!Array.isArray(rules)) continue;
    for (const [index, rule] of rules.entries()) {
      if (!isObject(rule)) continue;
      const report = (field: string, message: string) => reading.report([...path, index, field], message);
      if (typeof rule.match === 'string') checkMatch(rule.match, now, report);
      if (typeof rule.when === 'string') checkWhen(rule.when, report);
    }
  }
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As they stand in the document. */
function inOrder(problems: readonly PolicyProblem[]): PolicyProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

interface Reading {
  problems: PolicyProblem[];
  report(path: Path, message: string): void;
  lineOf(path: Path): number;
}

function startReading(document: ParsedPolicy): Reading {
  const problems = [...document.problems].map(({ line, column, field, message }) => ({
    line,
    column,
    field,
    message,
  }));
  return {
    problems,
    lineOf: (path) => document.positionOf(path)?.line ?? 1,
    report(path, message) {
      const position = document.positionOf(path);
      const field = path.join('.') || '(all)';
      if (problems.length >= MOST_PROBLEMS) return;
      problems.push({ line: position?.line ?? null, column: position?.column ?? null, field, message });
    },
  };
}

function compilePolicy(file: PolicyFile, reading: Reading, now: number): Policy {
  const conditions = file.sla.conditions.map((one, index) => ({
    ...compileRule(one, ['sla', 'conditions', index], reading, now),
    days: one.days,
  }));
  const triage = file.triage.map((one, index) => {
    const path = ['triage', index];
    const rule = { ...compileRule(one, path, reading, now), set: one.set };
    checkTriage(rule, now, (field, message) => reading.report([...path, ...field.split('.')], message));
    return rule;
  });
  const routing = file.routing.map((one, index) => {
    const path = ['routing', index];
    if (one.assign === undefined && one.channel === undefined && !one.labels?.length)
      reading.report(path, 'The rule does nothing: name assign, labels or channel.');
    return {
      ...compileRule(one, path, reading, now),
      assign: one.assign ?? null,
      labels: one.labels ?? [],
      channel: one.channel ?? null,
    };
  });
  const policy = {
    gate: compileGate(file.gate, reading, { now, ofTree: false }),
    sla: { days: file.sla.days, lines: slaLines(file, reading), conditions },
    triage,
    routing,
    comments: file.comments.map((one, index) => ({
      name: one.name,
      line: reading.lineOf(['comments', index]),
      severities: one.severities ?? null,
      statuses: one.statuses,
    })),
    weights: definedOf(file.priority.weights),
  };
  refuseDoubles(policy, reading);
  checkComments(policy, reading);
  return policy;
}

function compileGate(
  rules: PolicyFile['gate'],
  reading: Reading,
  { now, ofTree }: { now: number; ofTree: boolean },
): GateRule[] {
  return rules.map((one, index) => ({
    ...compileRule(one, ['gate', index], reading, now),
    only: one.only,
    most: one.most,
    message: one.message ?? null,
    ofTree,
  }));
}

function compileRule(
  { name, match, when }: { name: string; match?: string | undefined; when?: string | undefined },
  path: Path,
  reading: Reading,
  now: number,
): Rule {
  const report = (field: string, message: string) => reading.report([...path, field], message);
  if (match !== undefined) checkMatch(match, now, report);
  const expression: Expression | null = when === undefined ? null : checkWhen(when, report);
  return { name, line: reading.lineOf(path), match: match ?? null, when: expression };
}

function slaLines(file: PolicyFile, reading: Reading): Partial<Record<Severity, number>> {
  const named = SEVERITIES.filter((severity) => file.sla.days[severity] !== undefined);
  return Object.fromEntries(named.map((severity) => [severity, reading.lineOf(['sla', 'days', severity])]));
}

/** Two rules of one name cannot be told apart in an explanation. */
function refuseDoubles(policy: Policy, reading: Reading): void {
  const sections: [Path, readonly Pick<Rule, 'name' | 'line'>[]][] = [
    [['gate'], policy.gate],
    [['sla', 'conditions'], policy.sla.conditions],
    [['triage'], policy.triage],
    [['routing'], policy.routing],
    [['comments'], policy.comments],
  ];
  for (const [path, rules] of sections) {
    const first = new Map<string, number>();
    for (const [index, { name, line }] of rules.entries()) {
      const before = first.get(name);
      if (before === undefined) first.set(name, line);
      else reading.report([...path, index, 'name'], `Line ${before} has a rule '${name}' already.`);
    }
  }
}

/** What a person has to say, the policy's own decisions have to say as well. Of which severity they will be, nobody knows yet. */
function checkComments({ triage, comments }: Policy, reading: Reading): void {
  for (const [index, { set }] of triage.entries()) {
    const { status } = set;
    if (status === undefined || set.comment !== undefined) continue;
    const asking = comments.find(({ statuses }) => statuses.includes(status));
    if (asking)
      reading.report(
        ['triage', index, 'set'],
        `Line ${asking.line} ('${asking.name}') asks for a comment on decisions to ${status}: add set.comment.`,
      );
  }
}

function definedOf<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `gate.0.when` as the path that it was. */
function pathOf(field: string): Path {
  return field === '' ? [] : field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
