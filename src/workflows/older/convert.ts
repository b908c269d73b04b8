import { MOST_STEPS, SECTIONS } from '../../model/workflow.ts';
import type { ParsedDocument } from '../definition/document.ts';
import type { DefinitionProblem, Path } from '../definition/problem.ts';
import {
  type Conversion,
  type ConversionNote,
  isRecord,
  type KnownTasks,
  short,
  startConversion,
} from './conversion.ts';
import { addHandlers } from './handlers.ts';
import { readMetadata } from './metadata.ts';
import { type Flow, newStep } from './older-step.ts';
import { orderSteps } from './order.ts';
import { type Places, placesOf } from './places.ts';
import { checkKeys, type Field, fieldAt, readText } from './read-value.ts';
import { renamedResults } from './renamed-tasks.ts';
import { CONFIG_KEYS, readSettings, type Settings } from './settings.ts';
import { nameSteps, slug } from './step-names.ts';
import { convertStep, taskOf } from './steps.ts';
import { readVariables, type Variables } from './variables.ts';

const BODY_KEYS = [
  ...[
    'name',
    'version',
    'description',
    'author',
    'tags',
    'metadata',
    'continue_on_error',
    'variables',
    'config',
  ],
  ...['prerequisites', 'steps', 'on_success', 'on_failure', 'post_execution', 'cleanup'],
] as const;

export interface OlderConversion {
  /** The document in the shape of today, as a user would write it; null when there is nothing to write. */
  value: unknown;
  report: ConversionNote[];
  /**
   * Of the older file, with its lines. What would be wrong in any workflow (a step without a task, a task that is not
   * known, a cycle) is left to who reads `value`.
   */
  problems: DefinitionProblem[];
  /** Line in the older file of what stands at this path of `value`. */
  lineOf(path: Path): number | null;
  /** Path in the older file of what stands at this path of `value`. */
  olderPath(path: Path): Path;
}

/** Reads a file of the Python SentinelX. Never throws: what cannot be kept is a problem, what was changed is in the report. */
export function convertOlder(document: ParsedDocument, known: KnownTasks): OlderConversion {
  const conversion = startConversion(document, known);
  const places = placesOf();
  const value = convertRoot(conversion, document.value, places);
  return {
    value,
    report: conversion.report.toSorted(byLine),
    problems: conversion.problems.toSorted(byLine),
    lineOf: (path) => document.lineOf(places.older(path)),
    olderPath: (path) => places.older(path),
  };
}

function byLine(one: { line: number | null }, two: { line: number | null }): number {
  return (one.line ?? 0) - (two.line ?? 0);
}

function convertRoot(conversion: Conversion, root: unknown, places: Places): unknown {
  if (!isRecord(root)) {
    conversion.problem([], 'wrong-value', 'A workflow is a map with at least a name and steps.');
    return null;
  }
  if (!Object.hasOwn(root, 'workflow'))
    return convertBody(conversion, root, { path: [], outer: null, places });
  checkKeys(conversion, root, {
    path: [],
    known: ['workflow', 'metadata'],
    where: "beside 'workflow'; settings belong below it",
  });
  if (!isRecord(root.workflow)) {
    conversion.problem(['workflow'], 'wrong-value', "'workflow' is a map with at least a name and steps.");
    return null;
  }
  const outer = fieldAt(root, 'metadata', []);
  return convertBody(conversion, root.workflow, { path: ['workflow'], outer, places });
}

function convertBody(
  conversion: Conversion,
  body: Record<string, unknown>,
  { path, outer, places }: { path: Path; outer: Field | null; places: Places },
): unknown {
  places.set([], path);
  checkKeys(conversion, body, { path, known: BODY_KEYS, where: 'in an older workflow' });
  checkConfig(conversion, body, path);
  const variables = readVariables(conversion, body.variables, [...path, 'variables']);
  const settings = readSettings(conversion, body, { path, variables });
  const flow = readSteps(conversion, body, { path, tolerant: settings.tolerant });
  const name = readName(conversion, body, path);
  const about = readMetadata(conversion, { body, path, outer, steps: flow?.steps ?? [] });
  if (!flow) return null;
  addHandlers(flow, body, path);
  nameSteps(flow);
  const value: Record<string, unknown> = {
    name,
    ...about.before,
    ...(Object.keys(variables.inputs).length > 0 ? { inputs: variables.inputs } : {}),
    ...(settings.maxParallel === null ? {} : { max_parallel: settings.maxParallel }),
    ...(settings.timeout === null ? {} : { timeout: settings.timeout }),
    ...(settings.tolerant ? {} : { fail_fast: true }),
    ...convertSections(flow, { settings, variables, places }),
    ...about.after,
  };
  for (const [key, place] of settings.places) places.set([key], place);
  for (const [input, place] of variables.places) places.set(['inputs', input], place);
  places.set(['inputs'], [...path, 'variables']);
  return value;
}

