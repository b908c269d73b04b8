import { againstText, timeText, verdict } from '../document/words.ts';
import type { Rendering } from '../render/render-format.ts';
import { INK } from './palette.ts';
import { CONTENT, type Element, PAGE, type Sheet } from './sheet.ts';

export interface Entry {
  text: string;
  level: 1 | 2;
}

const ROW = { 1: 20, 2: 14.5 } as const;
const TOP = PAGE.top + 40;

export function drawCover(sheet: Sheet, { snapshot: { head }, options, hash, redacted }: Rendering): void {
  const { look } = options.template;
  sheet.page();
  const { doc } = sheet;
  sheet.artifact(() => doc.rect(0, 0, 10, PAGE.height).fill(INK.accent));
  if (look.logo) {
    const figure = sheet.element('Figure', sheet.root, {
      alt: look.organisation || 'Logo',
      bbox: [PAGE.left, 64, PAGE.left + 180, 118],
    });
    sheet.inside(figure, 'Figure', () =>
      doc.image(Buffer.from(look.logo?.data ?? '', 'base64'), PAGE.left, 64, { fit: [180, 54] }),
    );
    figure.end();
  } else if (look.organisation) paragraph(sheet, look.organisation, { y: 84, size: 13, style: 'bold' });
  if (head.classification)
    paragraph(sheet, head.classification.toUpperCase(), {
      y: 210,
      size: 9.5,
      style: 'bold',
      color: INK.warning,
    });
  const title = sheet.wrap(head.title, { style: 'bold', size: 28, width: CONTENT - 20 });
  const element = sheet.element('H1', sheet.root, { title: head.title });
  sheet.y = 232;
  sheet.flow(element, 'H1', title, { style: 'bold', size: 28, leading: 35 });
  element.end();
  sheet.gap(10);
  paragraph(sheet, verdict(head), { y: sheet.y, size: 12.5, color: INK.text2, width: CONTENT - 60 });
  const facts: [string, string][] = [
    ['Project', head.project.name],
    ['About', head.scope],
    ['State of', timeText(head.asOf)],
    ['Compared', againstText(head)?.replace(/^Compared with /, '') ?? ''],
    ['Made by', [head.actor, `SentinelX ${head.version}`].filter(Boolean).join(', with ')],
    ['Report', head.report],
    ['SHA-256', hash],
    ['Note', redacted ? 'Redacted: without code, evidence and names of places.' : ''],
  ];
  sheet.y = 560;
  const list = sheet.element('L');
  for (const [name, value] of facts) {
    if (value === '') continue;
    const li = sheet.element('LI', list);
    const label = sheet.element('Lbl', li);
    sheet.inside(label, 'Lbl', () => sheet.line(name, sheet.y, { x: PAGE.left, size: 9, color: INK.text2 }));
    label.end();
    const style = name === 'SHA-256' || name === 'Report' ? 'mono' : 'sans';
    const body = sheet.element('LBody', li);
    sheet.flow(
      body,
      'LBody',
      sheet.wrap(value, { style, size: style === 'mono' ? 8.5 : 9, width: CONTENT - 80 }),
      { style, size: style === 'mono' ? 8.5 : 9, x: PAGE.left + 80, leading: 14 },
    );
    body.end();
    li.end();
  }
  list.end();
}

function paragraph(
  sheet: Sheet,
  text: string,
  at: { y: number; size: number; style?: 'bold' | 'sans'; color?: string; width?: number },
): void {
  const element = sheet.element('P');
  sheet.y = at.y;
  sheet.flow(element, 'P', sheet.wrap(text, at), { ...at, leading: at.size * 1.4 });
  element.end();
}

/** Pages that the contents will need: they stand before what they list, and its pages are known only afterwards. */
export function contentsPages(entries: readonly Entry[]): Entry[][] {
  const pages: Entry[][] = [[]];
  let y: number = TOP;
  for (const entry of entries) {
    if (y + ROW[entry.level] > PAGE.height - PAGE.bottom) {
      pages.push([]);
      y = PAGE.top;
    }
    pages.at(-1)?.push(entry);
    y += ROW[entry.level];
  }
  return pages;
}

