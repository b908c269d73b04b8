import { setTimeout as sleep } from 'node:timers/promises';
import { type Rotation, secretRotation } from '../../operations/secrets.ts';
import { plural } from '../print.ts';
import type { Session } from '../session.ts';
import { openTerminal, type Terminal } from '../terminal.ts';

const ASK_EVERY_MS = 200;
const CLEAR = '\r\x1b[2K';

/** Waits until the keys are changed, and shows how far that is. What cannot go on is not waited for. */
export async function whenRotated(session: Session, begun: Rotation): Promise<Rotation> {
  const terminal = openTerminal(process.stderr, {});
  let now = begun;
  let shown = false;
  while (now.status === 'running' && now.problem === null) {
    if (terminal.interactive) {
      shown = true;
      terminal.write(`${CLEAR}${progress(now)}`);
    }
    await sleep(ASK_EVERY_MS);
    now = await session.call(secretRotation);
  }
  if (shown) terminal.write(CLEAR);
  return now;
}

export function rotationText({ c }: Terminal, rotation: Rotation): string {
  const { status, resealed, unreadable, dropped, instanceKey, problem } = rotation;
  if (status === 'none') return 'The keys have never been changed.';
  if (status === 'running')
    return problem === null
      ? `${c.yellow('under way')}: ${progress(rotation)}`
      : `${c.red('held up')}: ${problem}\n${c.dim(`${progress(rotation)}; a server tries again by itself, 'sentinelx secret rotate' does it now`)}`;
  const facts = [
    `${plural(resealed, 'value')} sealed anew`,
    `${plural(dropped ?? 0, 'old key')} forgotten`,
    instanceKey ? 'instance.key changed' : "the key of this instance is its owner's to change",
  ];
  const lost = `${plural(unreadable, 'value')} could not be opened and ${unreadable === 1 ? 'keeps its' : 'keep their'} old key`;
  return `${c.green('the keys are changed')}: ${facts.join(', ')}${unreadable > 0 ? `\n${c.yellow(lost)}` : ''}`;
}

function progress({ done, total }: Rotation): string {
  return `${done.toLocaleString('en')} of ${total.toLocaleString('en')} values`;
}
