import { type Kysely, type Selectable, sql } from 'kysely';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { NewEvent, StoredEvent } from '../model/event.ts';
import { bulkInsertion, type ColumnType, type Statement } from './bulk.ts';
import type { Database } from './schema.ts';

export type EventRow = Selectable<Database['event']>;

const COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  time: 'int',
  type: 'text',
  v: 'int',
  project: 'text',
  actor: 'text',
  subject: 'text',
  run: 'text',
  cause: 'text',
  data: 'text',
};

/** Must be the last statements of their transaction: on PostgreSQL a lock makes the order of seq the order of commits. */
export function eventStatements(dialect: 'sqlite' | 'postgres', events: readonly NewEvent[]): Statement[] {
  if (events.length === 0) return [];
  const time = Date.now();
  const rows = events.map((event) => ({
    id: newId('evt'),
    time,
    type: event.type,
    v: 1,
    project: event.project,
    actor: visibleText(event.actor),
    subject: event.subject,
    run: event.run ?? null,
    cause: event.cause ? JSON.stringify(event.cause) : null,
    data: JSON.stringify(event.data, visibleStrings),
  }));
  const insert = bulkInsertion(dialect, { table: 'event', columns: COLUMNS, rows });
  if (dialect === 'sqlite') return [insert];
  return [sql`select pg_advisory_xact_lock(7358201)`, insert, sql`select pg_notify('sentinelx_event', '')`];
}

/** Each string by itself: an escape such as `\u{e0001}` put into finished JSON would make it unreadable. */
function visibleStrings(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? visibleText(value) : value;
}

/** Events after `after`, oldest first; of one run when `run` is given. */
export function readEvents(
  db: Kysely<Database>,
  page: { after: number; upTo?: number; run?: string; project?: string; limit: number },
): Promise<EventRow[]> {
  let query = db.selectFrom('event').selectAll().where('seq', '>', page.after);
  if (page.upTo !== undefined) query = query.where('seq', '<=', page.upTo);
  if (page.run !== undefined) query = query.where('run', '=', page.run);
  if (page.project !== undefined) query = query.where('project', '=', page.project);
  return query.orderBy('seq').limit(page.limit).execute();
}

export function toEvent(row: EventRow, epoch: string): StoredEvent {
  return {
    cursor: `${epoch}:${row.seq}`,
    id: row.id,
    time: row.time,
    type: row.type,
    v: row.v,
    project: row.project,
    actor: row.actor,
    subject: row.subject,
    run: row.run,
    data: JSON.parse(row.data),
  };
}
