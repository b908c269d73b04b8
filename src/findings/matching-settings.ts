import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Database } from '../store/schema.ts';

/** How findings of a project are recognised, and how much a run may close by itself. */
export const MatchingSettings = z
  .object({
    /** A file that is gone and one with the same findings are the same file. */
    renamed: z.boolean().default(true),
    /** Two tools that report one bug at one place are shown as one finding. */
    crossTool: z.boolean().default(true),
    /** So many lines may lie between what two tools report. */
    lineTolerance: z.int().min(0).max(50).default(2),
    /** A run that would close more than this share of a tool's findings waits for approval; 1 never waits. */
    closeShare: z.number().min(0).max(1).default(0.5),
    /** Fewer than this are closed without asking. */
    closeAtLeast: z.int().min(1).max(1_000_000).default(20),
  })
  .strict();
export type MatchingSettings = z.infer<typeof MatchingSettings>;

export const DEFAULT_MATCHING: Readonly<MatchingSettings> = Object.freeze(MatchingSettings.parse({}));
/** Among the settings of a project. */
export const MATCHING = 'matching';

export async function readMatching(db: Kysely<Database>, project: string): Promise<MatchingSettings> {
  const row = await db
    .selectFrom('project_setting')
    .select('value')
    .where('project', '=', project)
    .where('name', '=', MATCHING)
    .executeTakeFirst();
  return row ? MatchingSettings.parse(JSON.parse(row.value)) : DEFAULT_MATCHING;
}
