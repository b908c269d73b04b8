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
