import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import type { auditVerifyFile } from '../../operations/audit.ts';
import type { Rotation } from '../../operations/secrets.ts';
import type { workerQueues } from '../../operations/workers.ts';
import { type FullImport, importsTable, receiptPage } from '../imports/receipt-text.ts';
import { plural } from '../print.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { rotationText, whenRotated } from './follow-rotation.ts';
import { pluginList, pluginPage } from './plugin-text.ts';

interface Special {
  /** What began in the background is waited for; gives how it ended. */
  follow?(session: Session, result: unknown): Promise<unknown>;
  /** Sets the exit code. */
  exit?(result: unknown): void;
  readable?(terminal: Terminal, result: unknown): string;
  /** Stands below what is printed anyway. */
  note?(terminal: Terminal, result: unknown): string;
}

interface Verified {
  ok: boolean;
  entries: number;
  problems: { seq: number; problem: string }[];
  anchoredUpTo: number;
  anchors: number;
}

type VerifiedFile = z.output<(typeof auditVerifyFile)['output']>;

/** Operations whose answer deserves its own words. */
export const SPECIAL: Record<string, Special> = {
  'audit.verify': {
    exit(result) {
      if (!(result as Verified).ok) process.exitCode = 1;
    },
    readable(terminal, result) {
      const { c } = terminal;
      const { ok, entries, problems, anchoredUpTo, anchors } = result as Verified;
      const proven =
        anchors > 0
          ? `The end is proven by ${plural(anchors, 'anchor')} up to entry ${anchoredUpTo}.`
          : 'No anchor proves the end yet: a cut tail would not be seen.';
      if (ok)
        return `${c.green('intact')}: ${plural(entries, 'entry', 'entries')}, none altered, missing or moved\n${c.dim(proven)}`;
      const rows = problems.map((one) => [String(one.seq), one.problem]);
      return `${c.red('NOT intact')}: ${plural(problems.length, 'problem')} in ${plural(entries, 'entry', 'entries')}\n${table(
        terminal,
        [
          { title: 'ENTRY', align: 'right' },
          { title: 'PROBLEM', min: 30 },
        ],
        rows,
        2,
      )}\n${c.dim(proven)}`;
    },
  },
  'audit.verifyFile': {
    exit(result) {
      const { state } = result as VerifiedFile;
      if (state !== 'whole' && state !== 'part') process.exitCode = 1;
    },
    readable: verifiedFile,
  },
  'imports.list': { readable: importsTable },
  'imports.get': { readable: (terminal, result) => receiptPage(terminal, result as FullImport) },
  'plugins.list': { readable: pluginList },
  'plugins.get': { readable: pluginPage },
  'plugins.allow': { readable: pluginPage },
  'secrets.rotate': {
    follow: (session, result) => whenRotated(session, result as Rotation),
    exit(result) {
      if ((result as Rotation).status !== 'done') process.exitCode = 1;
    },
    readable: (terminal, result) => rotationText(terminal, result as Rotation),
  },
  'secrets.rotation': { readable: (terminal, result) => rotationText(terminal, result as Rotation) },
  'workers.queues': {
    note({ c }, result) {
      const { up } = result as z.output<(typeof workerQueues)['output']>;
      if (up === null) return c.dim('Steps go through no queue here.');
      return up
        ? c.dim('The queue answers.')
        : `${c.red('The queue does not answer')}: steps wait, also where MET says yes, until it is back. \`sentinelx system check\` says why.`;
    },
  },
  'tokens.create': { readable: newToken },
  'account.createToken': { readable: newToken },
};

function verifiedFile(terminal: Terminal, result: unknown): string {
  const { c } = terminal;
  const { state, entries, first, last, filters, newest, problems } = result as VerifiedFile;
  const count = plural(entries, 'entry', 'entries');
  if (state === 'unknown') return `${c.red('unknown')}: the file holds no entries of this audit log`;
  const rows = problems.map((one) => [String(one.line), visibleText(one.problem)]);
  const columns = [
    { title: 'LINE', align: 'right' as const },
    { title: 'PROBLEM', min: 30 },
  ];
  const list = rows.length === 0 ? '' : `\n${table(terminal, columns, rows, 2)}`;
  if (state === 'altered')
    return `${c.red('ALTERED')}: ${plural(problems.length, 'problem')} in ${count}${list}`;
  const from = first === null ? '' : `, between ${first} and ${last}`;
  if (state === 'unsealed')
    return `${c.red('WITHOUT ITS SEAL')}: ${count}${from}, as the log has them; whether others were left out cannot be shown\n${c.dim(
      'The sealed last line is missing: the file was cut, or was exported in full before 0.1.0 sealed such files. Export it again.',
    )}${list}`;
  if (state === 'whole')
    return `${c.green('whole')}: the entries 1 to ${last}, none altered or missing\n${c.dim(`The log goes to entry ${newest} now.`)}`;
  const asked = Object.entries(filters ?? {}).map(([name, value]) => `${name} ${visibleText(value)}`);
  const why = `Exported with ${asked.join(', ')}; nothing that fits was added, left out or altered since.`;
  return `${c.yellow('a part')}: ${count}${from}, none altered\n${c.dim(why)}`;
}

/** The value alone on its line, to copy. */
function newToken({ c }: Terminal, result: unknown): string {
  const { token, value } = result as {
    token: { id: string; name: string; owner: string };
    value: string;
  };
  return `${c.bold(value)}\n${c.dim(`token ${token.name} (${token.id}) of ${token.owner}; the value is shown this once`)}`;
}
