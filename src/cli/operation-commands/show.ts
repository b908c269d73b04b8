import { visibleText } from '../../lib/visible-text.ts';
import { duration, localTime, plural } from '../print.ts';
import { type Column, facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { OperationEntry } from './entry.ts';
import { SPECIAL } from './special.ts';

type Thing = Record<string, unknown>;

/** Names come first, then what it is, last when it was. */
const FIRST = ['login', 'slug', 'name', 'title', 'kind', 'role', 'status', 'operation', 'actor', 'subject'];
const TIMES =
  /^(created|updated|seen|expires|requested|decided|used|started|ended|time|since|until|lastUsed|archivedAt|revoked|granted|stored|due|moment|lastDue|fired|at|asOf|imported|heartbeat|firstSeen|lastSeen|acceptUntil|lastOpened)$/;
/** Times of some answers, and numbers of things in others: nothing is counted up to the milliseconds since 1973. */
const PERHAPS_TIMES = /^(checked|confirmed|opened|verified)$/;
const LEAST_TIME = 100_000_000_000;
/** Milliseconds. */
const DURATIONS = /^(jitter|\w+Ms)$/;
/** The end of an id is random, and enough to name it. */
const WHOLE_ID = /^[a-z]{2,5}_[0-9a-f-]{30,}$/;
/** Of a table; `--format json` has everything. */
const MOST_COLUMNS = 8;

/** An answer for people: a table of a list, facts of a thing. */
export function readable(terminal: Terminal, entry: OperationEntry, result: unknown): string {
  const { readable: special, note } = SPECIAL[entry.operation] ?? {};
  if (special) return special(terminal, result);
  const text = usualText(terminal, entry, result);
  return note ? `${text}\n${note(terminal, result)}` : text;
}

function usualText(terminal: Terminal, entry: OperationEntry, result: unknown): string {
  if (!isThing(result)) return result === undefined ? '' : visibleText(String(result));
  if (Array.isArray(result.items)) return listText(terminal, entry, result);
  if (Object.keys(result).length === 0) return `${terminal.c.green('done')}: ${entry.command}`;
  return thingText(terminal, result);
}

function listText(terminal: Terminal, entry: OperationEntry, result: Thing): string {
  const items = (result.items as unknown[]).filter(isThing);
  if (items.length === 0) return `There is nothing to show: ${entry.summary.toLowerCase()}.`;
  const text = itemTable(terminal, items);
  if (typeof result.nextCursor !== 'string') return text;
  return `${text}\n${terminal.c.dim(`there are more: --all, or --cursor ${result.nextCursor}`)}`;
}

/** What an answer is asked for: never cut, however long its line gets. */
const SENTENCES = new Set(['says', 'because', 'words']);

function itemTable(terminal: Terminal, items: readonly Thing[], indent = 0): string {
  const keys = columnsOf(items);
  const columns: Column[] = keys.map((key) => ({
    title: key.replace(/([A-Z])/g, ' $1').toUpperCase(),
    ...(key === 'id' || TIMES.test(key) || SENTENCES.has(key) ? {} : { min: 8 }),
    ...(items.every((item) => typeof item[key] === 'number') && !TIMES.test(key)
      ? { align: 'right' as const }
      : {}),
    ...(TIMES.test(key) ? { paint: terminal.c.dim } : {}),
    ...(key === keys[0] ? { paint: terminal.c.bold } : {}),
  }));
  const rows = items.map((item) => keys.map((key) => cellText(key, item[key])));
  return table(terminal, columns, rows, indent);
}

/** What differs or is known at all; an id stands where nothing else names the thing, and for commands that take it. */
function columnsOf(items: readonly Thing[]): string[] {
  const keys = [...new Set(items.flatMap((item) => Object.keys(item)))];
  // 'no' everywhere tells nothing.
  const known = keys.filter((key) =>
    items.some((item) => item[key] !== false && cellText(key, item[key]) !== ''),
  );
  const rank = (key: string) => {
    const at = FIRST.indexOf(key);
    if (at >= 0) return at;
    if (key === 'id') return 50;
    return TIMES.test(key) ? 60 : 20;
  };
  const sorted = known.sort((a, b) => rank(a) - rank(b));
  return sorted.length <= MOST_COLUMNS
    ? sorted
    : sorted
        .filter((key) => rank(key) < 50)
        .slice(0, MOST_COLUMNS - 2)
        .concat(sorted.filter((key) => rank(key) >= 50).slice(0, 2));
}

function cellText(key: string, value: unknown): string {
  if (typeof value === 'string' && WHOLE_ID.test(value))
    return key === 'id' ? value.slice(-8) : shortened(value);
  if (isThing(value)) return '';
  if (Array.isArray(value) && value.some(isThing))
    return value
      .filter(isThing)
      .map((one) => nameOf(one))
      .filter(Boolean)
      .join(', ');
  return plainText(key, value);
}

/** A grant is its role, a project its short name. */
function nameOf(thing: Thing): string {
  for (const key of ['role', 'slug', 'name', 'login', 'value', 'id']) {
    const value = thing[key];
    if (typeof value !== 'string') continue;
    const where = key === 'role' ? placeOf(thing.project) : '';
    return `${value}${where}`;
  }
  return '';
}

/** A role that was granted everywhere stands alone. */
function placeOf(project: unknown): string {
  return typeof project !== 'string' || project === '*' ? '' : `@${shortened(project)}`;
}

function shortened(id: string): string {
  return WHOLE_ID.test(id) ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-8)}` : id;
}

function plainText(key: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'number') {
    if (TIMES.test(key) || (PERHAPS_TIMES.test(key) && value >= LEAST_TIME)) return localTime(value);
    if (DURATIONS.test(key)) return value === 0 ? 'none' : duration(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return String(value);
}

/** Facts of its own values; things inside it are facts below their name, lists of things are tables. */
function thingText(terminal: Terminal, thing: Thing): string {
  const rows: [string, string | null][] = [];
  const parts: string[] = [];
  for (const [key, value] of Object.entries(thing)) {
    const name = key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
    if (Array.isArray(value) && value.some(isThing))
      parts.push(
        `${terminal.c.cyan(`${name} (${plural(value.length, 'entry', 'entries')})`)}\n${itemTable(terminal, value.filter(isThing), 2)}`,
      );
    else if (isThing(value)) {
      const inside = thingText(terminal, value);
      if (inside) parts.push(`${terminal.c.cyan(name)}\n${inside.replace(/^(?=.)/gm, '  ')}`);
    } else {
      const text = plainText(key, value);
      rows.push([name, text === '' ? null : text]);
    }
  }
  return [rows.some(([, text]) => text !== null) ? facts(terminal, rows) : '', ...parts]
    .filter(Boolean)
    .join('\n\n');
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
