import type PDFDocument from 'pdfkit';
import { type Fonts, openFonts, type Style } from './fonts.ts';
import { INK } from './palette.ts';
import { sealPage } from './seal-page.ts';
import { wrapText } from './wrap.ts';

export type Doc = InstanceType<typeof PDFDocument>;
export type Element = PDFKit.PDFStructureElement;

/** What pdfkit takes, and its types do not know yet. */
export type ElementOptions = PDFKit.Mixins.StructureElementOptions & {
  bbox?: number[];
  scope?: 'Row' | 'Column';
};

export const PAGE = { width: 595.28, height: 841.89, left: 54, right: 54, top: 72, bottom: 64 } as const;
export const CONTENT = PAGE.width - PAGE.left - PAGE.right;

export interface TextLook {
  style?: Style;
  size?: number;
  color?: string;
  x?: number;
  width?: number;
  leading?: number;
}

export type Sheet = ReturnType<typeof openSheet>;

/** A4 pages that are filled from the top down, with every piece in the structure tree. */
export function openSheet(doc: Doc, root: Element) {
  const fonts: Fonts = openFonts(doc);
  let y: number = PAGE.top;
  let font = '';
  let fontSize = 0;

  function page(): void {
    sealPage(doc);
    doc.addPage({ size: 'A4', margin: 0 });
    y = PAGE.top;
    font = '';
  }

  /** Begins a new page when so much does not fit on this one. True when it did. */
  function ensure(height: number): boolean {
    if (y + height <= PAGE.height - PAGE.bottom) return false;
    page();
    return true;
  }

  /** An element of the structure; its parts are drawn with `inside`. */
  function element(type: string, parent: Element = root, options: ElementOptions = {}): Element {
    const made = doc.struct(type, options);
    parent.add(made);
    return made;
  }

  /** What is drawn belongs to this element. It must end on the page where it began. */
  function inside(owner: Element, type: string, draw: () => void): void {
    owner.add(doc.markStructureContent(type));
    draw();
    doc.endMarkedContent();
  }

  /** What is drawn means nothing: lines, fills, page numbers. */
  function artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    doc.markContent('Artifact', { type });
    draw();
    doc.endMarkedContent();
  }

  /** One line whose top is at `top`; returns its width. */
  function line(text: string, top: number, look: TextLook & { x: number }): number {
    const { style = 'sans', size = 10, color = INK.text } = look;
    let x = look.x;
    doc.fillColor(color);
    const runs = fonts.runs(text, style);
    for (const run of runs) {
      if (run.font !== font || size !== fontSize) {
        doc.font(run.font).fontSize(size);
        font = run.font;
        fontSize = size;
      }
      doc.text(run.text, x, top, { lineBreak: false });
      x += fonts.width(run.text, style, size);
    }
    return x - look.x;
  }

  function wrap(text: string, look: TextLook): string[] {
    const { style = 'sans', size = 10, width = CONTENT } = look;
    return wrapText(fonts, text, { style, size, width });
  }

  /** Lines of one element from the top down, over pages when they must. */
  function flow(owner: Element, type: string, lines: readonly string[], look: TextLook = {}): void {
    const { size = 10, leading = size * 1.42, x = PAGE.left } = look;
    let at = 0;
    while (at < lines.length) {
      ensure(leading);
      const fit = Math.max(1, Math.floor((PAGE.height - PAGE.bottom - y) / leading));
      const part = lines.slice(at, at + fit);
      inside(owner, type, () => {
        for (const text of part) {
          if (text !== '') line(text, y + (leading - size * 1.3) / 2, { ...look, x });
          y += leading;
        }
      });
      at += part.length;
    }
  }

  return {
    doc,
    root,
    fonts,
    page,
    ensure,
    element,
    inside,
    artifact,
    line,
    wrap,
    flow,
    gap(height: number): void {
      y += height;
    },
    /** The font is set anew by the next line: another page, or somebody else, may have changed it. */
    forget(): void {
      font = '';
    },
    get y(): number {
      return y;
    },
    set y(value: number) {
      y = value;
    },
    get room(): number {
      return PAGE.height - PAGE.bottom - y;
    },
  };
}
