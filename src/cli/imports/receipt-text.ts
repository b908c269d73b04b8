import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import type { FullImport as Shape, Import as ShortShape } from '../../operations/import-shapes.ts';
import { localTime, plural } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export type FullImport = z.output<typeof Shape>;
type Import = z.output<typeof ShortShape>;

const SHOWN_PROBLEMS = 20;
const SHOWN_MERGES = 5;

/** Numbers of the receipt, what it merged, what waits, why something was skipped, what is wrong with the report. */
export function receiptText(terminal: Terminal, done: FullImport): string {
  const { c } = terminal;
  const { receipt, skips, notes, problems } = done;
  const lines: string[] = [];
  if (receipt)
    lines.push(
      `${c.bold(`${receipt.parsed} parsed`)}: ${[
        `${receipt.new} new`,
        `${receipt.matched} known`,
        `${receipt.reopened} reopened`,
        `${receipt.closed} closed`,
        `${receipt.skipped} skipped`,
      ].join(', ')}`,
    );
  for (const { reason, count } of skips) lines.push(c.dim(`  ${count} skipped: ${visibleText(reason)}`));
  for (const note of notes) lines.push(c.dim(`  ${visibleText(note)}`));
  lines.push(...mergeLines(terminal, done), ...closingLines(terminal, done));
  for (const { at, message } of problems.slice(0, SHOWN_PROBLEMS))
    lines.push(`${c.yellow('problem:')} ${visibleText(at)}: ${visibleText(message)}`);
  if (problems.length > SHOWN_PROBLEMS)
    lines.push(
      c.dim(
        `  and ${problems.length - SHOWN_PROBLEMS} more: sentinelx findings receipt ${shortId(done.run)}`,
      ),
    );
  const about = done.asset ? ` for ${visibleText(done.asset.name)}` : '';
  const back = canBeUndone(done) ? `; to take it back: sentinelx findings undo ${shortId(done.run)}` : '';
  lines.push(
    `${done.status}${c.dim(`, ${visibleText(done.format ?? 'unknown format')}${about}, run ${shortId(done.run)}${back}`)}`,
  );
  return lines.join('\n');
}

/** The receipt, and what became of the import since. */
export function receiptPage(terminal: Terminal, one: FullImport): string {
  const { c } = terminal;
  const { undo } = one;
  const lines = [
    `${c.bold(visibleText(one.name))}  ${c.dim(`imported ${localTime(one.created)}`)}`,
    receiptText(terminal, one),
  ];
  if (one.error) lines.push(`${c.red('error:')} ${visibleText(one.error.message)}`);
  if (one.change?.status === 'undoing') lines.push(c.yellow('is being taken back'));
  if (undo) {
    const when = one.undone === null ? '' : ` ${localTime(one.undone)}`;
    lines.push(`${c.yellow(`taken back${when}`)}: ${undo.removed} removed, ${undo.restored} as before`);
    for (const { reason, count } of undo.kept)
      lines.push(c.dim(`  ${count} left as they are: ${visibleText(reason)}`));
  }
  return lines.join('\n');
}

export function importsTable(terminal: Terminal, result: unknown): string {
  const { items, nextCursor } = result as { items: Import[]; nextCursor: string | null };
  if (items.length === 0) return 'Nothing has been imported yet.';
  const { c } = terminal;
  const count = (one: Import, name: keyof NonNullable<Import['receipt']>) =>
    one.receipt === null ? '' : String(one.receipt[name]);
  const right = { align: 'right' as const };
  const text = table(
    terminal,
    [
      { title: 'IMPORT', paint: c.bold },
      { title: 'REPORT', min: 10 },
      { title: 'FORMAT', min: 6 },
      { title: 'NEW', ...right },
      { title: 'KNOWN', ...right },
      { title: 'CLOSED', ...right },
      { title: 'SKIPPED', ...right },
      { title: 'STATE', min: 6 },
      { title: 'WHEN', paint: c.dim },
    ],
    items.map((one) => [
      shortId(one.run),
      one.name,
      one.format ?? '',
      ...(['new', 'matched', 'closed', 'skipped'] as const).map((name) => count(one, name)),
      stateOf(one),
      localTime(one.created),
    ]),
  );
  return nextCursor === null ? text : `${text}\n${c.dim(`there are more: --all, or --cursor ${nextCursor}`)}`;
}

function stateOf({ status, undone, change }: Import): string {
  if (undone !== null) return 'undone';
  return change?.status === 'undoing' ? 'being undone' : status;
}

/** One that failed before it changed anything leaves nothing to take back. */
function canBeUndone({ receipt, verdicts, undone, change }: FullImport): boolean {
  if (undone !== null || change === null || change.status === 'undoing') return false;
  if ((verdicts?.changed ?? 0) > 0) return true;
  return receipt !== null && receipt.new + receipt.matched + receipt.reopened + receipt.closed > 0;
}

function mergeLines({ c }: Terminal, { merged, run }: FullImport): string[] {
  if (merged === null || merged.count === 0) return [];
  const named = merged.examples.slice(0, SHOWN_MERGES);
  const all =
    merged.count > named.length ? [`  all: sentinelx findings list 'first-run:${run} is:merged'`] : [];
  return [
    `${plural(merged.count, 'new finding')} merged into those of other tools`,
    ...[
      ...named.map(
        ({ finding, into, rule, tool }) =>
          `  ${shortId(finding)} (${visibleText(tool)}, ${visibleText(rule)}) into ${shortId(into)}`,
      ),
      ...all,
    ].map((line) => c.dim(line)),
  ];
}

function closingLines({ c }: Terminal, { closings }: FullImport): string[] {
  return closings.flatMap(({ id, tool, open, closing, status }) =>
    status === 'waiting'
      ? [
          `${c.yellow('waits:')} ${closing} of ${open} open findings of ${visibleText(tool)} were not found again; they stay open until somebody looks`,
          c.dim(`  sentinelx closing approve ${id}, or closing reject`),
        ]
      : [
          c.dim(
            `${closing} of ${open} open findings of ${visibleText(tool)} not found again: ${status} (${id})`,
          ),
        ],
  );
}
