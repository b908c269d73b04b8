import type { Excerpt } from '../../model/finding.ts';

const MAX_LINES = 60;

/** `12: code` or `12 code` per line, as bandit and gosec print it: the lines with their numbers. */
export function numberedExcerpt(code: string): Excerpt | undefined {
  const lines: string[] = [];
  let firstLine = 0;
  for (const text of code.split('\n')) {
    const match = /^\s*(\d{1,9})(?::\s?|\s|$)(.*)$/s.exec(text);
    if (!match) continue;
    const number = Number(match[1]);
    if (lines.length === 0) firstLine = number;
    // A gap (code that was left out) ends the window.
    else if (number !== firstLine + lines.length) break;
    lines.push(match[2] ?? '');
    if (lines.length === MAX_LINES) break;
  }
  return lines.length > 0 && firstLine > 0 ? { firstLine, lines } : undefined;
}

/** These lines of the excerpt as text; all of it when it has none of them. */
export function linesOf(excerpt: Excerpt | undefined, from: number, to = from): string {
  if (!excerpt) return '';
  const part = excerpt.lines.slice(Math.max(0, from - excerpt.firstLine), to - excerpt.firstLine + 1);
  return (part.length > 0 ? part : excerpt.lines).join('\n');
}
