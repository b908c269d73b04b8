import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';

/** How a project accepts risks. */
export const AcceptanceSettings = z.object({
  fourEyes: z
    .boolean()
    .default(false)
    .describe('Another person with the permission finding:accept approves every acceptance'),
  maxDays: z
    .int()
    .min(1)
    .max(3650)
    .nullable()
    .default(365)
    .describe('A risk is accepted for so many days at most; null: as long as one likes'),
});
export type AcceptanceSettings = z.infer<typeof AcceptanceSettings>;

const NAME = 'acceptance';

export async function readAcceptanceSettings(
  db: Kysely<Database>,
  project: string,
): Promise<AcceptanceSettings> {
  const row = await db
    .selectFrom('project_setting')
    .select('value')
    .where('project', '=', project)
    .where('name', '=', NAME)
    .executeTakeFirst();
  return AcceptanceSettings.parse(row ? JSON.parse(row.value) : {});
}

export async function writeAcceptanceSettings(
  { tx }: WriteContext,
  { project, actor, settings }: { project: string; actor: string; settings: AcceptanceSettings },
): Promise<void> {
  const row = { value: JSON.stringify(settings), updated: Date.now(), actor };
  await tx
    .insertInto('project_setting')
    .values({ project, name: NAME, ...row })
    .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet(row))
    .execute();
}
