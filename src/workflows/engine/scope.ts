import type { Kysely } from 'kysely';
import { references } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import { stepHasEnded } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import { type Entry, type RunState, SELF } from '../state/run-state.ts';

/** References of an expression: `['steps', 'scan', 'findings']`. A step that is reached by a computed name counts as all. */
export type Names = readonly (readonly string[])[];

/** What the templates of a value refer to. */
export function namesIn(value: unknown): Names {
  return references(value).flatMap((reference) => reference.expression?.names() ?? []);
}

/** An expression sees at most so many findings of a step; more is an error and never a part of them. */
const MOST_FINDINGS = 10_000;

/** What an expression of this run may look at: only what its names ask for is read. */
export async function scopeFor(
  db: Kysely<Database>,
  state: RunState,
  { names, item }: { names: Names; item?: { value: unknown; index: number } | undefined },
): Promise<Record<string, unknown>> {
  const wanted = stepsNamed(state, names);
  const steps: Record<string, unknown> = {};
  if (wanted.size > 0) {
    const rows = await db
      .selectFrom('workflow_step')
      .select(['name', 'item', 'output'])
      .where('run', '=', state.id)
      .where('name', 'in', [...wanted.keys()])
      .execute();
    const outputs = new Map(rows.map((row) => [`${row.name}:${row.item}`, row.output]));
    for (const [name, fields] of wanted) {
      const entry = state.steps.get(name);
      if (entry) steps[name] = await stepScope(db, state, { entry, outputs, fields });
    }
  }
  return {
    inputs: state.inputs,
    steps,
    run: {
      id: state.id,
      name: state.name,
      started: new Date(state.started ?? state.created).toISOString(),
      project: state.project,
    },
    trigger: { kind: state.trigger.kind, id: state.trigger.id, ...asObject(state.trigger.data) },
    failed: state.failed,
    ...(item ? { item: item.value, index: item.index } : {}),
  };
}

function stepsNamed(state: RunState, names: Names): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const [root, step, field] of names) {
    if (root !== 'steps') continue;
    const which = step === undefined ? [...state.steps.keys()] : [step];
    for (const name of which) {
      const fields = wanted.get(name) ?? new Set<string>();
      fields.add(field ?? '*');
      wanted.set(name, fields);
    }
  }
  return wanted;
}

async function stepScope(
  db: Kysely<Database>,
  state: RunState,
  { entry, outputs, fields }: { entry: Entry; outputs: Map<string, string | null>; fields: Set<string> },
): Promise<Record<string, unknown>> {
  const items = state.items.get(entry.name);
  const withFindings = fields.has('findings') || fields.has('*');
  const view = (one: Entry) => ({
    status: one.status,
    output: outputOf(one, outputs),
    error: one.error,
    run: one.taskRun ?? one.childRun,
    attempt: one.attempt,
    counts: countsOf(one),
  });
  return {
    ...view(entry),
    ended: stepHasEnded(entry.status),
    ...(items
      ? {
          output: items.map((one) => outputOf(one, outputs)),
          items: items.map((one) => ({
            ...view(one),
            item: one.input === null ? null : JSON.parse(one.input),
          })),
          counts: sumCounts(items),
        }
      : {}),
    ...(withFindings ? { findings: await findingsOf(db, state, { entry, items }) } : {}),
  };
}

function outputOf(entry: Entry, outputs: Map<string, string | null>): unknown {
  const text = entry.output ?? outputs.get(`${entry.name}:${entry.item}`) ?? null;
  return text === null ? null : JSON.parse(text);
}

function countsOf(entry: Entry): Record<string, number> {
  const result =
    entry.result === null ? {} : (JSON.parse(entry.result) as { counts?: Record<string, number> });
  return result.counts ?? {};
}

function sumCounts(items: readonly Entry[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const item of items)
    for (const [name, count] of Object.entries(countsOf(item))) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

async function findingsOf(
  db: Kysely<Database>,
  state: RunState,
  { entry, items }: { entry: Entry; items: readonly Entry[] | undefined },
): Promise<unknown[]> {
  const pinned = state.samples
    ? state.definition[entry.section].find((step) => step.name === entry.name)?.sample?.findings
    : undefined;
  if (pinned) return pinned;
  const runs = (items ?? [entry]).flatMap((one) => (one.taskRun === null ? [] : [one.taskRun]));
  if (runs.length === 0) return [];
  const rows = await db
    .selectFrom('occurrence')
    .innerJoin('finding', 'finding.id', 'occurrence.finding')
    .select([
      'finding.id',
      'finding.rule',
      'finding.task',
      'finding.title',
      'finding.message',
      'finding.severity',
      'finding.confidence',
      'finding.status',
      'finding.place',
      'occurrence.location',
      'occurrence.change',
    ])
    .where('occurrence.run', 'in', runs)
    .orderBy('finding.severity_rank')
    .orderBy('finding.id')
    .limit(MOST_FINDINGS + 1)
    .execute();
  if (rows.length > MOST_FINDINGS)
    throw new SentinelError(
      'invalid-expression',
      `steps.${entry.name}.findings are more than ${MOST_FINDINGS}: use steps.${entry.name}.counts.`,
    );
  return rows.map((row) => ({ ...row, location: JSON.parse(row.location) }));
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function itemOf(entry: Entry): { value: unknown; index: number } | undefined {
  if (entry.item === SELF) return undefined;
  return { value: entry.input === null ? null : JSON.parse(entry.input), index: entry.item };
}
