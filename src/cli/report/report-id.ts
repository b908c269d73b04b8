import { operationEntries } from '../operation-commands/entry.ts';
import { resolvePath } from '../operation-commands/resolve.ts';
import type { Session } from '../session.ts';

/** By its title, the end of its id or as `last`, as the other commands take it. */
export async function reportId(session: Session, named: string): Promise<string> {
  const entry = operationEntries().find(({ operation }) => operation === 'reports.get');
  return entry ? ((await resolvePath(session, entry, { id: named })).id ?? named) : named;
}
