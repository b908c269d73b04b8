import type { Doc } from './sheet.ts';

interface Reference {
  end(): void;
}
/** What pdfkit holds of a page. */
interface PageInside {
  content: Reference;
  dictionary: { data: { Contents: Reference | Reference[] } };
}

/**
 * Packs and writes what a page has so far, and gives it a second stream for what comes when all pages are there: its number. Else every
 * stroke of every page would stay in memory as an object of its own: 350 MB for 630 pages. The streams of a page are read as one.
 */
export function sealPage(doc: Doc): void {
  const page = doc.page as unknown as PageInside | null;
  if (!page) return;
  const first = page.content;
  first.end();
  page.content = doc.ref({}) as unknown as Reference;
  page.dictionary.data.Contents = [first, page.content];
}
