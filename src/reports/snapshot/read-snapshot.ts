import { createReadStream } from 'node:fs';
import { SentinelError } from '../../lib/errors.ts';
import { type ReportFinding, ReportHead } from '../model.ts';

export interface Snapshot {
  head: ReportHead;
  /** From the beginning, each time. */
  findings(): AsyncGenerator<ReportFinding>;
}

/** A snapshot that we wrote; findings are read one by one. */
export async function openSnapshot(path: string): Promise<Snapshot> {
  return { head: await readHead(path), findings: () => readFindings(path) };
}

async function readHead(path: string): Promise<ReportHead> {
  for await (const line of lines(createReadStream(path))) {
    const match = /^\{"about":(.*),$/.exec(line);
    if (match) return ReportHead.parse(JSON.parse(match[1] ?? ''));
    break;
  }
  throw notOurs();
}

function readFindings(path: string): AsyncGenerator<ReportFinding> {
  return findingsIn(createReadStream(path));
}

/** The findings of a snapshot, one by one, from wherever its bytes come. */
export async function* findingsIn(content: AsyncIterable<Uint8Array>): AsyncGenerator<ReportFinding> {
  let inside = false;
  for await (const line of lines(content)) {
    if (!inside) inside = line === '"findings":[';
    else if (line.startsWith(']}')) return;
    // Written by us, after a schema: it is not checked again for each of a hundred thousand.
    else yield JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as ReportFinding;
  }
  throw notOurs();
}

/** Of text whose lines are long and many: no regular expressions, no events. */
export async function* lines(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  for await (const chunk of content) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(10, from);
      if (end < 0) break;
      const part = chunk.subarray(from, end);
      yield (
        rest.length === 0
          ? Buffer.from(part.buffer, part.byteOffset, part.length)
          : Buffer.concat([...rest, part])
      ).toString();
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString();
}

function notOurs(): SentinelError {
  return new SentinelError('report-damaged', 'The stored snapshot of the report is not whole.');
}
