import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { ReportFinding, ReportHead } from '../model.ts';

/**
 * The snapshot of a report is canonical JSON with a finding a line: the same contents give the same bytes, and a reader never holds
 * more than one finding. The counts of the head are known only when all findings are: they wait in a file beside it.
 */
export async function writeSnapshot(
  path: string,
  parts: {
    findings: AsyncIterable<readonly ReportFinding[]>;
    /** Asked when all findings were given. */
    head: () => ReportHead | Promise<ReportHead>;
  },
): Promise<{ sha256: string; size: number }> {
  const waiting = `${path}.findings`;
  let any = false;
  {
    await using spool = await open(waiting, 'wx', 0o600);
    for await (const batch of parts.findings) {
      const text = batch.map((finding) => canonicalJson(finding)).join(',\n');
      if (text === '') continue;
      await spool.write(any ? `,\n${text}` : text);
      any = true;
    }
  }
  const hash = createHash('sha256');
  let size = 0;
  await using file = await open(path, 'wx', 0o600);
  const add = async (bytes: Uint8Array) => {
    hash.update(bytes);
    size += bytes.length;
    await file.write(bytes);
  };
  await add(Buffer.from(`{"about":${canonicalJson(await parts.head())},\n"findings":[\n`));
  for await (const bytes of createReadStream(waiting) as AsyncIterable<Uint8Array>) await add(bytes);
  await add(Buffer.from(any ? '\n]}\n' : ']}\n'));
  return { sha256: hash.digest('hex'), size };
}
