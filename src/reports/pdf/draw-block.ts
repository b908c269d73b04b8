import { describeLocation } from '../../model/location.ts';
import type { Block, Text } from '../document/block.ts';
import { plain } from '../document/block.ts';
import { findingFacts } from '../document/parts.ts';
import type { ReportFinding, ReportHead } from '../model.ts';
import { drawCharts } from './chart.ts';
import { chipWidth, drawChip } from './chip.ts';
import { INK } from './palette.ts';
import { CONTENT, type Element, PAGE, type Sheet } from './sheet.ts';
import { drawTable } from './table.ts';

const HEADINGS = {
  1: { size: 17, above: 0, below: 8 },
  2: { size: 12.5, above: 14, below: 5 },
  3: { size: 10.5, above: 10, below: 3 },
} as const;

/** One block on paper. `heading` hears where each heading stands. */
export async function drawBlock(
  sheet: Sheet,
  block: Block,
  context: { head: ReportHead; heading: (text: string, level: 1 | 2 | 3) => void },
): Promise<void> {
  const { root } = sheet;
  switch (block.kind) {
    case 'heading':
      drawHeading(sheet, block, context.heading);
      return;
    case 'paragraph':
      drawText(sheet, root, 'P', block.text, {
        color: block.tone === 'warning' ? INK.warning : block.tone === 'muted' ? INK.text2 : INK.text,
      });
      return;
    case 'quote':
      drawText(sheet, root, 'BlockQuote', block.text, {
        x: PAGE.left + 14,
        width: CONTENT - 14,
        color: INK.text2,
      });
      return;
    case 'facts':
      drawFacts(sheet, root, block.rows);
      return;
    case 'list':
      drawList(sheet, root, block.items, block.ordered === true);
      return;
    case 'code':
      drawCode(sheet, root, { lines: block.text.split('\n'), firstLine: block.firstLine, hit: block.hit });
      return;
    case 'charts':
      sheet.gap(6);
      drawCharts(sheet, root, block.charts);
      return;
    case 'table':
      sheet.gap(4);
      await drawTable(sheet, root, block);
      return;
    case 'finding':
      drawFinding(sheet, block.finding, context.head);
      return;
    case 'page-break':
      sheet.page();
      return;
    case 'explorer':
  }
}

function drawHeading(
  sheet: Sheet,
  block: Extract<Block, { kind: 'heading' }>,
  told: (text: string, level: 1 | 2 | 3) => void,
): void {
  const { size, above, below } = HEADINGS[block.level];
  // A chapter begins a page, unless the one before it is nearly empty.
  if (block.level === 1 && sheet.y > PAGE.top + 20) {
    if (sheet.room < 420) sheet.page();
    else sheet.gap(22);
  } else if (sheet.y > PAGE.top) sheet.gap(above);
  const lines = sheet.wrap(block.text, { style: 'bold', size });
  sheet.ensure(lines.length * size * 1.3 + 60);
  told(block.text, block.level);
  const element = sheet.element(`H${block.level}`, sheet.root, { title: block.text });
  sheet.flow(element, `H${block.level}`, lines, {
    style: 'bold',
    size,
    leading: size * 1.3,
    color: block.level === 1 ? INK.accent : INK.text,
  });
  element.end();
  sheet.gap(below);
}

function drawText(
  sheet: Sheet,
  parent: Element,
  type: string,
  text: Text,
  look: { x?: number; width?: number; color?: string; size?: number } = {},
): void {
  const element = sheet.element(type, parent);
  const { size = 10 } = look;
  sheet.flow(element, type, sheet.wrap(plain(text), { ...look, size }), { ...look, size });
  const link = typeof text === 'string' ? undefined : text.find(({ href }) => href !== undefined)?.href;
  if (link !== undefined) {
    const target = sheet.element('Link', element);
    sheet.doc.link(look.x ?? PAGE.left, sheet.y - size * 1.42, look.width ?? CONTENT, size * 1.42, link, {
      structParent: target,
      Contents: new String(link),
    } as unknown as PDFKit.Mixins.AnnotationOption);
    target.end();
  }
  element.end();
  sheet.gap(5);
}

function drawList(sheet: Sheet, parent: Element, items: readonly Text[], ordered: boolean): void {
  const list = sheet.element('L', parent);
  items.forEach((item, index) => {
    const li = sheet.element('LI', list);
    sheet.ensure(15);
    const label = sheet.element('Lbl', li);
    sheet.inside(label, 'Lbl', () =>
      sheet.line(ordered ? `${index + 1}.` : '•', sheet.y, { x: PAGE.left + 2 }),
    );
    label.end();
    drawText(sheet, li, 'LBody', item, { x: PAGE.left + 16, width: CONTENT - 16 });
    li.end();
    sheet.gap(-3);
  });
  list.end();
  sheet.gap(6);
}

