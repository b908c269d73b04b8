import { changeGet } from '../../operations/change-sets.ts';
import { SUPPRESSION_REASONS, suppressionCreate, suppressionGet } from '../../operations/suppressions.ts';
import { oneOf } from '../globals.ts';
import { print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { whenChangeEnded } from './follow-change.ts';
import { readWhen } from './when.ts';

interface SuppressOptions extends ProjectOptions {
  query: string;
  reason: string;
  comment?: string;
  owner?: string;
  expires?: string;
}

/** Makes a suppression rule and waits until it hides what is there. */
export async function suppressCommand(name: string, options: SuppressOptions): Promise<void> {
  const { query, comment, owner, expires } = options;
  const body = {
    name,
    query,
    reason: oneOf('--reason', options.reason, SUPPRESSION_REASONS),
    ...(comment !== undefined && { comment }),
    ...(owner !== undefined && { owner }),
    ...(expires !== undefined && { expires: readWhen('--expires', expires) }),
  };
  await withSession(options, async (session) => {
    const made = await session.call(suppressionCreate, { body });
    const change = await session.call(changeGet, { path: { id: made.change } });
    const ended = await whenChangeEnded(session, change, openTerminal(process.stderr, options));
    const rule = await session.call(suppressionGet, { path: { id: made.id } });
    print({ ...rule, change: ended.id }, options, ({ c }) =>
      [
        `${rule.hides.toLocaleString('en')} hidden, and what comes and fits`,
        c.dim(`to show them again: sentinelx suppression end ${rule.id}`),
      ].join('\n'),
    );
  });
}
