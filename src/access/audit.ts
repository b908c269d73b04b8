import { createHmac } from 'node:crypto';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Database } from '../store/schema.ts';
import type { Store, WriteContext } from '../store/store.ts';

export type AuditRow = Selectable<Database['audit_entry']>;

/** Everything that does not belong to one project: sign-ins, accounts, roles, the configuration. */
export const INSTANCE = 'global';

export interface AuditDetails {
  /** Id of what it is about. */
  subject?: string;
  project?: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditEvent extends AuditDetails {
  /** `usr_…`, `svc_…`, `local:<os user>`, `anonymous`. */
  actor: string;
  /** How the actor is known: `session:<id>`, `token:<id>`, `local`, `none`. */
  via: string;
  address: string;
  request: string;
  operation: string;
  project: string;
  outcome: AuditRow['outcome'];
  code: string | null;
}

/** Stands before the first entry. */
export const GENESIS = '0'.repeat(64);
/** Transactions of several servers append one after the other. */
const AUDIT_LOCK = 7358202;

/**
 * Adds one entry to the chain, in the transaction of what it tells of, and as an event. `mac` = HMAC-SHA256 over the `mac`
 * before and the canonical JSON of the entry.
 */
export async function appendAudit(
  { tx, emit }: WriteContext,
  { key, dialect }: { key: Buffer; dialect: Store['dialect'] },
  event: AuditEvent,
): Promise<number> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`.execute(tx);
  const last = await head(tx);
  const entry: Omit<AuditRow, 'mac'> = {
    seq: (last?.seq ?? 0) + 1,
    id: newId('aud'),
    time: Date.now(),
    actor: visibleText(event.actor),
    via: event.via,
    address: visibleText(event.address),
    request: event.request,
    operation: event.operation,
    project: event.project,
    subject: visibleText(event.subject ?? ''),
    outcome: event.outcome,
    code: event.code,
    before: json(event.before),
    after: json(event.after),
  };
  await tx
    .insertInto('audit_entry')
    .values({ ...entry, mac: macOf(key, last?.mac ?? GENESIS, entry) })
    .execute();
  emit({
    type: 'audit.recorded',
    project: entry.project,
    actor: entry.actor,
    subject: entry.subject || entry.id,
    data: {
      entry: entry.id,
      seq: entry.seq,
      operation: entry.operation,
      outcome: entry.outcome,
      code: entry.code,
      address: entry.address,
    },
  });
  return entry.seq;
}

export function head(
  db: Kysely<Database> | Transaction<Database>,
): Promise<{ seq: number; mac: string; time: number } | undefined> {
  return db
    .selectFrom('audit_entry')
    .select(['seq', 'mac', 'time'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Hex HMAC of an entry behind the one whose `mac` is `before`. */
export function macOf(key: Buffer, before: string, entry: Omit<AuditRow, 'mac'>): string {
  const text = JSON.stringify([
    before,
    entry.seq,
    entry.id,
    entry.time,
    entry.actor,
    entry.via,
    entry.address,
    entry.request,
    entry.operation,
    entry.project,
    entry.subject,
    entry.outcome,
    entry.code,
    entry.before,
    entry.after,
  ]);
  return createHmac('sha256', key).update(text).digest('hex');
}

function json(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? visibleText(inner) : inner,
  );
}
