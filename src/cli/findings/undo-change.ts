import { changeUndo } from '../../operations/change-sets.ts';
import { print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { changeText, whenChangeEnded } from './follow-change.ts';
import { resolveChange } from './resolve-change.ts';

/** Takes a change of many findings back, and waits until that is done. */
export async function undoChangeCommand(named: string, options: ProjectOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveChange(session, named);
    const undoing = await session.call(changeUndo, { path: { id } });
    const ended = await whenChangeEnded(session, undoing, openTerminal(process.stderr, options));
    print({ change: ended }, options, (terminal) => changeText(terminal, ended));
  });
}
