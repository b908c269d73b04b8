import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { configRows } from '../../config/rows.ts';
import { configOf, type GlobalOptions } from '../globals.ts';
import { plural, print } from '../print.ts';
import { table } from '../table.ts';

export function showCommand(options: GlobalOptions): void {
  const loaded = configOf(options);
  const rows = configRows(loaded);
  print(rows, options, (terminal) => {
    const { c } = terminal;
    const usual = (row: number) => rows[row]?.origin === 'default';
    const text = table(
      terminal,
      [
        { title: 'KEY', paint: (cell, row) => (usual(row) ? cell : c.bold(cell)) },
        {
          title: 'VALUE',
          min: 16,
          cut: 'middle',
          paint: (cell, row) => (rows[row]?.value === null ? c.dim(cell) : cell),
        },
        {
          title: 'FROM',
          min: 12,
          cut: 'middle',
          paint: (cell, row) => (usual(row) ? c.dim(cell) : c.cyan(cell)),
        },
      ],
      rows.map((row) => [
        row.key,
        row.value === null ? 'not set' : plain(row.value),
        inFile(row.origin, loaded.file),
      ]),
    );
    const file = loaded.file ?? `${loaded.expected} (does not exist)`;
    return `${text}\n\n${c.dim(`file: ${shortHome(file)}`)}`;
  });
}

export function validateCommand(options: GlobalOptions): void {
  const loaded = configOf(options);
  const set = [...loaded.origins.values()].filter((origin) => origin.kind !== 'default').length;
  print({ valid: true, file: loaded.file, warnings: loaded.warnings }, options, ({ c }) =>
    [
      loaded.file
        ? `${c.green('valid')}: ${loaded.file}`
        : `${c.green('valid')}: there is no file ${loaded.expected}; ${set > 0 ? `${plural(set, 'value')} from the environment` : 'usual values apply'}`,
      ...loaded.warnings.map((warning) => `${c.yellow('warning:')} ${warning}`),
    ].join('\n'),
  );
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The file stands below the table: its name is enough. */
function inFile(origin: string, file: string | null): string {
  return file !== null && origin.startsWith(`${file}:`)
    ? origin.slice(dirname(file).length + 1)
    : shortHome(origin);
}

function shortHome(text: string): string {
  const home = homedir();
  return text.startsWith(`${home}/`) ? `~${text.slice(home.length)}` : text;
}
