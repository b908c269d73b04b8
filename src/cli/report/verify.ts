import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { reportVerify } from '../../operations/reports.ts';
import { localTime, print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { facts } from '../table.ts';

/** Exit code 1 when the file is none of ours, was changed, or what is stored was. */
export async function verifyReportCommand(file: string, options: ProjectOptions): Promise<void> {
  const sha256 = /^[0-9a-f]{64}$/i.test(file) ? file.toLowerCase() : await hashOf(file);
  await withSession(options, async (session) => {
    const { matches } = await session.call(reportVerify, { query: { sha256 } });
    const ok = matches.length > 0 && matches.every(({ intact }) => intact);
    if (!ok) process.exitCode = 1;
    print({ sha256, ok, matches }, options, (terminal) => {
      if (matches.length === 0)
        return `${terminal.c.red('no match')}: no report of this project has a file with these bytes; it was changed, or made elsewhere\n${terminal.c.dim(`SHA-256 ${sha256}`)}`;
      return matches
        .map((match) => {
          const state = match.intact
            ? `${terminal.c.green('unchanged')}: this is the ${match.format} of a report of ours${match.redacted ? ', redacted' : ''}`
            : `${terminal.c.red('damaged')}: the file is what was made, but what is stored is not`;
          const rows: [string, string | null][] = [
            ['report', match.report],
            ['title', visibleText(match.title)],
            ['state of', match.asOf === null ? null : localTime(match.asOf)],
            ['snapshot', match.hash],
          ];
          return `${state}\n${facts(terminal, rows)}`;
        })
        .join('\n\n');
    });
  });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  } catch (cause) {
    throw new SentinelError(
      'unreadable-target',
      `${path} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
  return hash.digest('hex');
}
