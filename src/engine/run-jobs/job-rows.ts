import type { Kysely, Selectable } from 'kysely';
import { ERROR_CODES, type ErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { bulkInsertion, type ColumnType } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store, WriteContext } from '../../store/store.ts';

export const RUN_JOB_ACTIONS = ['cancel', 'rerun'] as const;
export type RunJobAction = (typeof RUN_JOB_ACTIONS)[number];

export const RUN_JOB_STATUSES = ['running', 'stopping', 'done', 'stopped', 'failed'] as const;

export type RunJobRow = Selectable<Database['run_job']>;

const COLUMNS: Record<string, ColumnType> = {
  job: 'text',
  run: 'text',
  state: 'text',
  reason: 'text',
  message: 'text',
  made: 'text',
};

export interface NewRunJob {
  project: string;
  action: RunJobAction;
  actor: string;
  token: string | null;
  /** Null: the runs were named. */
  query: string | null;
  runs: readonly string[];
}

/** A job with the runs that it is about: what comes later is not in it, also when it would fit the query. */
export async function createRunJob(
  write: WriteContext,
  dialect: Store['dialect'],
  { runs, ...job }: NewRunJob,
): Promise<string> {
  const id = newId('rjb');
  await write.tx
    .insertInto('run_job')
    .values({
      ...{ id, ...job, created: Date.now(), ended: null, status: 'running', total: runs.length },
      ...{ done: 0, changed: 0, skipped: '{}', error: null, worker: null, lease: null },
    })
    .execute();
  const rows = runs.map((run) => ({
    ...{ job: id, run, state: 'planned' },
    ...{ reason: null, message: null, made: null },
  }));
  if (rows.length > 0) write.defer(bulkInsertion(dialect, { table: 'run_job_item', columns: COLUMNS, rows }));
  return id;
}

export async function getRunJob(
  db: Kysely<Database>,
  { id, project }: { id: string; project: string },
): Promise<RunJobRow> {
  const row = await db
    .selectFrom('run_job')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no job ${id}.`);
  return row;
}

/** Why a run was left as it is, where no error says it. */
const OWN_REASONS: Readonly<Record<string, string>> = {
  'run-active': 'It has not ended yet',
};

export function skipWords(reason: string): string {
  if (Object.hasOwn(OWN_REASONS, reason)) return OWN_REASONS[reason] ?? reason;
  return Object.hasOwn(ERROR_CODES, reason) ? ERROR_CODES[reason as ErrorCode].title : reason;
}