function convertSections(
  flow: Flow,
  { settings, variables, places }: { settings: Settings; variables: Variables; places: Places },
): Record<string, unknown> {
  const needs = orderSteps(flow, { parallel: (settings.maxParallel ?? 1) > 1 });
  const stepNames = new Map<string, string>();
  for (const step of flow.steps) if (!stepNames.has(step.name)) stepNames.set(step.name, step.newName);
  const results = new Map(
    flow.steps.map((step) => [step.name, renamedResults(taskOf(step, flow.conversion))]),
  );
  const names = { steps: stepNames, variables: variables.values, results, self: null };
  const sections: Record<string, Record<string, unknown>[]> = { steps: [] };
  for (const section of SECTIONS) {
    for (const step of flow.steps.filter((one) => one.section === section)) {
      const list = sections[section] ?? [];
      sections[section] = list;
      const at = [section, list.length];
      const converted = convertStep(step, { flow, names, settings, variables, needs });
      places.set(at, step.path);
      for (const place of converted.places) places.set([...at, ...place.at], place.from);
      list.push(converted.value);
    }
  }
  noteTogether(flow, sections);
  if (sections.steps?.length === 0)
    flow.conversion.problem(
      flow.steps[0]?.path ?? [],
      'no-steps',
      'Every step is run by a handler (on_success, on_failure, cleanup): none is left that begins.',
    );
  return sections;
}

function noteTogether(flow: Flow, sections: Record<string, unknown[]>): void {
  for (const section of ['on_failure', 'finally'] as const) {
    const first = flow.steps.find((step) => step.section === section);
    if (first && (sections[section]?.length ?? 0) > 1)
      flow.conversion.note(first.path, {
        what: 'assumed',
        from: `${sections[section]?.length} steps of '${section}'`,
        to: null,
        message: 'They begin at the same time, so that one that fails does not keep the others from running.',
      });
  }
}

function readSteps(
  conversion: Conversion,
  body: Record<string, unknown>,
  { path, tolerant }: { path: Path; tolerant: boolean },
): Flow | null {
  const field = fieldAt(body, 'steps', path);
  const place = field?.path ?? path;
  if (field && !Array.isArray(field.value)) {
    conversion.problem(place, 'wrong-value', "'steps' is a list of steps, each beginning with '-'.");
    return null;
  }
  const raw: unknown[] = field && Array.isArray(field.value) ? field.value : [];
  if (raw.length === 0) {
    conversion.problem(
      place,
      'no-steps',
      'The workflow has no steps: it would do nothing. Add at least one.',
    );
    return null;
  }
  if (raw.length > MOST_STEPS) {
    conversion.problem(
      place,
      'too-many-steps',
      `A workflow has at most ${MOST_STEPS} steps, not ${raw.length}.`,
    );
    return null;
  }
  const flow: Flow = { conversion, steps: [], byName: new Map(), tolerant };
  for (const [index, entry] of raw.entries()) readStep(flow, entry, [...place, index]);
  return flow;
}

function readStep(flow: Flow, entry: unknown, path: Path): void {
  const { conversion } = flow;
  if (!isRecord(entry)) {
    conversion.problem(path, 'wrong-value', 'A step is a map with a name and a task.');
    return;
  }
  const field = fieldAt(entry, 'name', path);
  const name = readText(conversion, field)?.trim() ?? '';
  if (name === '' && (!field || typeof field.value === 'string'))
    conversion.problem(field?.path ?? path, 'missing', "The step has no name. Add one with 'name'.");
  const step = newStep(flow, { name: name || `step ${Number(path.at(-1)) + 1}`, raw: entry, path });
  flow.steps.push(step);
  if (!flow.byName.has(step.name)) flow.byName.set(step.name, step);
  else
    conversion.problem(
      [...path, 'name'],
      'duplicate-step',
      `There is another step '${short(step.name)}'. Give each its own name.`,
    );
}

function readName(conversion: Conversion, body: Record<string, unknown>, path: Path): string {
  const field = fieldAt(body, 'name', path);
  const older = readText(conversion, field);
  const name = slug(older ?? '', '-', 'unnamed-workflow');
  if (name !== older)
    conversion.note(field?.path ?? path, {
      what: older === null ? 'assumed' : 'renamed',
      from: older ?? '(no name)',
      to: name,
      message: 'Names of workflows are lower-case letters, digits and -.',
    });
  return name;
}

function checkConfig(conversion: Conversion, body: Record<string, unknown>, path: Path): void {
  const config = fieldAt(body, 'config', path);
  if (config && isRecord(config.value))
    checkKeys(conversion, config.value, { path: config.path, known: CONFIG_KEYS, where: "in 'config'" });
}
