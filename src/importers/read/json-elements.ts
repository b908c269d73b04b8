import type { JsonElement, JsonPath } from '../importer.ts';
import { textOf } from './decode.ts';
import { createJsonScanner, describePath, type Misfit, type ScannedElement } from './json-scanner.ts';
import { MAX_DEPTH, MAX_ELEMENT_BYTES } from './limits.ts';
import { type Lookout, words } from './lookout.ts';
import { type ProblemSink, ReportProblem } from './report-problem.ts';

/** Values at these paths of a JSON document in UTF-8; what is wrong with one or with the document goes to `problems`. */
export async function* jsonElements(
  bytes: AsyncIterable<Buffer>,
  paths: readonly JsonPath[],
  problems: ProblemSink,
  look?: Lookout,
): AsyncGenerator<JsonElement> {
  const misfit = ({ path, byte, kind }: Misfit) =>
    problems.problem(
      elementPlace(path, byte),
      `${words(kind)} stands here where a list or an object is expected: what belongs into it is missing.`,
      { damaged: true },
    );
  const twice = (place: string, byte: number) =>
    problems.problem(`${place} (byte ${byte})`, 'The name stands twice: what is in both is read.', {
      damaged: true,
    });
  const scanner = createJsonScanner(
    paths,
    { bytes: MAX_ELEMENT_BYTES, depth: MAX_DEPTH },
    { look, misfit, twice },
  );
  try {
    for await (const chunk of bytes)
      for (const found of scanner.feed(chunk)) {
        const element = parse(found, problems);
        if (element) yield element;
      }
    for (const found of scanner.end()) {
      const element = parse(found, problems);
      if (element) yield element;
    }
  } catch (error) {
    if (!(error instanceof ReportProblem)) throw error;
    problems.problem(error.at, error.message, { damaged: true });
  }
}

function parse(found: ScannedElement, problems: ProblemSink): JsonElement | undefined {
  const { path, byte, refused } = found;
  const at = elementPlace(path, byte);
  if (refused) {
    const why =
      refused === 'large'
        ? `is larger than ${MAX_ELEMENT_BYTES / 1024 / 1024} MB`
        : `is nested deeper than ${MAX_DEPTH} levels`;
    problems.problem(at, `The element ${why} and is left out.`, { damaged: true });
    return undefined;
  }
  return parseJson({ path, byte }, found, problems);
}

/** The value of the bytes; undefined with a problem line when they are no JSON. */
export function parseJson(
  { path, byte }: Pick<JsonElement, 'path' | 'byte'>,
  { bytes, pairs }: { bytes: Buffer; pairs: number | null },
  problems: ProblemSink,
): JsonElement | undefined {
  const at = elementPlace(path, byte);
  const text = textOf(bytes, () => problems.problem(at, 'Bytes that are not UTF-8 are shown as �.'));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.problem(at, 'The element is not JSON and is left out.', { damaged: true });
    return undefined;
  }
  if (pairs !== null && pairs > 0) {
    const doubled = pairs - countKeys(value);
    if (doubled > 0)
      problems.problem(
        at,
        `${doubled === 1 ? 'A name stands' : `${doubled} names stand`} twice: the last value counts.`,
      );
  }
  return { path, value, byte };
}

function elementPlace(path: readonly (string | number)[], byte: number): string {
  const where = describePath(path);
  return where === '' ? `byte ${byte}` : `${where} (byte ${byte})`;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const part of value) if (typeof part === 'object') count += countKeys(part);
    return count;
  }
  for (const name in value) {
    count += 1;
    const part = (value as Record<string, unknown>)[name];
    if (typeof part === 'object') count += countKeys(part);
  }
  return count;
}
