import * as z from 'zod';
import type { AuditRow } from '../access/audit.ts';
import { allEntries, verifyAudit } from '../access/audit-check.ts';
import { SentinelError } from '../lib/errors.ts';
import { Download, defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const Entry = z.object({
  seq: z.int(),
  id: z.string(),
  time: z.int(),
  actor: z.string(),
  via: z.string(),
  address: z.string(),
  request: z.string(),
  operation: z.string(),
  project: z.string(),
  subject: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  code: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});

export const auditList = defineOperation({
  id: 'audit.list',
  summary: 'Audit entries, newest first',
  method: 'GET',
  path: '/audit',
  permission: 'audit:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    actor: z.string().max(100).optional(),
    operation: z.string().max(100).optional(),
    subject: z.string().max(200).optional(),
    project: z.string().max(100).optional(),
    outcome: z.enum(['done', 'refused', 'failed']).optional(),
    since: z.iso.datetime({ offset: true }).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  body: NO_BODY,
  output: listOf(Entry),
  cli: 'audit list',
  async handler({ services }, { query }) {
    let rows = services.store.db.selectFrom('audit_entry').selectAll();
    for (const column of ['actor', 'operation', 'subject', 'project', 'outcome'] as const)
      if (query[column] !== undefined) rows = rows.where(column, '=', query[column] as never);
    if (query.since) rows = rows.where('time', '>=', Date.parse(query.since));
    if (query.until) rows = rows.where('time', '<=', Date.parse(query.until));
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

export const auditExport = defineOperation({
  id: 'audit.export',
  summary: 'All audit entries as JSON lines, oldest first',
  method: 'GET',
  path: '/audit/export',
  permission: 'audit:read',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'audit export',
  async handler({ services }) {
    return {
      name: 'audit.jsonl',
      mediaType: 'application/x-ndjson',
      async *open() {
        for await (const row of allEntries(services.store))
          yield Buffer.from(`${JSON.stringify({ ...toEntry(row), mac: row.mac })}\n`);
      },
    };
  },
});

function toEntry({ mac: _mac, ...row }: AuditRow): z.output<typeof Entry> {
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
