import * as z from 'zod';
import type { AuditRow } from '../access/audit.ts';
import { verifyAudit } from '../access/audit-check.ts';
import { AuditEntry } from '../access/audit-entry.ts';
import { newestOf, sealed, verifyExport } from '../access/audit-export.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';
import { Download, defineOperation, Upload } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const PAGE = 2_000;
/** An export of about two million entries. */
const MOST_BYTES = 1024 ** 3;

const Project = z.string().max(100).optional();
const EachButProject = {
  actor: z.string().max(100).optional(),
  operation: z.string().max(100).optional(),
  subject: z.string().max(200).optional(),
  outcome: AuditEntry.shape.outcome.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
};
const Filters = { ...EachButProject, project: Project };
const COLUMNS = ['actor', 'operation', 'subject', 'project', 'outcome'] as const;
type Filter = z.output<z.ZodObject<typeof Filters>>;

export const auditList = defineOperation({
  id: 'audit.list',
  summary: 'Audit entries, newest first',
  method: 'GET',
  path: '/audit',
  permission: 'audit:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...Page, ...Filters }),
  body: NO_BODY,
  output: listOf(AuditEntry),
  cli: 'audit list',
  async handler({ services }, { query }) {
    let rows = thatFit(services.store, query);
    if (query.cursor) rows = rows.where('seq', '<', unpackCursor(query.cursor, z.tuple([z.int()]))[0]);
    const found = await rows
      .orderBy('seq', 'desc')
      .limit(query.limit + 1)
      .execute();
    const result = page(found, query.limit, (row) => packCursor(row.seq));
    return { items: result.rows.map(toEntry), nextCursor: result.nextCursor };
  },
});

export const auditVerify = defineOperation({
  id: 'audit.verify',
  summary: 'Follow the whole chain: was an entry altered, removed or moved, was the end cut',
  method: 'GET',
  path: '/audit/verify',
  permission: 'audit:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    ok: z.boolean(),
    entries: z.int(),
    problems: z.array(z.object({ seq: z.int(), problem: z.string() })),
    anchoredUpTo: z.int(),
    anchors: z.int(),
  }),
  cli: 'audit verify',
  handler: ({ services }) => verifyAudit(services.store, services.audit.key, services.dataDir),
});

export const auditVerifyFile = defineOperation({
  id: 'audit.verifyFile',
  summary: 'Is an exported file what it was: the whole log, a part of it, altered, or without its seal',
  method: 'POST',
  path: '/audit/verify-file',
  permission: 'audit:read',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Upload,
  output: z.object({
    state: z
      .enum(['whole', 'part', 'altered', 'unsealed', 'unknown'])
      .describe(
        'altered: a line was changed, added or taken out; unsealed: the last line is missing, so nobody can show that no others are; unknown: the file holds no entries of this log',
      ),
    entries: z.int(),
    first: z.int().nullable(),
    last: z.int().nullable(),
    filters: z
      .record(z.string(), z.string())
      .nullable()
      .describe('What a part was exported with; null when the last line, which says so, is missing'),
    newest: z.int().describe('Number of the newest entry of the log now'),
    problems: z.array(z.object({ line: z.int(), problem: z.string() })),
  }),
  upload: { maxBytes: MOST_BYTES },
  cli: 'audit verify-file',
  async handler(context, { body }) {
    const { store, audit } = context.services;
    const verdict = await verifyExport(body.content, { store, key: audit.key });
    const { state, entries, first, last } = verdict;
    context.audit({ after: { state, entries, first, last } });
    return verdict;
  },
});

export const auditExport = defineOperation({
  id: 'audit.export',
  summary:
    'Audit entries as JSON lines, oldest first: all, or those that fit, with a sealed last line that says which and how many',
  method: 'GET',
  path: '/audit/export',
  permission: 'audit:read',
  audited: true,
  pathParams: NONE,
  query: z.object({
    ...EachButProject,
    // `project` in the address of a download says where the caller works: a link carries no header.
    inProject: Project.describe('Only entries of this project'),
  }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'audit export',
  async handler(context, { query }) {
    const { store, audit } = context.services;
    const { inProject: project, ...others } = query;
    const filter = { ...others, project };
    const filters = Object.fromEntries(
      Object.entries(filter).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    );
    if (Object.keys(filters).length > 0) context.audit({ after: { filters } });
    return {
      name: nameOf(filter),
      mediaType: 'application/x-ndjson',
      open: () =>
        sealed(entriesThatFit(store, filter), { key: audit.key, filters, upTo: () => newestOf(store) }),
    };
  },
});

function thatFit(store: Store, filter: Filter) {
  let rows = store.db.selectFrom('audit_entry').selectAll();
  for (const column of COLUMNS)
    if (filter[column] !== undefined) rows = rows.where(column, '=', filter[column] as never);
  if (filter.since) rows = rows.where('time', '>=', Date.parse(filter.since));
  if (filter.until) rows = rows.where('time', '<=', Date.parse(filter.until));
  return rows;
}

async function* entriesThatFit(store: Store, filter: Filter): AsyncGenerator<AuditRow> {
  let after = 0;
  for (;;) {
    const rows = await thatFit(store, filter).where('seq', '>', after).orderBy('seq').limit(PAGE).execute();
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

/** The days as they were asked for, in the zone of who asked: `audit-2026-11-01-to-2026-11-07.jsonl`. */
function nameOf({ since, until, ...others }: Filter): string {
  const words = ['audit'];
  if (since) words.push(until ? since.slice(0, 10) : `since-${since.slice(0, 10)}`);
  if (until) words.push(since ? `to-${until.slice(0, 10)}` : `until-${until.slice(0, 10)}`);
  if (Object.values(others).some((value) => value !== undefined)) words.push('part');
  return `${words.join('-')}.jsonl`;
}

function toEntry({ mac: _mac, ...row }: AuditRow): z.output<typeof AuditEntry> {
  return { ...row, before: parsed(row.before), after: parsed(row.after) };
}

function parsed(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SentinelError('store-broken', 'An audit entry cannot be read.', { cause });
  }
}
