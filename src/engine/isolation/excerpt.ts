import type { Excerpt, FlowStep } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import type { ReadFiles } from '../../plugin/powers/read-files.ts';
import type { FindingEvent } from '../../plugin/task.ts';

const LINES_AROUND = 20;
const LINE_LENGTH = 240;
const MAX_FILE = 4 * 1024 * 1024;

/** Of a step of the data flow: so many lines, so long; of a long flow its beginning and its end. */
const STEP_LINES_AROUND = 3;
const STEP_LINE_LENGTH = 200;
const MOST_STEPS = 20;
/** A flow goes to and fro between a few files. */
const KEPT_FILES = 4;

/** The finding with the text around it and around its steps, where they stand in plain text files and the task gave none itself. */
export function addExcerpt<E extends FindingEvent<string>>(event: E, files: ReadFiles | undefined): E {
  if (!files) return event;
  const excerpt = event.excerpt ?? excerptAt(files, event.at, { around: LINES_AROUND, length: LINE_LENGTH });
  const flow = event.flow && withCode(event.flow, files, { at: event.at, excerpt });
  if (excerpt === event.excerpt && flow === event.flow) return event;
  return { ...event, ...(excerpt && { excerpt }), ...(flow && { flow }) };
}

interface Own {
  at: Location;
  excerpt: Excerpt | undefined;
}

function withCode(flow: readonly FlowStep[], files: ReadFiles, own: Own): readonly FlowStep[] {
  const last = flow.length - MOST_STEPS / 2;
  return flow.map((step, index) => {
    // What the finding's own lines show is not stored twice.
    if (step.excerpt || (index >= MOST_STEPS / 2 && index < last) || shows(own, step.at)) return step;
    const size = { around: STEP_LINES_AROUND, length: STEP_LINE_LENGTH };
    const excerpt = excerptAt(files, step.at, size);
    return excerpt ? { ...step, excerpt } : step;
  });
}

function shows({ at, excerpt }: Own, step: Location): boolean {
  if (!excerpt || at.kind !== 'file' || step.kind !== 'file' || at.path !== step.path) return false;
  if (at.inside !== step.inside || at.commit !== step.commit || !step.region) return false;
  const line = step.region.startLine;
  return line >= excerpt.firstLine && line < excerpt.firstLine + excerpt.lines.length;
}

function excerptAt(
  files: ReadFiles,
  at: Location,
  { around, length }: { around: number; length: number },
): Excerpt | undefined {
  if (at.kind !== 'file' || !at.region || at.inside !== undefined || at.commit !== undefined)
    return undefined;
  const lines = linesOf(files, at.path);
  const line = at.region.startLine;
  if (!lines || line > lines.length) return undefined;
  const firstLine = Math.max(1, line - around);
  return {
    firstLine,
    lines: lines.slice(firstLine - 1, line + around).map((part) => part.slice(0, length)),
  };
}

/** The files that were read last: findings of one file come together, and a thousand of them read it once. */
const recent = new WeakMap<ReadFiles, Map<string, readonly string[] | undefined>>();

function linesOf(files: ReadFiles, path: string): readonly string[] | undefined {
  const known = recent.get(files) ?? new Map<string, readonly string[] | undefined>();
  recent.set(files, known);
  const lines = known.has(path) ? known.get(path) : readLines(files, path);
  known.delete(path);
  known.set(path, lines);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT_FILES) break;
    known.delete(oldest);
  }
  return lines;
}

function readLines(files: ReadFiles, path: string): string[] | undefined {
  try {
    return new TextDecoder().decode(files.read(path, { maxBytes: MAX_FILE })).split(/\r?\n/);
  } catch {
    // The finding stands without its excerpt: the file may have changed or be too large to show.
    return undefined;
  }
}
