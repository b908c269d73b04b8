import { type FullImport, importsTable, receiptPage } from '../imports/receipt-text.ts';
import { plural } from '../print.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { pluginList, pluginPage } from './plugin-text.ts';

interface Special {
  /** Sets the exit code. */
  exit?(result: unknown): void;
  readable?(terminal: Terminal, result: unknown): string;
}

interface Verified {
  ok: boolean;
  entries: number;
  problems: { seq: number; problem: string }[];
  anchoredUpTo: number;
  anchors: number;
}

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
  'imports.list': { readable: importsTable },
  'imports.get': { readable: (terminal, result) => receiptPage(terminal, result as FullImport) },
  'plugins.list': { readable: pluginList },
  'plugins.get': { readable: pluginPage },
  'plugins.allow': { readable: pluginPage },
  'tokens.create': { readable: newToken },
  'account.createToken': { readable: newToken },
};

/** The value alone on its line, to copy. */
function newToken({ c }: Terminal, result: unknown): string {
  const { token, value } = result as {
    token: { id: string; name: string; owner: string };
    value: string;
  };
  return `${c.bold(value)}\n${c.dim(`token ${token.name} (${token.id}) of ${token.owner}; the value is shown this once`)}`;
}
