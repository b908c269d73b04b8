import type { Section } from '../../model/workflow.ts';
import type { Path } from '../definition/problem.ts';
import type { Conversion } from './conversion.ts';
import { type Field, fieldAt, readBoolean } from './read-value.ts';

/** One step of the older file on its way. */
export interface OlderStep {
  /** As it is written there. */
  name: string;
  /** What it is called now; set when all names are known. */
  newName: string;
  raw: Record<string, unknown>;
  path: Path;
  section: Section;
  /** Runs because of others, not in the order of the file. */
  handler: boolean;
  /** Runs when everything else has ended well. */
  atEnd: boolean;
  /** Needs that its place adds. */
  after: OlderStep[];
  /** It runs only when that step ended so. */
  gates: { of: OlderStep; status: 'done' | 'failed' }[];
  /** Others go on when it failed. */
  tolerant: boolean;
}

/** What one conversion knows about its steps. */
export interface Flow {
  conversion: Conversion;
  /** In the order of the file, handlers after them. */
  steps: OlderStep[];
  /** Those of `steps:` by their older name. */
  byName: Map<string, OlderStep>;
  /** Of the workflow: `continue_on_error`. */
  tolerant: boolean;
}

export function newStep(
  flow: Flow,
  { name, raw, path }: Pick<OlderStep, 'name' | 'raw' | 'path'>,
): OlderStep {
  return {
    name,
    newName: name,
    raw,
    path,
    section: 'steps',
    handler: false,
    atEnd: false,
    after: [],
    gates: [],
    tolerant: readTolerance(flow, raw, path),
  };
}

/** `optional`, `required`, `continue_on_failure` and `continue_on_error` say the same thing in four ways. */
function readTolerance(flow: Flow, raw: Record<string, unknown>, path: Path): boolean {
  const { conversion } = flow;
  const said: { field: Field; tolerant: boolean }[] = [];
  for (const key of ['optional', 'required', 'continue_on_failure', 'continue_on_error'] as const) {
    const field = fieldAt(raw, key, path);
    const value = readBoolean(conversion, field);
    if (field && value !== null) said.push({ field, tolerant: key === 'required' ? !value : value });
  }
  const [first] = said;
  if (!first) return flow.tolerant;
  const other = said.find((one) => one.tolerant !== first.tolerant);
  if (other)
    conversion.problem(
      other.field.path,
      'wrong-value',
      `'${other.field.path.at(-1)}' contradicts '${first.field.path.at(-1)}'. Keep one of the two.`,
    );
  for (const { field, tolerant } of said)
    if (field.path.at(-1) !== 'continue_on_error')
      conversion.note(field.path, {
        what: 'translated',
        from: `${field.path.at(-1)}: ${String(field.value)}`,
        to: `continue_on_error: ${tolerant}`,
        message: tolerant ? 'When it fails the others go on.' : 'When it fails the workflow fails.',
      });
  return first.tolerant;
}
