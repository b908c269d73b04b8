import type { LiveEvent, StreamName } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Permission } from '../model/permission.ts';
import { may } from '../operations/invoke.ts';
import type { Caller } from '../operations/operation.ts';
import type { Store } from '../store/store.ts';
import { getWorkflowRun } from '../store/workflow-runs.ts';
import { parseFilter } from './stream-filter.ts';

export interface WantedStream {
  name: StreamName;
  /** What this caller may see of it and asked for; the same list when that is all of it. */
  visible(list: readonly LiveEvent[]): readonly LiveEvent[];
}

/** Which permission shows an event, by the first part of its type; what is not named here is shown to nobody but the owner. */
export const SHOWN_WITH: Record<string, Permission> = {
  run: 'run:read',
  'run-job': 'run:read',
  log: 'run:read',
  finding: 'finding:read',
  findings: 'finding:read',
  'change-set': 'finding:read',
  acceptance: 'finding:read',
  closing: 'finding:read',
  import: 'finding:read',
  'import-mapping': 'finding:read',
  asset: 'finding:read',
  signals: 'finding:read',
  suppression: 'suppression:read',
  policy: 'policy:read',
  report: 'report:read',
  file: 'file:read',
  secret: 'secret:read',
  plugin: 'plugin:read',
  config: 'config:read',
  keys: 'config:read',
  workflow: 'workflow:read',
  'workflow-run': 'workflow:read',
  'workflow-step': 'workflow:read',
  schedule: 'workflow:read',
  trigger: 'workflow:read',
  approval: 'approval:read',
  scope: 'scope:read',
  audit: 'audit:read',
  session: 'audit:read',
  user: 'user:read',
};

/** `run:<id>` (of a task or of a workflow), `log:<id>` or `events`, checked against the permissions and the project of the caller. */
export async function wantedStream(
  store: Store,
  caller: Caller,
  stream: string,
  query: string | undefined,
): Promise<WantedStream> {
  if (caller.denied !== undefined) throw new SentinelError('forbidden', caller.denied);
  const filter = query ? parseFilter(query) : undefined;
  const shown = shownTo(caller);
  const visible = (list: readonly LiveEvent[]) => {
    const all = shown(list);
    return filter && !all.every(filter) ? all.filter(filter) : all;
  };
  if (stream === 'events') {
    if (!may(caller, 'run:read') && !may(caller, 'finding:read')) needs('run:read');
    return { name: { kind: 'events', project: caller.project }, visible };
  }
  const workflowRun = /^run:(wfr_[0-9a-f-]{36})$/.exec(stream)?.[1];
  if (workflowRun !== undefined) {
    if (!may(caller, 'workflow:read')) needs('workflow:read');
    await getWorkflowRun(store.db, { id: workflowRun, project: caller.project });
    return { name: { kind: 'run', run: workflowRun }, visible };
  }
  const match = /^(run|log):(run_[0-9a-f-]{36})$/.exec(stream);
  const run = match?.[2];
  if (run === undefined)
    throw new SentinelError(
      'bad-request',
      `There is no stream '${stream.slice(0, 60)}': there are run:<id>, log:<id> and events.`,
    );
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

const shownLists = new WeakMap<readonly LiveEvent[], Map<string, readonly LiveEvent[]>>();

/** What one may see of a list; those who may see the same get the same list, looked through once. */
function shownTo(caller: Caller): (list: readonly LiveEvent[]) => readonly LiveEvent[] {
  if (caller.permissions === 'all') return (list) => list;
  const groups = new Set(
    Object.keys(SHOWN_WITH).filter((group) => may(caller, SHOWN_WITH[group] as Permission)),
  );
  const key = [...groups].join();
  return (list) => {
    const made = shownLists.get(list) ?? new Map<string, readonly LiveEvent[]>();
    let shown = made.get(key);
    if (!shown) {
      shown = list.filter(({ type }) => groups.has(type.split('.', 1)[0] ?? ''));
      if (shown.length === list.length) shown = list;
      shownLists.set(list, made.set(key, shown));
    }
    return shown;
  };
}

function needs(permission: Permission): never {
  throw new SentinelError('forbidden', `This needs the permission ${permission}.`);
}
