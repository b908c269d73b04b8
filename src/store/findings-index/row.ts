import type { Selectable } from 'kysely';
import type { Database } from '../schema.ts';

/** What a line of a list shows, and what its cursor needs. */
export const ROW_COLUMNS = [
  'id',
  'project',
  'task',
  'rule',
  'title',
  'severity',
  'severity_rank',
  'confidence',
  'status',
  'location',
  'message',
  'asset',
  'first_seen',
  'last_seen',
  'first_run',
  'last_run',
  'assignee',
  'snooze_until',
  'snooze_rank',
  'hidden_by',
  'merged_into',
  'accept_until',
  'own_severity',
  'priority',
  'due',
  'closed',
] as const;

export type FindingRow = Pick<Selectable<Database['finding']>, (typeof ROW_COLUMNS)[number]>;
