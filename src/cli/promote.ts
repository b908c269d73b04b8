import { isAlive, processStart } from '../engine/reaper.ts';
import { SentinelError } from '../lib/errors.ts';
import { promote, undoPromotion } from '../store/promote.ts';
import { configOf, type GlobalOptions } from './globals.ts';
import { plural, print } from './print.ts';
import { table } from './table.ts';
import { openTerminal } from './terminal.ts';

export async function promoteCommand(
  options: GlobalOptions & { to?: string; undo?: boolean },
): Promise<void> {
  const { dataDir } = configOf(options).config;
  if (options.undo) return undo(dataDir, options);
  if (options.to === undefined || !/^postgres(ql)?:\/\//.test(options.to))
    throw new SentinelError(
      'wrong-usage',
      '--to expects the address of an empty database, for example postgres://sentinelx@db.example.org/sentinelx.',
    );
  const errors = openTerminal(process.stderr, options);
  const tables = await promote({
    dataDir,
    url: options.to,
    isAlive: (pid, started) => isAlive(pid) && Number(processStart(pid) ?? 0) === started,
    progress: (name, rows) => {
      if (options.verbose) errors.write(`${name}: ${rows}\n`);
    },
  });
  print(tables, options, (terminal) => {
    const rows = tables.filter((one) => one.rows > 0);
    const text = table(
      terminal,
      [
        { title: 'TABLE', paint: terminal.c.bold },
        { title: 'ROWS', align: 'right' },
        { title: 'SHA-256', min: 16 },
      ],
      rows.map((one) => [one.name, String(one.rows), one.checksum.slice(0, 16)]),
    );
    const total = rows.reduce((sum, one) => sum + one.rows, 0);
    return `${text}\n\n${terminal.c.green('copied and compared')}: ${plural(total, 'row')} in ${plural(rows.length, 'table')}. Set SENTINELX_DATABASE_URL to this address and start again.\nThe embedded store is kept as it was: 'sentinelx promote --undo' goes back to it.`;
  });
}

async function undo(dataDir: string, options: GlobalOptions): Promise<void> {
  const mark = await undoPromotion(dataDir);
  print(
    mark,
    options,
    (terminal) =>
      `${terminal.c.green('undone')}: the embedded store is used again, as it was before. What was stored in ${mark.to} since then stays there.`,
  );
}
