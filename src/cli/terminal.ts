import truncatedWidth from 'fast-string-truncated-width';
import pc from 'picocolors';
import { environment } from '../config.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Severity } from '../model/severity.ts';
import type { GlobalOptions } from './globals.ts';

/** 100 columns where there is no terminal: fits a log viewer and a mail. */
const PLAIN_WIDTH = 100;

type Paint = (text: string) => string;
type Colours = ReturnType<typeof pc.createColors>;

/** One output stream as something to draw on. */
export interface Terminal {
  interactive: boolean;
  /** Columns that a line may take. */
  width: number;
  c: Colours;
  severity(severity: Severity): Paint;
  write(text: string): void;
}

export function openTerminal(
  stream: NodeJS.WriteStream,
  globals: Pick<GlobalOptions, 'color'> = {},
): Terminal {
  const env = environment();
  const interactive = stream.isTTY === true;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const refused = globals.color === false || !!env.NO_COLOR || env.TERM === 'dumb';
  const c = pc.createColors(!refused && (interactive || forced));
  const paints: Record<Severity, Paint> = {
    critical: (text) => c.bold(c.red(text)),
    high: c.red,
    medium: c.yellow,
    low: c.cyan,
    info: c.dim,
  };
  return {
    interactive,
    // Into a pager the lines still end on the screen that the errors go to.
    width: Math.max(40, stream.columns ?? process.stderr.columns ?? (Number(env.COLUMNS) || PLAIN_WIDTH)),
    c,
    severity: (severity) => paints[severity],
    write: (text) => void stream.write(text),
  };
}

/** Columns that the text takes: wide characters count two, escapes none. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** Control and invisible characters as visible text, white space as one space. */
export function oneLine(text: string): string {
  return visibleText(text).replace(/\s+/g, ' ').trim();
}

/** Cut to `width` columns: at the end, or in the middle, where the ends tell more (paths). The text has no escapes yet. */
export function shorten(text: string, width: number, where: 'end' | 'middle' = 'end'): string {
  if (widthOf(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  if (where === 'end') return `${cut(text, width - 1)}…`;
  const head = cut(text, Math.floor((width - 1) / 3));
  let tail = text.slice(-(width - 1 - widthOf(head)));
  while (widthOf(tail) > width - 1 - widthOf(head)) tail = tail.slice(1);
  return `${head}…${tail}`;
}

export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? `${text}${space}` : `${space}${text}`;
}

/** Lines of at most `width` columns, broken at spaces; a longer word stands alone. Paragraphs are kept. */
export function wrap(text: string, width: number): string[] {
  return visibleText(text)
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.split(/\s+/).filter(Boolean)) {
        if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
          lines.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      return [...lines, line];
    });
}

function cut(text: string, width: number): string {
  const { index } = truncatedWidth(text, { limit: width, ellipsis: '' });
  return text.slice(0, index);
}
