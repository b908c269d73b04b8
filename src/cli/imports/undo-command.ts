import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { changeGet } from '../../operations/change-sets.ts';
import { importGet } from '../../operations/imports.ts';
import { importUndo } from '../../operations/imports-undo.ts';
import { resolveRun } from '../by-end.ts';
import { type Change, whenChangeEnded } from '../findings/follow-change.ts';
import { resolveChange } from '../findings/resolve-change.ts';
import { print } from '../print.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import type { FullImport } from './receipt-text.ts';

/** An import by its run, or by the end of its id; everything else is a change of many findings. */
export async function undoCommand(named: string, options: ProjectOptions): Promise<void> {
  const found = await withSession(options, async (session) => {
    const run = await importOf(session, named);
    if (run === undefined) return false;
    const change = await begin(session, run);
    const ended = await whenChangeEnded(session, change, openTerminal(process.stderr, options));
    const { undo } = await session.call(importGet, { path: { run } });
    print({ run, change: ended.id, undo }, options, (terminal) => undoneText(terminal, ended, undo));
    if (undo === null) process.exitCode = 1;
    return true;
  });
  if (!found) await undoChange(named, options);
}

/** An undo that was begun, by somebody else or by a command that was ended, is waited for. */
async function begin(session: Session, run: string): Promise<Change> {
  if (run.startsWith('run_')) {
    const before = await session.call(importGet, { path: { run } }).catch(unlessUnknown);
    if (before?.change?.status === 'undoing')
      return session.call(changeGet, { path: { id: before.change.id } });
  }
  return session.call(importUndo, { path: { run } });
}

/** The undo itself says what is wrong with it. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof SentinelError && error.code === 'not-found') return undefined;
  throw error;
}

function undoneText(terminal: Terminal, ended: Change, undo: FullImport['undo']): string {
  const { c } = terminal;
  if (undo === null) return `${c.red(ended.status)}: ${visibleText(ended.error ?? ended.text)}`;
  const removed =
    undo.removed > 0
      ? c.dim(`what they were: sentinelx findings change-items ${ended.id} --state undone`)
      : '';
  return [
    `${undo.removed.toLocaleString('en')} removed, ${undo.restored.toLocaleString('en')} as before`,
    ...undo.kept.map(({ reason, count }) =>
      c.dim(`  ${count.toLocaleString('en')} left as they are: ${visibleText(reason)}`),
    ),
    removed,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The import that is meant: by its run, or by the change that stands for it in the list of changes, where `last` is the newest. */
async function importOf(session: Session, named: string): Promise<string | undefined> {
  if (named !== 'last' && !named.startsWith('chg_')) {
    const run = await findRun(session, named);
    if (run !== undefined) return run;
  }
  const id = await resolveChange(session, named);
  const { kind, run } = await session.call(changeGet, { path: { id } });
  return kind === 'import' ? (run ?? undefined) : undefined;
}

async function findRun(session: Session, named: string): Promise<string | undefined> {
  if (named.startsWith('run_')) return named;
  try {
    return await resolveRun(session, named);
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function undoChange(named: string, options: ProjectOptions): Promise<void> {
  await (await import('../findings/undo-change.ts')).undoChangeCommand(named, options);
}
