import type { Kysely } from 'kysely';
import type { Location } from '../../model/location.ts';
import type { Database } from '../../store/schema.ts';
import { placeOf } from '../place.ts';
import { statusBefore } from '../policy/status-at.ts';
import type { Was } from './sections.ts';

const KINDS = ['status', 'fixed', 'reopened', 'merged', 'unmerged', 'undone', 'severity', 'moved'] as const;

/** What a finding was at a moment, as far as it has changed since then until another one. */
export type Changes = Map<string, Was>;

/**
 * By finding what status, severity and place were at `from`, for those that changed behind it and not behind `to`. The first entry
 * behind a moment says what was before.
 */
export async function changesBetween(db: Kysely<Database>, span: Span): Promise<Changes> {
  return changesIn(await readSpan(db, span));
}

/** The same, and what was at a later moment `mid` for those that changed behind that one. */
export async function changesSince(
  db: Kysely<Database>,
  { mid, ...span }: Span & { mid: number },
): Promise<{ since: Changes; later: Changes }> {
  const rows = await readSpan(db, span);
  return { since: changesIn(rows), later: changesIn(rows.filter(({ time }) => Number(time) > mid)) };
}

interface Span {
  project: string;
  from: number;
  to: number;
}

function readSpan(db: Kysely<Database>, { project, from, to }: Span) {
  return db
    .selectFrom('finding_history')
    .select(['finding', 'kind', 'data', 'time'])
    .where('project', '=', project)
    .where('time', '>', from)
    .where('time', '<=', to)
    .where('kind', 'in', [...KINDS])
    .orderBy('time')
    .orderBy('id')
    .execute();
}

/** The same for some findings only, from a moment (which belongs to what is behind) until now. */
export async function changesOf(
  db: Kysely<Database>,
  { findings, from }: { findings: readonly string[]; from: number },
): Promise<Changes> {
  if (findings.length === 0) return new Map();
  const rows = await db
    .selectFrom('finding_history')
    .select(['finding', 'kind', 'data'])
    .where('finding', 'in', [...findings])
    .where('time', '>=', from)
    .where('kind', 'in', [...KINDS])
    .orderBy('time')
    .orderBy('id')
    .execute();
  return changesIn(rows);
}

function changesIn(rows: readonly { finding: string; kind: string; data: string }[]): Changes {
  const changes: Changes = new Map();
  for (const { finding, kind, data } of rows) {
    const was = changes.get(finding) ?? {};
    addBefore(was, kind, JSON.parse(data) as Record<string, unknown>);
    changes.set(finding, was);
  }
  return changes;
}

function addBefore(was: Was, kind: string, data: Record<string, unknown>): void {
  if (kind === 'severity') {
    if (typeof data.from === 'string') was.severity ??= data.from;
  } else if (kind === 'moved') {
    if (typeof data.from === 'object' && data.from !== null) was.place ??= placeOf(data.from as Location);
  } else {
    const status = statusBefore(kind, data);
    if (status !== null) was.status ??= status;
  }
}
