import { isDeepStrictEqual } from 'node:util';
import { SECTIONS, type Section, type WorkflowDefinition, type WorkflowStep } from '../model/workflow.ts';

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface StepChange {
  step: string;
  section: Section;
  change: 'added' | 'removed' | 'changed' | 'moved';
  fields: FieldChange[];
}

export interface DefinitionDiff {
  /** Of the workflow itself. */
  fields: FieldChange[];
  steps: StepChange[];
}

/** Where it stands in the document says nothing about what it does. */
const NOT_COMPARED = new Set<string>(['line']);

/** What has changed in what the workflow does, whatever the text looks like. */
export function diffDefinitions(before: WorkflowDefinition, after: WorkflowDefinition): DefinitionDiff {
  const sections = new Set<string>(SECTIONS);
  return {
    fields: changesOf(before, after, sections),
    steps: SECTIONS.flatMap((section) => stepChanges(section, before, after)),
  };
}

function stepChanges(section: Section, before: WorkflowDefinition, after: WorkflowDefinition): StepChange[] {
  const olds = new Map(before[section].map((step) => [step.name, step]));
  const changes: StepChange[] = [];
  for (const step of after[section]) {
    const old = olds.get(step.name);
    olds.delete(step.name);
    if (!old) {
      const elsewhere = sectionOf(before, step.name);
      const fields = elsewhere === undefined ? [] : [{ field: 'section', before: elsewhere, after: section }];
      changes.push({ step: step.name, section, change: elsewhere === undefined ? 'added' : 'moved', fields });
      continue;
    }
    const fields = changesOf(old, step, NOT_COMPARED);
    if (fields.length > 0) changes.push({ step: step.name, section, change: 'changed', fields });
  }
  for (const name of olds.keys())
    if (sectionOf(after, name) === undefined)
      changes.push({ step: name, section, change: 'removed', fields: [] });
  return changes;
}

function sectionOf(definition: WorkflowDefinition, name: string): Section | undefined {
  return SECTIONS.find((section) => definition[section].some((step) => step.name === name));
}

/** One entry a key that differs; of `params` and the like one for each name in it. */
function changesOf(
  before: WorkflowDefinition | WorkflowStep,
  after: WorkflowDefinition | WorkflowStep,
  left: ReadonlySet<string>,
): FieldChange[] {
  const olds = before as Record<string, unknown>;
  const news = after as Record<string, unknown>;
  return keysOf(olds, news)
    .filter((key) => !left.has(key))
    .flatMap((key) => {
      const [one, two] = [olds[key], news[key]];
      if (isDeepStrictEqual(one, two)) return [];
      if (!isRecord(one) || !isRecord(two)) return [change(key, one, two)];
      return keysOf(one, two)
        .filter((name) => !isDeepStrictEqual(one[name], two[name]))
        .map((name) => change(`${key}.${name}`, one[name], two[name]));
    });
}

function change(field: string, before: unknown, after: unknown): FieldChange {
  return { field, before: before ?? null, after: after ?? null };
}

function keysOf(one: Record<string, unknown>, two: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(two)])];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
