import pc from 'picocolors';
import { stringify } from 'yaml';
import { visibleText } from '../lib/visible-text.ts';
import type { Severity } from '../model/severity.ts';
import type { GlobalOptions } from './main.ts';

const COLOURS: Record<Severity, (text: string) => string> = {
  critical: (text) => pc.bold(pc.red(text)),
  high: pc.red,
  medium: pc.yellow,
  low: pc.cyan,
  info: pc.dim,
};

export function severityText(severity: Severity, width = 0): string {
  return COLOURS[severity](severity.padEnd(width));
}

/** The width that lines may take: the terminal's, or 120 where there is none. */
export function lineWidth(): number {
  return process.stdout.columns ?? 120;
}

/** Cuts in the middle of a path and at the end of a sentence, so that what tells most stays. */
export function fit(text: string, width: number, where: 'middle' | 'end' = 'end'): string {
  const clean = visibleText(text).replace(/\s+/g, ' ');
  if (clean.length <= width) return clean;
  if (width < 2) return clean.slice(0, width);
  if (where === 'end') return `${clean.slice(0, width - 1)}…`;
  const head = Math.floor((width - 1) / 3);
  return `${clean.slice(0, head)}…${clean.slice(clean.length - (width - 1 - head))}`;
}

/** Columns aligned to their widest cell; the last one takes what is left. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)),
    [],
  );
  const left = lineWidth() - widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? fit(cell, Math.max(20, left)) : cell.padEnd(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Prints in the format that was asked for; `readable` makes the table. */
export function print(value: unknown, globals: GlobalOptions, readable: () => string): void {
  if (globals.format === 'json') process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else if (globals.format === 'yaml') process.stdout.write(stringify(value));
  else process.stdout.write(`${readable()}\n`);
}
