import type { Selectable } from 'kysely';
import { newId } from '../../lib/ids.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { createChange } from './change-sets.ts';

export type SuppressionRow = Selectable<Database['suppression']>;

export interface NewSuppression {
  project: string;
  actor: string;
  name: string;
  query: string;
  reason: string;
  comment: string;
  owner: string;
  expires: number | null;
}

/** The rule counts for what comes in from this transaction on; the change that hides what is there is work for the job. */
export async function createSuppression(
  write: WriteContext,
  suppression: NewSuppression,
): Promise<{ row: SuppressionRow; change: string }> {
  const { project, actor } = suppression;
  const row = { id: newId('sup'), ...suppression, created: Date.now(), ended: null };
  await write.tx.insertInto('suppression').values(row).execute();
  write.emit({
    type: 'suppression.created',
    project,
    actor,
    subject: row.id,
    data: { name: row.name, query: row.query },
  });
  const change = await createChange(write, {
    project,
    kind: 'suppression',
    actor,
    action: { do: 'hide', suppression: row.id },
    query: row.query,
    hidden: true,
  });
  return { row, change };
}

/**
 * Its query of now counts from this transaction on. Where that is another one, two changes are work for the job: what it hides and
 * should not any more is shown, and what it should hide is hidden. Undefined when the rule has ended meanwhile.
 */
export async function editSuppression(
  write: WriteContext,
  { before, actor, set }: { before: SuppressionRow; actor: string; set: Partial<NewSuppression> },
): Promise<{ row: SuppressionRow; changes: string[] } | undefined> {
  const row = await write.tx
    .updateTable('suppression')
    .set(set)
    .where('id', '=', before.id)
    .where('ended', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const { id, project, name, query } = row;
  write.emit({ type: 'suppression.changed', project, actor, subject: id, data: { name, query } });
  if (query === before.query) return { row, changes: [] };
  const common = { project, kind: 'suppression' as const, actor, hidden: true };
  const shown = await createChange(write, {
    ...common,
    action: { do: 'unhide', suppression: id, reason: 'edited' },
    query: `suppression:${id}`,
  });
  const hidden = await createChange(write, { ...common, action: { do: 'hide', suppression: id }, query });
  return { row, changes: [shown, hidden] };
}

/** What it hid is shown again, unless another rule hides it too. Undefined when it has ended already. */
export async function endSuppression(
  write: WriteContext,
  {
    id,
    project,
    actor,
    now,
    reason,
  }: { id: string; project: string; actor: string; now: number; reason: string },
): Promise<string | undefined> {
  const row = await write.tx
    .updateTable('suppression')
    .set({ ended: now })
    .where('id', '=', id)
    .where('project', '=', project)
    .where('ended', 'is', null)
    .returning('name')
    .executeTakeFirst();
  if (!row) return undefined;
  write.emit({
    type: 'suppression.ended',
    project,
    actor,
    subject: id,
    data: { name: row.name, reason },
  });
  return createChange(write, {
    project,
    kind: 'suppression',
    actor,
    action: { do: 'unhide', suppression: id, reason },
    query: `suppression:${id}`,
    hidden: true,
  });
}
