import type { ReportFormat, ReportHead } from '../importer.ts';
import { asUtf8 } from './decode.ts';
import { HEAD_BYTES } from './limits.ts';

/** The first 64 KB as text, and what they look like. */
export async function readHead(name: string, bytes: AsyncIterable<Uint8Array>): Promise<ReportHead> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of asUtf8(bytes)) {
    pieces.push(piece);
    size += piece.length;
    if (size >= HEAD_BYTES) break;
  }
  const text = new TextDecoder().decode(Buffer.concat(pieces).subarray(0, HEAD_BYTES), { stream: true });
  return { text, name, format: formatOf(text, name) };
}

function formatOf(text: string, name: string): ReportFormat {
  const start = text.trimStart();
  if (start.startsWith('<')) return 'xml';
  if (start.startsWith('{') || start.startsWith('[')) return isLines(start) ? 'jsonl' : 'json';
  const [first = ''] = start.split(/\r?\n/, 1);
  if (/\.(?:csv|tsv)$/i.test(name) || /^[^\n]*[,;\t|][^\n]*[,;\t|]/.test(first)) return 'csv';
  return 'text';
}

/** The first line is a whole value, and another begins behind it. */
function isLines(text: string): boolean {
  const end = text.indexOf('\n');
  if (end < 0 || !/^\s*[{[]/.test(text.slice(end))) return false;
  try {
    JSON.parse(text.slice(0, end));
    return true;
  } catch {
    return false;
  }
}
