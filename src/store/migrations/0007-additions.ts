import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, ID, INT, postgresType, sqliteType, type Table, TEXT } from './table-sql.ts';

const TABLES: readonly Table[] = [
  {
    name: 'user_setting',
    columns: { user: TEXT, name: TEXT, value: TEXT, updated: INT },
    key: '"user", name',
    withoutRowid: true,
  },
  {
    name: 'run_job',
    columns: {
      id: ID,
      project: TEXT,
      action: TEXT,
      actor: TEXT,
      token: 'text',
      query: 'text',
      created: INT,
      ended: 'int',
      status: TEXT,
      total: INT,
      done: INT,
      changed: INT,
      skipped: TEXT,
      error: 'text',
      worker: 'text',
      lease: 'int',
    },
  },
  {
    name: 'run_job_item',
    columns: { job: TEXT, run: TEXT, state: TEXT, reason: 'text', message: 'text', made: 'text' },
    key: 'job, run',
    withoutRowid: true,
  },
];

/** What people set for themselves; cancelling or repeating many runs; what links to reports give and leave out; why a webhook refused a request; the run of a workflow whose step started a run with `runs.start`; which process of the command line goes on with a run of a workflow. */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
  const type = dialect === 'sqlite' ? sqliteType : postgresType;
  await sql.raw(`alter table "run" add column "cause_run" ${type('text')}`).execute(tx);
  await sql.raw(`alter table "workflow_trigger" add column "refused" ${type('int')}`).execute(tx);
  await sql.raw(`alter table "workflow_trigger" add column "refused_why" ${type('text')}`).execute(tx);
  await sql.raw(`alter table "workflow_run" add column "carrier" ${type('text')}`).execute(tx);
  await sql.raw(`alter table "report_share" add column "formats" ${type('text')}`).execute(tx);
  await sql.raw(`alter table "report_file" add column "left_out" ${type('text')}`).execute(tx);
}
