import { stringify } from 'yaml';
import { type Format, formatOf, type GlobalOptions } from './globals.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Prints in the format that was asked for; `readable` makes the text for people. */
export function print(
  value: unknown,
  globals: GlobalOptions,
  readable: (terminal: Terminal) => string,
  format: Format = formatOf(globals),
): void {
  const terminal = openTerminal(process.stdout, globals);
  if (format === 'json') terminal.write(`${JSON.stringify(value, null, 2)}\n`);
  else if (format === 'yaml') terminal.write(stringify(value, { lineWidth: 0 }));
  else terminal.write(`${readable(terminal).trimEnd()}\n`);
}

/** 1.2 s, 3 min 4 s, 2 h 5 min. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 2026-01-31 12:00:05 in the time zone of the reader. */
export function localTime(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
