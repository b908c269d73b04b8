import type { Kysely } from 'kysely';
import type { Database } from '../../../src/store/schema.ts';

export type Rows = Awaited<ReturnType<typeof readRows>>;

/** Everything that the checks look at. */
export async function readRows(db: Kysely<Database>) {
  const runs = await db.selectFrom('workflow_run').selectAll().orderBy('id').execute();
  const steps = await db.selectFrom('workflow_step').selectAll().orderBy('run').orderBy('name').execute();
  const attempts = await db.selectFrom('workflow_attempt').selectAll().orderBy('run').execute();
  const events = await db.selectFrom('event').selectAll().orderBy('seq').execute();
  return {
    runs,
    steps: steps.map((row) => ({ ...row, item: Number(row.item), recovered: Number(row.recovered) })),
    attempts: attempts.map((row) => ({ ...row, item: Number(row.item), attempt: Number(row.attempt) })),
    events: events.map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> })),
    taskRuns: await db.selectFrom('run').selectAll().orderBy('id').execute(),
    projects: await db.selectFrom('project').select(['slug', 'name']).execute(),
    occurrences: await db.selectFrom('occurrence').select(['run', 'finding']).execute(),
    findings: await db.selectFrom('finding').select(['id', 'asset', 'status']).execute(),
    approvals: await db.selectFrom('approval').selectAll().execute(),
    schedules: await db.selectFrom('schedule').select(['id', 'name']).execute(),
    audit: await db
      .selectFrom('audit_entry')
      .select(['operation', 'outcome', 'request', 'subject'])
      .execute(),
  };
}
