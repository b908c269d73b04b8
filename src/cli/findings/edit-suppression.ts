import { SentinelError } from '../../lib/errors.ts';
import { changeGet } from '../../operations/change-sets.ts';
import { suppressionEdit } from '../../operations/suppression-edit.ts';
import { suppressionPreview } from '../../operations/suppression-preview.ts';
import { SUPPRESSION_REASONS, suppressionGet } from '../../operations/suppressions.ts';
import { oneOf } from '../globals.ts';
import { operationEntries } from '../operation-commands/entry.ts';
import { resolvePath } from '../operation-commands/resolve.ts';
import { print } from '../print.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { whenChangeEnded } from './follow-change.ts';
import { readWhen } from './when.ts';

interface EditOptions extends ProjectOptions {
  name?: string;
  query?: string;
  reason?: string;
  comment?: string;
  owner?: string;
  expires?: string;
  dryRun?: boolean;
}

/** Changes a rule and waits until what it hides has followed. */
export async function editSuppressionCommand(named: string, options: EditOptions): Promise<void> {
  const { name, query, comment, owner, expires, dryRun } = options;
  const body = {
    ...(name !== undefined && { name }),
    ...(query !== undefined && { query }),
    ...(options.reason !== undefined && { reason: oneOf('--reason', options.reason, SUPPRESSION_REASONS) }),
    ...(comment !== undefined && { comment }),
    ...(owner !== undefined && { owner }),
    ...(expires !== undefined && {
      expires: expires === 'never' ? null : readWhen('--expires', expires),
    }),
  };
  if (dryRun && query === undefined)
    throw new SentinelError('wrong-usage', '--dry-run says what another --query would change: name one.');
  await withSession(options, async (session) => {
    const id = await suppressionId(session, named);
    if (dryRun && query !== undefined) return preview(session, { id, query, options });
    const edited = await session.call(suppressionEdit, { path: { id }, body });
    for (const change of edited.changes)
      await whenChangeEnded(
        session,
        await session.call(changeGet, { path: { id: change } }),
        openTerminal(process.stderr, options),
      );
    const rule = await session.call(suppressionGet, { path: { id } });
    print({ ...rule, changes: edited.changes }, options, () => `changed; ${number(rule.hides)} hidden by it`);
  });
}

async function preview(
  session: Session,
  { id, query, options }: { id: string; query: string; options: EditOptions },
): Promise<void> {
  const answer = await session.call(suppressionPreview, { body: { query, suppression: id } });
  print(answer, options, ({ c }) => {
    const { edit } = answer;
    if (edit === null) return '';
    return [
      `${number(edit.keeps)} of ${number(edit.hides)} stay hidden, ${number(edit.shows)} would be shown again, ${number(edit.adds)} more hidden`,
      c.dim('nothing was changed'),
    ].join('\n');
  });
}

async function suppressionId(session: Session, named: string): Promise<string> {
  const entry = operationEntries().find(({ operation }) => operation === 'suppressions.get');
  return entry ? ((await resolvePath(session, entry, { id: named })).id ?? named) : named;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