export function reserveContents(sheet: Sheet, pages: readonly (readonly Entry[])[]): Element {
  const title = sheet.element('P');
  const toc = sheet.element('TOC');
  pages.forEach((_, index) => {
    sheet.page();
    if (index > 0) return;
    sheet.inside(title, 'P', () =>
      sheet.line('Contents', PAGE.top, { x: PAGE.left, style: 'bold', size: 17, color: INK.accent }),
    );
    title.end();
  });
  return toc;
}

/** Written at the end, on the pages that were kept for it. `first`: number of the first of them, from 0. */
export function drawContents(
  sheet: Sheet,
  toc: Element,
  contents: { pages: readonly (readonly Entry[])[]; first: number; pageOf: readonly number[] },
): void {
  const { doc } = sheet;
  let at = 0;
  contents.pages.forEach((entries, index) => {
    doc.switchToPage(contents.first + index);
    sheet.forget();
    let y: number = index === 0 ? TOP : PAGE.top;
    for (const { text, level } of entries) {
      const size = level === 1 ? 10.5 : 9;
      const style = level === 1 ? 'bold' : 'sans';
      const x = PAGE.left + (level - 1) * 16;
      const number = String((contents.pageOf[at] ?? 0) + 1);
      const wide = sheet.fonts.width(number, style, size);
      const name = sheet.wrap(text, { style, size, width: PAGE.left + CONTENT - x - wide - 30 })[0] ?? '';
      const item = sheet.element('TOCI', toc);
      const link = sheet.element('Link', item);
      sheet.inside(link, 'Link', () => {
        sheet.line(name, y, { x, style, size });
        sheet.line(number, y, { x: PAGE.left + CONTENT - wide, style, size });
      });
      doc.goTo(x, y, PAGE.left + CONTENT - x, ROW[level], `h${at}`, {
        structParent: link,
        Contents: new String(name),
      } as unknown as PDFKit.Mixins.AnnotationOption);
      link.end();
      item.end();
      const end = x + sheet.fonts.width(name, style, size) + 6;
      sheet.artifact(() =>
        doc
          .lineWidth(0.5)
          .strokeColor(INK.border)
          .dash(1, { space: 2 })
          .moveTo(end, y + size)
          .lineTo(PAGE.left + CONTENT - wide - 6, y + size)
          .stroke()
          .undash(),
      );
      y += ROW[level];
      at += 1;
    }
  });
  toc.end();
}

/** Header and footer of every page but the cover. */
export function drawMargins(sheet: Sheet, rendering: Rendering): void {
  const { doc } = sheet;
  const { head } = rendering.snapshot;
  const { footer, organisation } = rendering.options.template.look;
  const { start, count } = doc.bufferedPageRange();
  doc.switchToPage(start);
  // The second stream of the cover: with nothing in it, it would be none, and readers show a page that has one that is none as empty.
  doc.save().restore();
  for (let index = start + 1; index < start + count; index += 1) {
    doc.switchToPage(index);
    sheet.forget();
    sheet.artifact(() => {
      const small = { size: 8, color: INK.text2 };
      sheet.line(sheet.wrap(head.title, { size: 8, width: CONTENT - 140 })[0] ?? '', 36, {
        x: PAGE.left,
        ...small,
      });
      if (head.classification) {
        const text = sheet.fonts.drawable(head.classification.toUpperCase(), 'bold');
        sheet.line(text, 36, {
          x: PAGE.left + CONTENT - sheet.fonts.width(text, 'bold', 7.5),
          style: 'bold',
          size: 7.5,
          color: INK.warning,
        });
      }
      doc
        .lineWidth(0.5)
        .strokeColor(INK.border)
        .moveTo(PAGE.left, 52)
        .lineTo(PAGE.left + CONTENT, 52)
        .stroke();
      const number = `${index + 1} / ${count}`;
      sheet.line(number, PAGE.height - 42, {
        x: PAGE.left + CONTENT - sheet.fonts.width(number, 'sans', 8),
        ...small,
      });
      const left = [footer || organisation, timeText(head.asOf)].filter(Boolean).join('  ·  ');
      sheet.line(sheet.wrap(left, { size: 8, width: CONTENT - 60 })[0] ?? '', PAGE.height - 42, {
        x: PAGE.left,
        ...small,
      });
    }, 'Pagination');
  }
}
