import { escapeXml } from '../../lib/escape-xml.ts';
import type { Doc } from './sheet.ts';

/** What pdfkit holds of the metadata: `subset` is the part of PDF/UA, `info` goes into the file's dictionary and into its XMP. */
interface MetadataInside {
  subset: number | string;
  info: Record<string, unknown>;
  _addInfo(): void;
}

/** pdfkit writes titles and names into the XML as they are, and a set of glyphs that leaves out parts of composed ones. */
export function mendMetadata(doc: Doc): void {
  const inside = doc as unknown as MetadataInside;
  // With a number it adds the set, which PDF/UA does not ask for; a text is written all the same.
  inside.subset = '1';
  const addInfo = inside._addInfo;
  inside._addInfo = () => {
    const { info } = inside;
    inside.info = Object.fromEntries(
      Object.entries(info).map(([name, value]) => [
        name,
        typeof value === 'string' ? escapeXml(value) : value,
      ]),
    );
    addInfo.call(inside);
    inside.info = info;
  };
}
