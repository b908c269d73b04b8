import type { ReportFormat, ReportHead } from '../importer.ts';
import { asUtf8 } from './decode.ts';
import { HEAD_BYTES } from './limits.ts';
import { ReportProblem } from './report-problem.ts';

/** The first 64 KB as text, and what they look like. */
export async function readHead(name: string, bytes: AsyncIterable<Uint8Array>): Promise<ReportHead> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of asUtf8(bytes)) {
    pieces.push(piece);
    size += piece.length;
    if (size >= HEAD_BYTES) break;
  }
  refuseArchive(Buffer.concat(pieces));
  const text = new TextDecoder().decode(Buffer.concat(pieces).subarray(0, HEAD_BYTES), { stream: true });
  return { text, name, format: formatOf(text, name) };
}

/** An upload is unpacked before it comes here; a file of this machine is read as it is. */
function refuseArchive(head: Buffer): void {
  const zip = head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'));
  const tar = head.subarray(257, 262).toString('latin1') === 'ustar';
  if (zip || tar)
    throw new ReportProblem(
      'the beginning',
      `It is ${zip ? 'a ZIP' : 'a tar'} archive and no report: unpack it, and import the reports that are in it.`,
    );
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
