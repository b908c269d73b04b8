import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { changeGet } from '../../operations/change-sets.ts';
import type { ChangeSet } from '../../operations/change-shapes.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export type Change = z.output<typeof ChangeSet>;

const ASK_EVERY_MS = 200;
const CLEAR = '\r\x1b[2K';

/** Waits until the job of a change has ended or waits for a person, and shows how far it is. */
export async function whenChangeEnded(session: Session, change: Change, terminal: Terminal): Promise<Change> {
  let now = change;
  let shown = false;
  while (['planning', 'running', 'undoing'].includes(now.status)) {
    if (terminal.interactive) {
      shown = true;
      terminal.write(`${CLEAR}${progressText(now)}`);
    }
    await sleep(ASK_EVERY_MS);
    now = await session.call(changeGet, { path: { id: change.id } });
  }
  if (shown) terminal.write(CLEAR);
  return now;
}

function progressText({ status, total, done, changed, undo }: Change): string {
  const number = (count: number) => count.toLocaleString('en');
  if (status === 'planning') return `${number(total)} found …`;
  if (status === 'undoing') return `${number(undo?.undone ?? 0)} of ${number(changed)} taken back`;
  return `${number(done)} of ${number(total)}`;
}

/** The result, and how to take it back. */
export function changeText({ c }: Terminal, change: Change): string {
  const { status, id, undo, error, text } = change;
  if (status === 'waiting')
    return `${c.yellow('waits for a second person')}: ${change.total.toLocaleString('en')} to be accepted\n${c.dim(`sentinelx acceptance approve ${id}`)}`;
  if (status === 'undone') return undo?.text ?? 'undone';
  if (status === 'failed') return `${c.red('failed')}: ${error ?? ''}\n${text}`;
  return change.changed === 0 ? text : `${text}\n${c.dim(`to take it back: sentinelx findings undo ${id}`)}`;
}
