import type { Selectable } from 'kysely';
import * as z from 'zod';
import { digest, randomText } from '../access/digest.ts';
import { hashPassword } from '../access/passwords.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { REPORT_FORMATS, ReportFormat } from '../reports/model.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { ownReport } from './report-view.ts';
import { formatsOf } from './shared-report.ts';

const DAY_MS = 86_400_000;

const Share = z.object({
  id: z.string(),
  report: z.string(),
  formats: z.array(ReportFormat),
  /** It asks for a password. */
  password: z.boolean(),
  /** Without code, evidence and names of places. */
  redact: z.boolean(),
  created: z.int(),
  expires: z.int(),
  revoked: z.int().nullable(),
  actor: z.string(),
  opened: z.int(),
  lastOpened: z.int().nullable(),
});
type Share = z.output<typeof Share>;
type Row = Selectable<Database['report_share']>;

const ReportPath = z.object({ id: z.string().max(60) });
const SharePath = ReportPath.extend({ share: z.string().max(60) });

export const reportShare = defineOperation({
  id: 'reports.share',
  summary: 'Make a link to a report for readers without an account; its address is shown this once',
  method: 'POST',
  path: '/reports/{id}/shares',
  permission: 'report:share',
  audited: true,
  pathParams: ReportPath,
  query: NONE,
  body: z.object({
    formats: z
      .array(ReportFormat)
      .min(1)
      .max(REPORT_FORMATS.length)
      .default(['html', 'pdf'])
      .describe('What readers can open or download'),
    expiresInDays: z.int().min(1).max(365).default(14).describe('The link ends after so many days'),
    password: z.string().min(8).max(256).optional().meta({ secret: true }).describe('Readers must give it'),
    redact: z.boolean().default(true).describe('Leave out code, evidence and names of places'),
  }),
  output: z.object({ share: Share, path: z.string(), url: z.string() }),
  status: 201,
  shownOnce: true,
  cli: 'report share',
  async handler(context, { path, body }) {
    const { services, caller, from } = context;
    const report = await ownReport(context, path.id);
    // What the link shows is made now: whoever opens it does not wait, and cannot make us work.
    const formats = REPORT_FORMATS.filter((one) => body.formats.includes(one));
    for (const format of formats) await services.reports.fileOf(report, format, body.redact);
    const value = randomText();
    const now = Date.now();
    const row: Row = {
      id: newId('shr'),
      project: report.project,
      report: report.id,
      hash: digest(value),
      format: formats[0] ?? 'html',
      formats: JSON.stringify(formats),
      password: body.password === undefined ? null : await hashPassword(body.password),
      redact: body.redact ? 1 : 0,
      created: now,
      expires: now + body.expiresInDays * DAY_MS,
      revoked: null,
      actor: caller.id,
    };
    await context.change(async ({ tx }) => {
      context.audit({
        subject: row.id,
        after: {
          report: report.id,
          formats,
          redact: body.redact,
          password: row.password !== null,
          expires: row.expires,
        },
      });
      await tx.insertInto('report_share').values(row).execute();
    });
    const link = `/r/${value}`;
    const origin = services.configuration?.config.publicUrl ?? from.origin ?? '';
    return { share: view(row, undefined), path: link, url: `${origin.replace(/\/$/, '')}${link}` };
  },
});

export const reportShares = defineOperation({
  id: 'reports.shares',
  summary: 'Links to a report, newest first, with how often each was opened',
  method: 'GET',
  path: '/reports/{id}/shares',
  permission: 'report:share',
  audited: false,
  pathParams: ReportPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({ items: z.array(Share) }),
  cli: 'report shares',
  async handler(context, { path }) {
    const { db } = context.services.store;
    const report = await ownReport(context, path.id);
    const rows = await db
      .selectFrom('report_share')
      .selectAll()
      .where('report', '=', report.id)
      .orderBy('id', 'desc')
      .execute();
    const ids = rows.map(({ id }) => id);
    const opened =
      ids.length === 0
        ? []
        : await db
            .selectFrom('report_access')
            .select((e) => [
              'share',
              e.fn.countAll<number | string>().as('count'),
              e.fn.max('time').as('last'),
            ])
            .where('share', 'in', ids)
            .where('outcome', '=', 'opened')
            .groupBy('share')
            .execute();
    return {
      items: rows.map((row) =>
        view(
          row,
          opened.find(({ share }) => share === row.id),
        ),
      ),
    };
  },
});

export const reportRevoke = defineOperation({
  id: 'reports.revoke',
  summary: 'End a link to a report at once',
  method: 'DELETE',
  path: '/reports/{id}/shares/{share}',
  permission: 'report:share',
  audited: true,
  pathParams: SharePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'report revoke',
  async handler(context, { path }) {
    const row = await ownShare(context, path);
    context.audit({ subject: row.id, before: { report: row.report, revoked: row.revoked } });
    await context.change(async ({ tx }) => {
      await tx
        .updateTable('report_share')
        .set({ revoked: Date.now() })
        .where('id', '=', row.id)
        .where('revoked', 'is', null)
        .execute();
    });
    return {};
  },
});

export const reportAccesses = defineOperation({
  id: 'reports.accesses',
  summary: 'Who opened a link to a report, or tried to, newest first',
  method: 'GET',
  path: '/reports/{id}/shares/{share}/accesses',
  permission: 'report:share',
  audited: false,
  pathParams: SharePath,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(
    z.object({ id: z.string(), time: z.int(), address: z.string(), agent: z.string(), outcome: z.string() }),
  ),
  cli: 'report accesses',
  async handler(context, { path, query }) {
    const share = await ownShare(context, path);
    let select = context.services.store.db
      .selectFrom('report_access')
      .select(['id', 'time', 'address', 'agent', 'outcome'])
      .where('share', '=', share.id)
      .orderBy('id', 'desc')
      .limit(query.limit + 1);
    if (query.cursor) select = select.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const { rows, nextCursor } = page(await select.execute(), query.limit, (row) => packCursor(row.id));
    return { items: rows.map((row) => ({ ...row, time: Number(row.time) })), nextCursor };
  },
});

async function ownShare(context: OperationContext, path: { id: string; share: string }): Promise<Row> {
  const report = await ownReport(context, path.id);
  const row = await context.services.store.db
    .selectFrom('report_share')
    .selectAll()
    .where('id', '=', path.share)
    .where('report', '=', report.id)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `The report ${report.id} has no link ${path.share}.`);
  return row;
}

function view(row: Row, opened: { count: number | string; last: number | string | null } | undefined): Share {
  return {
    id: row.id,
    report: row.report,
    formats: formatsOf(row),
    password: row.password !== null,
    redact: Number(row.redact) === 1,
    created: Number(row.created),
    expires: Number(row.expires),
    revoked: row.revoked === null ? null : Number(row.revoked),
    actor: row.actor,
    opened: Number(opened?.count ?? 0),
    lastOpened: opened?.last == null ? null : Number(opened.last),
  };
}
