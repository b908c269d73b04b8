import * as z from 'zod';

export const OVERVIEW_CARDS = [
  'needs',
  'exploited',
  'open',
  'ages',
  'trends',
  'runs',
  'tasks',
  'recent',
  'health',
] as const;
export const OverviewCard = z.enum(OVERVIEW_CARDS);
export type OverviewCard = z.infer<typeof OverviewCard>;

/** Whose questions the first page answers first. */
export const OVERVIEW_PRESETS = ['analyst', 'developer', 'manager', 'auditor'] as const;
export const OverviewPreset = z.enum(OVERVIEW_PRESETS);
export type OverviewPreset = z.infer<typeof OverviewPreset>;

const once = <T>(list: readonly T[]) => new Set(list).size === list.length;

const Overview = z
  .strictObject({
    preset: OverviewPreset,
    cards: z
      .array(OverviewCard)
      .max(OVERVIEW_CARDS.length)
      .refine(once, 'names a card twice')
      .nullable()
      .describe('Those that are shown, in their order; null: as the preset has them'),
  })
  .nullable()
  .describe('The first page; null: as fits what one may do');
const PinnedTasks = z
  .array(z.string().min(1).max(100))
  .max(50)
  .refine(once, 'names a task twice')
  .describe('Tasks that stand first in the catalogue');

/** What somebody set for themselves, in every browser that they use. */
export const UserSettings = z.object({
  overview: Overview.default(null),
  pinnedTasks: PinnedTasks.default([]),
});
export type UserSettings = z.infer<typeof UserSettings>;

/** What is not named stays as it is. */
export const UserSettingsChange = z.strictObject({
  overview: Overview.optional(),
  pinnedTasks: PinnedTasks.optional(),
});
