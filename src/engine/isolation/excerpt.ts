import type { Excerpt } from '../../model/finding.ts';
import type { ReadFiles } from '../../plugin/powers/read-files.ts';
import type { FindingEvent } from '../../plugin/task.ts';

const LINES_AROUND = 20;
const LINE_LENGTH = 240;
const MAX_FILE = 4 * 1024 * 1024;

/** The finding with the text around it, when it stands in a plain text file and the task gave no excerpt itself. */
export function addExcerpt<E extends FindingEvent<string>>(event: E, files: ReadFiles | undefined): E {
  const at = event.at;
  if (
    event.excerpt ||
    !files ||
    at.kind !== 'file' ||
    !at.region ||
    at.inside !== undefined ||
    at.commit !== undefined
  )
    return event;
  const excerpt = readExcerpt(files, at.path, at.region.startLine);
  return excerpt ? { ...event, excerpt } : event;
}

function readExcerpt(files: ReadFiles, path: string, line: number): Excerpt | undefined {
  const lines = linesOf(files, path);
  if (!lines) return undefined;
  const first = Math.max(1, line - LINES_AROUND);
  return {
    firstLine: first,
    lines: lines.slice(first - 1, line + LINES_AROUND).map((part) => part.slice(0, LINE_LENGTH)),
  };
}

/** The file that was read last: findings of one file come together, and a thousand of them read it once. */
const last = new WeakMap<ReadFiles, { path: string; lines: readonly string[] | undefined }>();

function linesOf(files: ReadFiles, path: string): readonly string[] | undefined {
  const known = last.get(files);
  if (known?.path === path) return known.lines;
  let lines: string[] | undefined;
  try {
    lines = new TextDecoder().decode(files.read(path, { maxBytes: MAX_FILE })).split(/\r?\n/);
  } catch {
    // The finding stands without its excerpt: the file may have changed or be too large to show.
  }
  last.set(files, { path, lines });
  return lines;
}
