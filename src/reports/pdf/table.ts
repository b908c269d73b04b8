import type { Cell, TableColumn } from '../document/block.ts';
import { capital } from '../document/words.ts';
import { chipWidth, drawChip } from './chip.ts';
import { INK } from './palette.ts';
import { CONTENT, type Element, PAGE, type Sheet } from './sheet.ts';

const SIZE = 8.5;
const LEADING = 11.5;
const PAD = 5;
/** A cell that is longer is written over several rows of lines, but a single one must fit on a page. */
const MOST_LINES = 48;

interface Drawn {
  lines: string[];
  style: 'sans' | 'mono';
  severity?: Parameters<typeof drawChip>[1];
}

/** A table with its head again on every page; rows are never split. */
export async function drawTable(
  sheet: Sheet,
  parent: Element,
  table: {
    caption: string;
    columns: readonly TableColumn[];
    rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>;
  },
): Promise<void> {
  const { columns } = table;
  const widths = widthsOf(columns);
  const element = sheet.element('Table', parent);
  sheet.ensure(70);
  if (table.caption) caption(sheet, element, table.caption);
  const head = sheet.element('THead', element);
  drawHead(sheet, columns, widths, head);
  head.end();
  const body = sheet.element('TBody', element);
  let any = false;
  for await (const row of table.rows) {
    any = true;
    const cells = row.map((cell, index) => measured(sheet, cell, (widths[index] ?? 0) - 2 * PAD));
    const height = Math.max(1, ...cells.map(({ lines }) => lines.length)) * LEADING + 2 * 3.5;
    if (sheet.ensure(height)) sheet.artifact(() => headCells(sheet, columns, widths), 'Pagination');
    const tr = sheet.element('TR', body);
    const top = sheet.y;
    let x: number = PAGE.left;
    cells.forEach((cell, index) => {
      const td = sheet.element(
        index === 0 && cell.severity === undefined ? 'TH' : 'TD',
        tr,
        index === 0 && cell.severity === undefined ? { scope: 'Row' } : {},
      );
      const width = widths[index] ?? 0;
      sheet.inside(td, 'TD', () =>
        drawCell(sheet, cell, { x, top, width, end: columns[index]?.align === 'end' }),
      );
      td.end();
      x += width;
    });
    tr.end();
    sheet.y = top + height;
    rule(sheet);
  }
  if (!any) emptyRow(sheet, body);
  body.end();
  element.end();
  sheet.gap(10);
}

function widthsOf(columns: readonly TableColumn[]): number[] {
  const all = columns.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return columns.map(({ weight = 1 }) => (weight / all) * CONTENT);
}

function caption(sheet: Sheet, table: Element, text: string): void {
  const element = sheet.element('Caption', table);
  sheet.flow(element, 'Caption', sheet.wrap(text, { size: 9 }), { size: 9, color: INK.text2 });
  element.end();
  sheet.gap(2);
}

function drawHead(
  sheet: Sheet,
  columns: readonly TableColumn[],
  widths: readonly number[],
  head: Element,
): void {
  const tr = sheet.element('TR', head);
  const top = sheet.y;
  sheet.artifact(() => sheet.doc.rect(PAGE.left, top, CONTENT, 18).fill(INK.sunken));
  let x: number = PAGE.left;
  columns.forEach((column, index) => {
    const th = sheet.element('TH', tr, { scope: 'Column' });
    sheet.inside(th, 'TH', () => headText(sheet, column, { x, top, width: widths[index] ?? 0 }));
    th.end();
    x += widths[index] ?? 0;
  });
  tr.end();
  sheet.y = top + 18;
}

/** On a further page, where the structure has it already. */
function headCells(sheet: Sheet, columns: readonly TableColumn[], widths: readonly number[]): void {
  const top = sheet.y;
  sheet.doc.rect(PAGE.left, top, CONTENT, 18).fill(INK.sunken);
  let x: number = PAGE.left;
  columns.forEach((column, index) => {
    headText(sheet, column, { x, top, width: widths[index] ?? 0 });
    x += widths[index] ?? 0;
  });
  sheet.y = top + 18;
}

function headText(
  sheet: Sheet,
  { title, align }: TableColumn,
  box: { x: number; top: number; width: number },
): void {
  const text = sheet.wrap(title, { style: 'bold', size: 8, width: box.width - PAD })[0] ?? '';
  const wide = sheet.fonts.width(text, 'bold', 8);
  const x = align === 'end' ? box.x + box.width - PAD - wide : box.x + PAD;
  sheet.line(text, box.top + 4, { x, style: 'bold', size: 8, color: INK.text2 });
}

function measured(sheet: Sheet, cell: Cell, width: number): Drawn {
  if (typeof cell === 'object' && 'severity' in cell)
    return { lines: [capital(cell.severity)], style: 'sans', severity: cell.severity };
  const mono = typeof cell === 'object' && 'code' in cell;
  const text =
    typeof cell === 'number'
      ? cell.toLocaleString('en-US')
      : typeof cell === 'string'
        ? cell
        : mono
          ? cell.code
          : cell.text;
  const style = mono ? 'mono' : 'sans';
  const lines = sheet.wrap(text, { style, size: mono ? 7.5 : SIZE, width });
  if (lines.length <= MOST_LINES) return { lines, style };
  return {
    lines: [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} further lines`],
    style,
  };
}

function drawCell(
  sheet: Sheet,
  cell: Drawn,
  box: { x: number; top: number; width: number; end: boolean },
): void {
  if (cell.severity) {
    const small = chipWidth(sheet, cell.severity) > box.width - PAD;
    drawChip(sheet, cell.severity, { x: box.x + (small ? 1 : PAD), y: box.top + 3 });
    return;
  }
  const size = cell.style === 'mono' ? 7.5 : SIZE;
  cell.lines.forEach((text, index) => {
    const wide = box.end ? sheet.fonts.width(text, cell.style, size) : 0;
    const x = box.end ? box.x + box.width - PAD - wide : box.x + PAD;
    if (text !== '') sheet.line(text, box.top + 3.5 + index * LEADING, { x, style: cell.style, size });
  });
}

function rule(sheet: Sheet): void {
  sheet.artifact(() =>
    sheet.doc
      .lineWidth(0.5)
      .strokeColor(INK.border)
      .moveTo(PAGE.left, sheet.y)
      .lineTo(PAGE.left + CONTENT, sheet.y)
      .stroke(),
  );
}

function emptyRow(sheet: Sheet, body: Element): void {
  const tr = sheet.element('TR', body);
  const td = sheet.element('TD', tr);
  sheet.inside(td, 'TD', () =>
    sheet.line('none', sheet.y + 3, { x: PAGE.left + PAD, size: SIZE, color: INK.text2 }),
  );
  td.end();
  tr.end();
  sheet.gap(18);
}
