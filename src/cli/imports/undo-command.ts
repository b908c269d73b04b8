import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { changeGet } from '../../operations/change-sets.ts';
import { importUndo } from '../../operations/imports-undo.ts';
import { resolveRun } from '../by-end.ts';
import { resolveChange } from '../findings/resolve-change.ts';
import { print } from '../print.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';

/** An import by its run, or by the end of its id; everything else is a change of many findings. */
export async function undoCommand(named: string, options: ProjectOptions): Promise<void> {
  const found = await withSession(options, async (session) => {
    const run = await importOf(session, named);
    if (run === undefined) return false;
    const { undo } = await session.call(importUndo, { path: { run } });
    print({ run, undo }, options, (terminal) =>
      [
        `${undo.removed} removed, ${undo.restored} as before`,
        ...undo.kept.map(({ reason, count }) =>
          terminal.c.dim(`  ${count} left as they are: ${visibleText(reason)}`),
        ),
      ].join('\n'),
    );
    return true;
  });
  if (!found) await undoChange(named, options);
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
