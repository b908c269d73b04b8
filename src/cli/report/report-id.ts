import { operationEntries } from '../operation-commands/entry.ts';
import { newestReport, resolvePath } from '../operation-commands/resolve.ts';
import type { Session } from '../session.ts';

/** By its title, the end of its id or as `last`, the newest that is ready, as the other commands take it. */
export async function reportId(session: Session, named: string): Promise<string> {
  if (named === 'last') return newestReport(session, { ready: true });
  const entry = operationEntries().find(({ operation }) => operation === 'reports.get');
  return entry ? ((await resolvePath(session, entry, { id: named })).id ?? named) : named;
}
