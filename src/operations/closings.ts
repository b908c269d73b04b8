import * as z from 'zod';
import { type CloseReview, closeReviewed, readReview } from '../findings/close-review.ts';
import { SentinelError } from '../lib/errors.ts';
import { assetNames } from '../store/findings.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const Path = z.object({ id: z.string().max(100).describe('Its id, or that of the run') });

const Closing = z.object({
  id: z.string(),
  run: z.string(),
  asset: z.string(),
  assetName: z.string(),
  tool: z.string(),
  open: z.int().describe('Findings of the tool that were open before the run'),
  closing: z.int().describe('Of these, the ones that it did not find again'),
  created: z.int(),
  /** `approving`: it was approved and the closing goes on. */
  status: z.enum(['waiting', 'approving', 'approved', 'rejected', 'superseded']),
  decided: z.int().nullable(),
  decidedBy: z.string().nullable(),
});

export const closingList = defineOperation({
  id: 'findings.closings.list',
  summary: 'Runs that would close so many findings that somebody has to look first, newest first',
  method: 'GET',
  path: '/findings/closings',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...Page, status: z.enum(['waiting', 'decided', 'all']).default('waiting') }),
  body: NO_BODY,
  output: listOf(Closing),
  cli: 'closing list',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('close_review')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id', 'desc');
    if (query.status !== 'all')
      rows = rows.where('status', query.status === 'waiting' ? 'in' : 'not in', ['waiting', 'approving']);
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    const names = await assetNames(
      db,
      result.rows.map(({ asset }) => asset),
    );
    return { items: result.rows.map((row) => toClosing(row, names)), nextCursor: result.nextCursor };
  },
});

export const closingApprove = defineOperation({
  id: 'findings.closings.approve',
  summary: 'Close what the run did not find again',
  method: 'POST',
  path: '/findings/closings/{id}/approve',
  permission: 'finding:accept',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: Closing.extend({ closed: z.int() }),
  cli: 'closing approve',
  async handler(context, { path }) {
    const { services, caller } = context;
    const { store } = services;
    const review = await readReview(store.db, caller.project, path.id);
    // After a crash the closing goes on when it is approved again.
    await decide(context, review, { from: ['waiting', 'approving'], to: 'approving' });
    const closed = await closeReviewed(store, review, caller.id);
    return { ...(await read(context, review.id)), closed };
  },
});

export const closingReject = defineOperation({
  id: 'findings.closings.reject',
  summary: 'Leave the findings open: the run has not looked where they are',
  method: 'POST',
  path: '/findings/closings/{id}/reject',
  permission: 'finding:accept',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: Closing,
  cli: 'closing reject',
  async handler(context, { path }) {
    const review = await readReview(context.services.store.db, context.caller.project, path.id);
    await decide(context, review, { from: ['waiting'], to: 'rejected' });
    return read(context, review.id);
  },
});

async function decide(
  context: OperationContext,
  review: CloseReview,
  { from, to }: { from: readonly string[]; to: 'approving' | 'rejected' },
): Promise<void> {
  const { caller } = context;
  await context.change(async ({ tx, emit }) => {
    const { numUpdatedRows } = await tx
      .updateTable('close_review')
      .set({ status: to, decided: Date.now(), decided_by: caller.id })
      .where('id', '=', review.id)
      .where('status', 'in', from)
      .executeTakeFirst();
    if (numUpdatedRows === 0n)
      throw new SentinelError(
        'not-possible-now',
        `The closing does not wait for anybody: it is ${review.status}.`,
      );
    emit({
      type: 'closing.decided',
      project: caller.project,
      actor: caller.id,
      subject: review.id,
      run: review.run,
      data: { approved: to === 'approving', closing: review.closing },
    });
    context.audit({ subject: review.id, before: { status: review.status }, after: { status: to } });
  });
}

async function read({ services, caller }: OperationContext, id: string): Promise<z.output<typeof Closing>> {
  const { db } = services.store;
  const row = await readReview(db, caller.project, id);
  return toClosing(row, await assetNames(db, [row.asset]));
}

function toClosing(row: CloseReview, names: ReadonlyMap<string, string>): z.output<typeof Closing> {
  return {
    id: row.id,
    run: row.run,
    asset: row.asset,
    assetName: names.get(row.asset) ?? '',
    tool: row.task,
    open: row.open,
    closing: row.closing,
    created: row.created,
    status: row.status as z.output<typeof Closing>['status'],
    decided: row.decided,
    decidedBy: row.decided_by,
  };
}
