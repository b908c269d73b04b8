import PDFDocument from 'pdfkit';
import { documentOf } from '../document/document.ts';
import type { Rendering } from '../render/render-format.ts';
import { drawBlock } from './draw-block.ts';
import { contentsPages, drawContents, drawCover, drawMargins, type Entry, reserveContents } from './front.ts';
import { openSheet } from './sheet.ts';
import { mendMetadata } from './xmp.ts';

/** A tagged PDF (PDF/UA's structure): cover, contents with page numbers, chapters, the same charts as on the page. */
export async function* pdfReport(rendering: Rendering): AsyncGenerator<Uint8Array> {
  const { head } = rendering.snapshot;
  const { organisation } = rendering.options.template.look;
  const doc = new PDFDocument({
    pdfVersion: '1.7',
    // Newer than the types.
    subset: 'PDF/UA' as 'PDF/A-1a',
    tagged: true,
    lang: 'en',
    displayTitle: true,
    autoFirstPage: false,
    // The numbers of pages are known when all are drawn.
    bufferPages: true,
    info: {
      Title: head.title,
      Author: organisation || head.actor || 'SentinelX',
      Subject: head.scope,
      Creator: `SentinelX ${head.version}`,
      Producer: 'SentinelX',
      CreationDate: new Date(head.asOf),
    },
  });
  mendMetadata(doc);
  const root = doc.struct('Document', { title: head.title });
  doc.addStructure(root);
  const sheet = openSheet(doc, root);
  const entries = await headings(rendering);
  const pages = contentsPages(entries);
  drawCover(sheet, rendering);
  const toc = reserveContents(sheet, pages);
  const pageOf: number[] = [];
  sheet.page();
  for await (const block of documentOf(rendering, 'paper'))
    await drawBlock(sheet, block, {
      head,
      heading(text, level) {
        if (level === 3) return;
        doc.addNamedDestination(`h${pageOf.length}`, 'XYZ', 0, sheet.y - 8, null);
        if (level === 1) doc.outline.addItem(text);
        const { start, count } = doc.bufferedPageRange();
        pageOf.push(start + count - 1);
      },
    });
  drawContents(sheet, toc, { pages, first: 1, pageOf });
  drawMargins(sheet, rendering);
  root.end();
  doc.end();
  yield* doc as unknown as AsyncIterable<Uint8Array>;
}

/** The headings that the contents list, from a first reading. */
async function headings(rendering: Rendering): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const block of documentOf(rendering, 'paper'))
    if (block.kind === 'heading' && block.level !== 3) entries.push({ text: block.text, level: block.level });
  return entries;
}
