import type { Path } from '../definition/problem.ts';
import { type Conversion, isRecord } from './conversion.ts';
import type { OlderStep } from './older-step.ts';
import { readPrerequisites } from './prerequisites.ts';
import { type Field, fieldAt, readText } from './read-value.ts';

export interface About {
  /** What stands at the top of the new document. */
  before: Record<string, unknown>;
  /** What stands at its end. */
  after: Record<string, unknown>;
}

/** What a workflow says about itself, and what has no other place now. */
export function readMetadata(
  conversion: Conversion,
  {
    body,
    path,
    outer,
    steps,
  }: { body: Record<string, unknown>; path: Path; outer: Field | null; steps: readonly OlderStep[] },
): About {
  const before: Record<string, unknown> = {};
  for (const key of ['description', 'author'] as const) {
    const text = readText(conversion, fieldAt(body, key, path));
    if (text !== null) before[key] = text;
  }
  const inner = fieldAt(body, 'metadata', path);
  const metadata = { ...mapOf(conversion, outer), ...mapOf(conversion, inner) };
  const tags = readTags(conversion, fieldAt(body, 'tags', path), metadata);
  if (tags) before.tags = tags;
  const version = fieldAt(body, 'version', path);
  if (version) keep(conversion, metadata, { key: 'version', value: version.value, from: version });
  keepDescriptions(conversion, metadata, steps);
  const unchecked = readPrerequisites(conversion, fieldAt(body, 'prerequisites', path));
  if (unchecked.length > 0)
    metadata[Object.hasOwn(metadata, 'prerequisites') ? 'older_prerequisites' : 'prerequisites'] = unchecked;
  return { before, after: Object.keys(metadata).length > 0 ? { metadata } : {} };
}

function mapOf(conversion: Conversion, field: Field | null): Record<string, unknown> {
  if (!field) return {};
  if (isRecord(field.value)) return field.value;
  conversion.problem(field.path, 'wrong-value', "'metadata' is a map of names to values.");
  return {};
}

/** The wrapped shape has its tags below `metadata`. */
function readTags(
  conversion: Conversion,
  field: Field | null,
  metadata: Record<string, unknown>,
): string[] | null {
  const value = field ? field.value : metadata.tags;
  if (value === undefined) return null;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((tag) => typeof tag === 'string')) {
    if (!field) delete metadata.tags;
    return list;
  }
  if (field) conversion.problem(field.path, 'wrong-value', "'tags' is a list of texts.");
  return null;
}

function keepDescriptions(
  conversion: Conversion,
  metadata: Record<string, unknown>,
  steps: readonly OlderStep[],
): void {
  const descriptions: [string, string][] = [];
  let first: Field | null = null;
  for (const step of steps) {
    const field = fieldAt(step.raw, 'description', step.path);
    const text = readText(conversion, field);
    if (text === null) continue;
    first ??= field;
    descriptions.push([step.name, text]);
  }
  if (first)
    keep(conversion, metadata, {
      key: 'step_descriptions',
      value: Object.fromEntries(descriptions),
      from: first,
    });
}

function keep(
  conversion: Conversion,
  metadata: Record<string, unknown>,
  { key, value, from }: { key: string; value: unknown; from: Field },
): void {
  metadata[key] = value;
  conversion.note(from.path, {
    what: 'translated',
    from: String(from.path.at(-1)),
    to: `metadata.${key}`,
    message: 'It has no place of its own now; it is kept in the metadata.',
  });
}
