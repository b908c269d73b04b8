import type { Kysely, Selectable, Transaction } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { idFloor } from '../lib/ids.ts';
import { hasEnded, type Run, type RunCounts, type RunStatus } from '../model/run.ts';
import type { RunCondition } from './run-query.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

export type RunRow = Selectable<Database['run']>;

export const NO_COUNTS: RunCounts = {
  new: 0,
  seen: 0,
  reopened: 0,
  fixed: 0,
  problems: 0,
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  info: 0,
};

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    project: row.project,
    task: row.task,
    taskVersion: row.task_version,
    status: row.status as RunStatus,
    params: JSON.parse(row.params),
    target: row.target,
    principal: row.principal,
    created: row.created,
    started: row.started,
    ended: row.ended,
    progress: row.progress === null ? null : JSON.parse(row.progress),
    counts: JSON.parse(row.counts),
    output: row.output === null ? null : JSON.parse(row.output),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    rerunOf: row.rerun_of,
  };
}

/** When what these imported was taken back, of those of which it was. */
export async function undoneImports(
  db: Kysely<Database>,
  runs: readonly Pick<RunRow, 'id' | 'task'>[],
): Promise<Map<string, number>> {
  const ids = runs.filter(({ task }) => task === 'import').map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('import_receipt')
    .select(['run', 'undone'])
    .where('run', 'in', ids)
    .where('undone', 'is not', null)
    .execute();
  return new Map(rows.map(({ run, undone }) => [run, Number(undone)]));
}

export async function getRun(db: Kysely<Database>, id: string): Promise<RunRow> {
  const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no run ${id}.`);
  return row;
}

/** Newest first; `before` is the id of the last one of the page before (ids sort by time). */
export function listRuns(
  db: Kysely<Database>,
  filter: {
    project: string;
    status?: readonly string[];
    tasks?: readonly string[];
    since?: number;
    asset?: string;
    before?: string;
    /** Of a query. */
    where?: readonly RunCondition[];
    limit: number;
  },
): Promise<RunRow[]> {
  let query = db.selectFrom('run').selectAll().where('project', '=', filter.project);
  if (filter.status?.length) query = query.where('status', 'in', filter.status);
  if (filter.tasks !== undefined) query = query.where('task', 'in', filter.tasks);
  if (filter.since !== undefined) query = query.where('id', '>=', idFloor('run', filter.since));
  if (filter.asset !== undefined) query = query.where('asset', '=', filter.asset);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  for (const condition of filter.where ?? []) query = query.where(condition);
  return query.orderBy('id', 'desc').limit(filter.limit).execute();
}

/** The run, when this instance still owns it under this fencing number and it has not ended; a late or doubled writer is refused. */
export async function ownedRun(
  tx: Transaction<Database>,
  dialect: Store['dialect'],
  { id, fence }: Pick<RunRow, 'id' | 'fence'>,
): Promise<RunRow> {
  let query = tx.selectFrom('run').selectAll().where('id', '=', id);
  // Else somebody who takes it away at this moment would be overwritten. SQLite has one writer.
  if (dialect === 'postgres') query = query.forUpdate();
  const row = await query.executeTakeFirst();
  if (!row || row.fence !== fence || hasEnded(row.status as RunStatus))
    throw new SentinelError('not-possible-now', `The run ${id} belongs to another process now.`);
  return row;
}

export function unfinishedRuns(db: Kysely<Database>): Promise<RunRow[]> {
  return db
    .selectFrom('run')
    .selectAll()
    .where('status', 'in', ['queued', 'running', 'cancelling'])
    .orderBy('id')
    .execute();
}
