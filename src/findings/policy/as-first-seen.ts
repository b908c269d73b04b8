import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../store/schema.ts';

type Column = keyof Database['finding'];

/** Every column that a query about findings may ask for, as it was when the finding was new; the others as they are. */
const NEW: Partial<Record<Column, RawBuilder<unknown>>> = {
  status: sql`'open'`,
  assignee: sql`cast(null as text)`,
  snooze_until: sql`cast(null as bigint)`,
  snooze_rank: sql`cast(null as bigint)`,
  hidden_by: sql`cast(null as text)`,
  merged_into: sql`cast(null as text)`,
  accept_until: sql`cast(null as bigint)`,
  due: sql`cast(null as bigint)`,
  due_told: sql`cast(null as text)`,
  closed: sql`cast(null as bigint)`,
  last_seen: sql`first_seen`,
  last_run: sql`first_run`,
};
const AS_THEY_ARE: readonly Column[] = [
  'id',
  'project',
  'asset',
  'task',
  'rule',
  'rule_revision',
  'title',
  'message',
  'severity',
  'severity_rank',
  'confidence',
  'place',
  'location',
  'detail',
  'first_seen',
  'first_run',
  'fixed_run',
  'own_severity',
  'tool_severity',
  'priority',
];

/** The findings as they were when they were seen for the first time: open, and nobody's. */
export function asFirstSeen(): RawBuilder<unknown> {
  const columns = [
    ...AS_THEY_ARE.map((name) => sql.ref(name)),
    ...Object.entries(NEW).map(([name, value]) => sql`${value} as ${sql.ref(name)}`),
  ];
  return sql`select ${sql.join(columns)} from finding`;
}
