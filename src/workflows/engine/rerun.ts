import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import { type Entry, newEntry, type RunState } from '../state/run-state.ts';

/**
 * What a new attempt keeps of a run: every step that went well and needs nothing that is done again. `from` is done again with
 * all that needs it; without it those steps that did not go well.
 */
export function keptSteps(
  state: RunState,
  from: string | null,
): { keep: Map<string, Entry>; keepItems: Map<string, Entry[]> } {
  const { definition } = state;
  if (from !== null && !definition.steps.some((step) => step.name === from))
    throw new SentinelError(
      'not-found',
      `${state.name} has no step ${from}; there are: ${definition.steps.map((step) => step.name).join(', ')}.`,
    );
  const again = new Set(
    definition.steps
      .filter((step) => (from === null ? !wentWell(state.steps.get(step.name)) : step.name === from))
      .map((step) => step.name),
  );
  spread(definition, again);
  const keep = new Map<string, Entry>();
  const keepItems = new Map<string, Entry[]>();
  for (const step of definition.steps) {
    const entry = state.steps.get(step.name);
    if (!entry || again.has(step.name) || !wentWell(entry)) continue;
    keep.set(step.name, copyOf(entry));
    const items = state.items.get(step.name);
    if (items) keepItems.set(step.name, items.map(copyOf));
  }
  return { keep, keepItems };
}

function wentWell(entry: Entry | undefined): boolean {
  return (
    entry?.status === 'done' ||
    entry?.status === 'partial' ||
    (entry?.status === 'skipped' && entry.error === null)
  );
}

/** Everything that needs what is done again is done again. */
function spread(definition: WorkflowDefinition, again: Set<string>): void {
  for (let size = -1; size !== again.size; ) {
    size = again.size;
    for (const step of definition.steps)
      if (step.depends_on.some((name) => again.has(name))) again.add(step.name);
  }
}

function copyOf(entry: Entry): Entry {
  return { ...newEntry(entry.name, entry.section, entry.item), ...entry, instance: null };
}

/** Outputs are not kept in memory: those of the steps that are kept are put back. */
export function withOutputs(entries: Iterable<Entry>, outputs: ReadonlyMap<string, string | null>): void {
  for (const entry of entries) entry.output = outputs.get(`${entry.name}:${entry.item}`) ?? null;
}
