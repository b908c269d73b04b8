import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type PDFDocument from 'pdfkit';
import { woffToTtf } from './woff-to-ttf.ts';

export type Style = 'sans' | 'bold' | 'mono';

const FILES: Record<Style, { folder: string; weight: number }> = {
  sans: { folder: 'ibm-plex-sans', weight: 400 },
  bold: { folder: 'ibm-plex-sans', weight: 600 },
  mono: { folder: 'ibm-plex-mono', weight: 400 },
};
/** A file for each; the first one that has a letter draws it. */
const SUBSETS: Record<string, readonly string[]> = {
  'ibm-plex-sans': ['latin', 'latin-ext', 'greek', 'cyrillic', 'cyrillic-ext', 'vietnamese'],
  'ibm-plex-mono': ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'],
};

/** What pdfkit holds of an embedded font (fontkit's); it has no other way to ask for a letter. */
interface FontInside {
  unitsPerEm: number;
  hasGlyphForCodePoint(code: number): boolean;
  glyphForCodePoint(code: number): { advanceWidth: number };
}

export interface Run {
  font: string;
  text: string;
}
export type Fonts = ReturnType<typeof openFonts>;

/** Plex in three styles. A letter that none of its files has is written as its code: everything stays readable and unambiguous. */
export function openFonts(doc: InstanceType<typeof PDFDocument>) {
  const { resolve } = createRequire(import.meta.url);
  const loaded = new Map<string, FontInside>();
  const letters: Record<Style, Map<number, { font: string; width: number } | null>> = {
    sans: new Map(),
    bold: new Map(),
    mono: new Map(),
  };

  function load(style: Style, subset: string): FontInside {
    const name = `${style}-${subset}`;
    let font = loaded.get(name);
    if (!font) {
      const { folder, weight } = FILES[style];
      const file = resolve(`@fontsource/${folder}/files/${folder}-${subset}-${weight}-normal.woff`);
      doc.registerFont(name, woffToTtf(readFileSync(file)) as unknown as ArrayBuffer);
      doc.font(name);
      font = (doc as unknown as { _font: { font: FontInside } })._font.font;
      loaded.set(name, font);
    }
    return font;
  }

  function letter(style: Style, code: number): { font: string; width: number } | null {
    const known = letters[style].get(code);
    if (known !== undefined) return known;
    let found: { font: string; width: number } | null = null;
    for (const subset of SUBSETS[FILES[style].folder] ?? []) {
      const font = load(style, subset);
      if (!font.hasGlyphForCodePoint(code)) continue;
      found = {
        font: `${style}-${subset}`,
        width: font.glyphForCodePoint(code).advanceWidth / font.unitsPerEm,
      };
      break;
    }
    letters[style].set(code, found);
    return found;
  }

  /** Text of which every letter can be drawn. */
  function drawable(text: string, style: Style): string {
    let result = '';
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      if (code === 9) result += '    ';
      else if (code >= 32 && letter(style, code)) result += character;
      else result += code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
    }
    return result;
  }

  /** Of drawable text. */
  function width(text: string, style: Style, size: number): number {
    let sum = 0;
    for (const character of text) sum += letter(style, character.codePointAt(0) ?? 0)?.width ?? 0;
    return sum * size;
  }

  /** Of drawable text: parts that one font file has. */
  function runs(text: string, style: Style): Run[] {
    const list: Run[] = [];
    for (const character of text) {
      const font = letter(style, character.codePointAt(0) ?? 0)?.font ?? `${style}-latin`;
      const last = list.at(-1);
      if (last?.font === font) last.text += character;
      else list.push({ font, text: character });
    }
    return list;
  }

  return { drawable, width, runs };
}