/** Names on the left, values on the right. */
function drawFacts(sheet: Sheet, parent: Element, rows: readonly (readonly [string, string])[]): void {
  const size = 8.5;
  const left = 78;
  const list = sheet.element('L', parent);
  for (const [name, value] of rows) {
    const lines = sheet.wrap(value, { size, width: CONTENT - left });
    sheet.ensure(12);
    const li = sheet.element('LI', list);
    const label = sheet.element('Lbl', li);
    sheet.inside(label, 'Lbl', () =>
      sheet.line(sheet.fonts.drawable(name, 'sans'), sheet.y + 0.5, { x: PAGE.left, size, color: INK.text2 }),
    );
    label.end();
    const body = sheet.element('LBody', li);
    sheet.flow(body, 'LBody', lines, { x: PAGE.left + left, size, leading: 12 });
    body.end();
    li.end();
  }
  list.end();
  sheet.gap(5);
}

function drawFinding(sheet: Sheet, finding: ReportFinding, head: ReportHead): void {
  const chip = chipWidth(sheet, finding.severity) + 7;
  const title = sheet.wrap(finding.title, { style: 'bold', size: 10.5, width: CONTENT - chip });
  sheet.gap(8);
  sheet.ensure(title.length * 14 + 62);
  const heading = sheet.element('H3', sheet.root, { title: finding.title });
  const top = sheet.y;
  sheet.inside(heading, 'H3', () => {
    drawChip(sheet, finding.severity, { x: PAGE.left, y: top + 1 });
    title.forEach((text, index) => {
      sheet.line(text, top + index * 14, { x: PAGE.left + chip, style: 'bold', size: 10.5 });
    });
  });
  heading.end();
  sheet.y = top + title.length * 14 + 2;
  const place = sheet.element('P');
  sheet.flow(place, 'P', sheet.wrap(describeLocation(finding.location), { style: 'mono', size: 8 }), {
    style: 'mono',
    size: 8,
    leading: 11.5,
    color: INK.text2,
  });
  place.end();
  sheet.gap(3);
  if (finding.message && finding.message !== finding.title)
    drawText(sheet, sheet.root, 'P', finding.message, { size: 9.5 });
  drawFacts(sheet, sheet.root, findingFacts(finding, head));
  if (finding.excerpt) {
    const region = 'region' in finding.location ? finding.location.region : undefined;
    drawCode(sheet, sheet.root, {
      lines: finding.excerpt.lines,
      firstLine: finding.excerpt.firstLine,
      hit: region && [region.startLine, region.endLine ?? region.startLine],
    });
  }
}

/** Code with its numbers; the lines of the finding are marked. Long lines go on below. */
function drawCode(
  sheet: Sheet,
  parent: Element,
  {
    lines,
    firstLine,
    hit,
  }: {
    lines: readonly string[];
    firstLine?: number | undefined;
    hit?: readonly [number, number] | undefined;
  },
): void {
  const size = 7.5;
  const leading = 10.5;
  const gutter = firstLine === undefined ? 6 : 32;
  const rows = lines.flatMap((text, index) =>
    sheet.wrap(text, { style: 'mono', size, width: CONTENT - gutter - 6 }).map((part, at) => ({
      text: part,
      number: at === 0 && firstLine !== undefined ? firstLine + index : null,
      line: (firstLine ?? 0) + index,
    })),
  );
  const element = sheet.element('Code', sheet.element('P', parent));
  let at = 0;
  sheet.gap(2);
  while (at < rows.length) {
    sheet.ensure(leading + 8);
    const part = rows.slice(at, at + Math.max(1, Math.floor((sheet.room - 8) / leading)));
    const top = sheet.y;
    sheet.artifact(() => {
      sheet.doc.roundedRect(PAGE.left, top, CONTENT, part.length * leading + 8, 3).fill(INK.sunken);
      part.forEach((row, index) => {
        if (hit && row.line >= hit[0] && row.line <= hit[1])
          sheet.doc.rect(PAGE.left, top + 4 + index * leading, CONTENT, leading).fill(INK.hit);
        if (row.number === null) return;
        const text = String(row.number);
        sheet.line(text, top + 4.5 + index * leading, {
          x: PAGE.left + gutter - 8 - sheet.fonts.width(text, 'mono', size),
          style: 'mono',
          size,
          color: INK.text2,
        });
      });
    });
    sheet.inside(element, 'Code', () => {
      part.forEach((row, index) => {
        if (row.text.trim() !== '')
          sheet.line(row.text, top + 4.5 + index * leading, { x: PAGE.left + gutter, style: 'mono', size });
      });
    });
    sheet.y = top + part.length * leading + 8;
    at += part.length;
  }
  element.end();
  sheet.gap(6);
}
