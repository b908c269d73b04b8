import type { Kysely } from 'kysely';
import type { Database } from '../../src/store/schema.ts';

/** What a run gave, without what differs from run to run: ids, times, who did it. */
export async function outcomeOf(db: Kysely<Database>, run: string) {
  const row = await db.selectFrom('workflow_run').selectAll().where('id', '=', run).executeTakeFirstOrThrow();
  const steps = await db
    .selectFrom('workflow_step')
    .select(['section', 'name', 'item', 'status', 'attempt', 'error_code', 'input'])
    .where('run', '=', run)
    .orderBy('name')
    .orderBy('item')
    .execute();
  return {
    name: row.name,
    status: row.status,
    error: row.error_code,
    outputs: row.outputs === null ? null : JSON.parse(row.outputs),
    steps: steps.map((step) => ({ ...step, item: Number(step.item), attempt: Number(step.attempt) })),
  };
}

/**
 * Every finding with the kinds of its fingerprints. Their values differ from store to store, because each has a key of its own for
 * them; how many there are must not.
 */
export async function findingsOf(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom('finding')
    .innerJoin('finding_fingerprint', 'finding_fingerprint.finding', 'finding.id')
    .select(['rule', 'place', 'location', 'severity', 'status', 'kind', 'value'])
    .execute();
  const values = new Set(rows.map((row) => `${row.kind} ${Buffer.from(row.value).toString('hex')}`));
  return [
    `${values.size} fingerprints`,
    ...rows.map((row) => [row.rule, row.location, row.severity, row.status, row.kind].join(' ')).sort(),
  ];
}

/** What must hold of a store in which every run has ended, whatever happened on the way. */
export async function lostOrDoubled(db: Kysely<Database>): Promise<string[]> {
  const wrong: string[] = [];
  const open = await db
    .selectFrom('workflow_step')
    .innerJoin('workflow_run', 'workflow_run.id', 'workflow_step.run')
    .select(['workflow_step.run', 'workflow_step.name', 'workflow_step.item', 'workflow_step.status'])
    .where('workflow_step.status', 'not in', ['done', 'partial', 'failed', 'skipped', 'cancelled'])
    .execute();
  for (const step of open) wrong.push(`stuck: ${step.run} ${step.name} ${step.item} is ${step.status}`);
  const runs = await db
    .selectFrom('run')
    .select(['id', 'status', 'workflow_run', 'workflow_step', 'workflow_item'])
    .where('workflow_run', 'is not', null)
    .execute();
  const finished = new Map<string, string[]>();
  for (const run of runs) {
    if (['queued', 'running', 'cancelling'].includes(run.status))
      wrong.push(`stuck: ${run.id} is ${run.status}`);
    if (run.status !== 'done' && run.status !== 'partial') continue;
    const key = `${run.workflow_run} ${run.workflow_step} ${run.workflow_item}`;
    finished.set(key, [...(finished.get(key) ?? []), run.id]);
  }
  for (const [key, ids] of finished)
    if (ids.length > 1) wrong.push(`doubled: ${key} was done by ${ids.join(', ')}`);
  const events = await db
    .selectFrom('event')
    .select(['subject', 'data'])
    .where('type', '=', 'workflow-step.changed')
    .execute();
  const told = new Map<string, number>();
  for (const { subject, data } of events) {
    const { step, item, status } = JSON.parse(data);
    if (!['done', 'partial', 'failed', 'skipped', 'cancelled'].includes(status)) continue;
    const key = `${subject} ${step} ${item ?? -1}`;
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  for (const [key, count] of told) if (count > 1) wrong.push(`doubled: ${key} ended ${count} times`);
  const steps = await db.selectFrom('workflow_step').select(['run', 'name', 'item']).execute();
  for (const step of steps)
    if (!told.has(`${step.run} ${step.name} ${Number(step.item)}`))
      wrong.push(`lost: no event tells the end of ${step.run} ${step.name} ${step.item}`);
  const ended = await db
    .selectFrom('event')
    .select(['subject', (e) => e.fn.countAll().as('count')])
    .where('type', '=', 'workflow-run.ended')
    .groupBy('subject')
    .execute();
  for (const { subject, count } of ended)
    if (Number(count) > 1) wrong.push(`doubled: ${subject} ended ${count} times`);
  return wrong;
}
