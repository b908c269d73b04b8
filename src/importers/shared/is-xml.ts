import type { Report } from '../importer.ts';

/** White space, the zero bytes of UTF-16, and byte order marks. */
const PASSED_OVER = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0xbb, 0xbf, 0xef, 0xfe, 0xff]);

/** For tools that write JSON or XML: whether the first character is `<`. */
export async function isXml(report: Report): Promise<boolean> {
  for await (const chunk of report.bytes()) {
    const first = chunk.find((byte) => !PASSED_OVER.has(byte));
    if (first !== undefined) return first === 0x3c;
  }
  return false;
}
