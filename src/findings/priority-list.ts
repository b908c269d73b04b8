import type { Kysely } from 'kysely';
import * as z from 'zod';
import { FINDING_SORTS } from '../store/findings-index/filter.ts';
import type { Database } from '../store/schema.ts';

/** The findings that a project looks at first. */
export const PriorityList = z.object({
  query: z.string().max(1000).describe('As in the list of findings; `assignee:me` is whoever looks'),
  sort: z.enum(FINDING_SORTS).default('priority'),
});
export type PriorityList = z.infer<typeof PriorityList>;

/** What most people come for: open and severe. */
export const USUAL_PRIORITY: Readonly<PriorityList> = Object.freeze({
  query: 'severity:critical,high status:open,confirmed',
  sort: 'priority',
});

/** Among the settings of a project. */
export const PRIORITY_LIST = 'priority-list';

export interface StoredPriorityList extends PriorityList {
  /** Null while nobody has set it. */
  set: { by: string; time: number } | null;
}

export async function readPriorityList(db: Kysely<Database>, project: string): Promise<StoredPriorityList> {
  const row = await db
    .selectFrom('project_setting')
    .select(['value', 'updated', 'actor'])
    .where('project', '=', project)
    .where('name', '=', PRIORITY_LIST)
    .executeTakeFirst();
  if (!row) return { ...USUAL_PRIORITY, set: null };
  return { ...PriorityList.parse(JSON.parse(row.value)), set: { by: row.actor, time: row.updated } };
}
