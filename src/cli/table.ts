import { oneLine, pad, shorten, type Terminal, widthOf } from './terminal.ts';

export interface Column {
  title?: string;
  align?: 'left' | 'right';
  /** At least so wide, to stand below another table. */
  width?: number;
  /** May be cut down to this many columns when the line is too long; never cut when absent. */
  min?: number;
  /** Where it is cut; paths in the middle. */
  cut?: 'end' | 'middle';
  paint?: (text: string, row: number) => string;
}

const GAP = 2;

/** Rows in aligned columns that shorten the terminal. The columns that may be cut give way, the widest first. */
export function table(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  indent = 0,
): string {
  const cells = rows.map((row) => columns.map((_, index) => oneLine(row[index] ?? '')));
  const titled = columns.some((column) => column.title !== undefined);
  const widths = columns.map((column, index) =>
    Math.max(
      column.width ?? 0,
      titled ? widthOf(column.title ?? '') : 0,
      cells.reduce((most, row) => Math.max(most, widthOf(row[index] ?? '')), 0),
    ),
  );
  shrink(widths, columns, terminal.width - indent - GAP * (columns.length - 1));
  const line = (row: readonly string[], paint: (text: string, column: Column) => string) =>
    `${' '.repeat(indent)}${row
      .map((text, index) => {
        const column = columns[index] as Column;
        const width = widths[index] ?? 0;
        const shown = shorten(text, width, column.cut);
        const last = index === row.length - 1 && column.align !== 'right';
        return paint(last ? shown : pad(shown, width, column.align), column);
      })
      .join(' '.repeat(GAP))}`.trimEnd();
  const body = cells.map((row, index) => line(row, (text, column) => column.paint?.(text, index) ?? text));
  if (!titled) return body.join('\n');
  const head = line(
    columns.map((column) => column.title ?? ''),
    (text) => terminal.c.dim(text),
  );
  return [head, ...body].join('\n');
}

/** Names and values below each other. */
export function facts(terminal: Terminal, rows: readonly (readonly [string, string | null])[]): string {
  const shown = rows.filter((row): row is [string, string] => row[1] !== null);
  return table(terminal, [{ paint: terminal.c.dim }, { min: 20 }], shown);
}

function shrink(widths: number[], columns: readonly Column[], available: number): void {
  for (;;) {
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (total <= available) return;
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const width = widths[index] ?? 0;
      if (column.min !== undefined && width > column.min && width > (widths[widest] ?? -1)) widest = index;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
