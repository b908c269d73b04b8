import type { Kysely } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Database } from '../../store/schema.ts';

/** The account that a change names by login or id; it exists, is not locked and may read what it gets. `me` is who asks. */
export async function resolveAssignee(
  db: Kysely<Database>,
  {
    named,
    me,
    mayRead,
    field = 'assignee',
  }: { named: string; me: string; mayRead(account: string): Promise<boolean>; field?: string },
): Promise<string> {
  // The owner of the data folder has no account.
  if ((named === 'me' || named === me) && me.startsWith('local:')) return me;
  const row = await db
    .selectFrom('user_account')
    .select(['id', 'login', 'disabled'])
    .where((e) =>
      named === 'me' ? e('id', '=', me) : e.or([e('id', '=', named), e('login', '=', named.toLowerCase())]),
    )
    .executeTakeFirst();
  const refuse = (message: string): never => {
    throw new SentinelError('invalid-parameter', message, { fields: [{ field, message }] });
  };
  if (!row) return refuse(`There is no account '${visibleText(named).slice(0, 100)}'.`);
  if (row.disabled !== 0) return refuse(`The account ${row.login} is locked.`);
  if (!(await mayRead(row.id)))
    return refuse(`The account ${row.login} may not read findings in this project.`);
  return row.id;
}
