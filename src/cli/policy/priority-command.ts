import { findingPriority } from '../../operations/priority.ts';
import { resolveFinding } from '../by-end.ts';
import { print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { oneLine } from '../terminal.ts';

/** Its parts in words: what counts first, then what is unknown, then what plays no part. */
export async function priorityCommand(named: string, options: ProjectOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveFinding(session, named);
    const answer = await session.call(findingPriority, { path: { id } });
    print(answer, options, (terminal) => {
      const { c } = terminal;
      const words = (state: string, paint: (text: string) => string) =>
        answer.contributions
          .filter((one) => one.state === state)
          .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
          .map((one) => `  ${paint(oneLine(one.words))}`);
      const behind =
        answer.stored === answer.value
          ? ''
          : c.dim(
              answer.stored === null ? '  lists do not have it yet' : `  lists still have ${answer.stored}`,
            );
      return [
        `${c.bold(`priority ${answer.value}`)} of 100${behind}`,
        ...words('known', (text) => text),
        ...words('unknown', c.yellow),
        ...words('none', c.dim),
      ].join('\n');
    });
  });
}
