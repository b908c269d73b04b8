import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SentinelError, systemCode } from '../../lib/errors.ts';

export interface ReportFile {
  path: string;
  name: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The file that was named, or the standard input in a file of ours that is gone afterwards: a report is read several times. */
export async function openReportFile(named: string): Promise<ReportFile> {
  if (named === '-') return spool();
  const path = resolve(named);
  const found = await stat(path).catch((cause: unknown) => {
    const code = systemCode(cause);
    throw refuse(named, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, cause);
  });
  if (!found.isFile()) throw refuse(named, 'is not a file');
  return { path, name: path.split(/[/\\]/).at(-1) ?? named, [Symbol.asyncDispose]: async () => undefined };
}

async function spool(): Promise<ReportFile> {
  if (process.stdin.isTTY)
    throw new SentinelError('wrong-usage', 'Nothing comes in on the standard input: pipe a report into it.');
  const folder = await mkdtemp(join(tmpdir(), 'sentinelx-import-'));
  const path = join(folder, 'standard-input');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, name: 'standard-input', [Symbol.asyncDispose]: remove };
}

function refuse(named: string, reason: string, cause?: unknown): SentinelError {
  const message = `expects an existing file; ${named} ${reason}`;
  return new SentinelError('unreadable-target', `${named} ${reason}.`, {
    fields: [{ field: 'file', message, example: 'report.sarif' }],
    cause,
  });
}
