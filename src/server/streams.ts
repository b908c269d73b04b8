import type { LiveEvent, StreamName } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Permission } from '../model/permission.ts';
import { may } from '../operations/invoke.ts';
import type { Caller } from '../operations/operation.ts';
import type { Store } from '../store/store.ts';
import { parseFilter } from './stream-filter.ts';

export interface WantedStream {
  name: StreamName;
  /** What this caller may see of it and asked for; the same list when that is all of it. */
  visible(list: readonly LiveEvent[]): readonly LiveEvent[];
}

/** Which permission shows an event, by the first part of its type; what is not named here is shown to nobody but the owner. */
const SHOWN_WITH: Record<string, Permission> = {
  run: 'run:read',
  log: 'run:read',
  finding: 'finding:read',
  scope: 'scope:read',
  audit: 'audit:read',
  session: 'audit:read',
  user: 'user:read',
};

/** `run:<id>`, `log:<id>` or `events`, checked against the permissions and the project of the caller. */
export async function wantedStream(
  store: Store,
  caller: Caller,
  stream: string,
  query: string | undefined,
): Promise<WantedStream> {
  if (caller.denied !== undefined) throw new SentinelError('forbidden', caller.denied);
  const filter = query ? parseFilter(query) : undefined;
  const visible = (list: readonly LiveEvent[]) => {
    const all = list.every((event) => shown(caller, event.type) && (filter?.(event) ?? true));
    return all ? list : list.filter((event) => shown(caller, event.type) && (filter?.(event) ?? true));
  };
  if (stream === 'events') {
    if (!may(caller, 'run:read') && !may(caller, 'finding:read')) needs('run:read');
    return { name: { kind: 'events', project: caller.project }, visible };
  }
  const match = /^(run|log):(run_[0-9a-f-]{36})$/.exec(stream);
  const run = match?.[2];
  if (run === undefined)
    throw new SentinelError('wrong-usage', `There is no stream '${stream.slice(0, 60)}'.`);
  if (!may(caller, 'run:read')) needs('run:read');
  const row = await store.db
    .selectFrom('run')
    .select('id')
    .where('id', '=', run)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no run ${run}.`);
  return { name: match?.[1] === 'log' ? { kind: 'log', run } : { kind: 'run', run }, visible };
}

function shown(caller: Caller, type: string): boolean {
  if (caller.permissions === 'all') return true;
  const permission = SHOWN_WITH[type.split('.', 1)[0] ?? ''];
  return permission !== undefined && may(caller, permission);
}

function needs(permission: Permission): never {
  throw new SentinelError('forbidden', `This needs the permission ${permission}.`);
}
