import { MOST_STEPS, WorkflowDefinition } from '../../model/workflow.ts';
import type { ConversionNote } from '../older/conversion.ts';
import { convertOlder } from '../older/convert.ts';
import { isOlder } from '../older/is-older.ts';
import { checkActions } from './check-actions.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkGraph } from './check-graph.ts';
import { warnOfSecrets } from './check-secrets.ts';
import { checkTriggers } from './check-triggers.ts';
import { MOST_PROBLEMS, type ParsedDocument, parseDocument } from './document.ts';
import { expressionsOf } from './expressions.ts';
import { isRecord } from './fields.ts';
import type { Known } from './known.ts';
import type { DefinitionProblem } from './problem.ts';
import { readDefinition } from './read-definition.ts';
import { type Reading, startReading } from './reading.ts';

/** Parsing one takes 30 µs; a `for_each` may have 10,000 of them. */
const MOST_EXPRESSIONS = 12_000;

export interface ReadWorkflow {
  /** Null when there is any problem: then nothing of it is run. */
  definition: WorkflowDefinition | null;
  /** All that is wrong, in the order of the file. */
  problems: DefinitionProblem[];
  /** What does not keep it from being used. */
  warnings: DefinitionProblem[];
  shape: 'current' | 'older';
  /** Of an older file: what was changed, and the document in the shape of today. */
  converted?: { value: unknown; report: ConversionNote[] };
}

/**
 * Reads a workflow in YAML or JSON, of today or of the Python SentinelX, and finds everything that is wrong with it before
 * anything runs. Never throws.
 */
export function readWorkflow(source: string, known: Known): ReadWorkflow {
  const document = parseDocument(source);
  if (document.value === null)
    return { definition: null, problems: document.problems, warnings: [], shape: 'current' };
  if (!isOlder(document.value)) {
    const reading = startReading(document, known);
    return { ...conclude(reading, document.problems, check(reading, document.value)), shape: 'current' };
  }
  const conversion = convertOlder(document, known);
  const reading = startReading(placesOfOlder(document, conversion), known);
  const definition = conversion.value === null ? null : check(reading, conversion.value);
  const before = [...document.problems, ...conversion.problems];
  return {
    ...conclude(reading, before, definition),
    shape: 'older',
    converted: { value: conversion.value, report: conversion.report },
  };
}

/** Problems of the new shape stand where the older file says the same. */
function placesOfOlder(
  document: ParsedDocument,
  { olderPath }: ReturnType<typeof convertOlder>,
): Pick<ParsedDocument, 'positionOf' | 'lineOf'> {
  return {
    positionOf: (path) => document.positionOf(olderPath(path)),
    lineOf: (path) => document.lineOf(olderPath(path)),
  };
}

function check(reading: Reading, value: unknown): WorkflowDefinition | null {
  const draft = readDefinition(reading, value);
  if (!draft) return null;
  const { definition, placed } = draft;
  if (placed.length > MOST_STEPS || hasTooMany(reading, value)) return null;
  const found = expressionsOf(definition, placed);
  checkGraph(reading, placed, found);
  const expressions = checkExpressions(reading, definition, { placed, expressions: found });
  checkActions(reading, { name: definition.name, placed, expressions });
  checkTriggers(reading, definition, { placed, given: isRecord(value) ? value.on : undefined });
  warnOfSecrets(reading, definition, placed);
  return definition;
}

function hasTooMany(reading: Reading, value: unknown): boolean {
  if (JSON.stringify(value).split('${{').length - 1 <= MOST_EXPRESSIONS) return false;
  reading.problem([], 'too-large', `The document has more than ${MOST_EXPRESSIONS} expressions.`);
  return true;
}

function conclude(
  { problems, warnings }: Reading,
  before: readonly DefinitionProblem[],
  definition: WorkflowDefinition | null,
): Pick<ReadWorkflow, 'definition' | 'problems' | 'warnings'> {
  const all = [...before, ...problems].sort(byPlace).slice(0, MOST_PROBLEMS);
  const checked = all.length === 0 && definition ? WorkflowDefinition.safeParse(definition) : null;
  if (checked && !checked.success)
    all.push({
      ...{ line: 1, column: 1, field: checked.error.issues[0]?.path.map(String).join('.') || '(all)' },
      ...{ code: 'wrong-value', message: `${checked.error.issues[0]?.message ?? 'This is not a workflow'}.` },
    });
  return {
    definition: checked?.success ? checked.data : null,
    problems: all,
    warnings: [...warnings].sort(byPlace),
  };
}

function byPlace(a: DefinitionProblem, b: DefinitionProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
