import * as z from 'zod';
import { editSuppression } from '../findings/lifecycle/suppressions.ts';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { readFilter } from '../store/findings-index/keys.ts';
import { defineOperation } from './operation.ts';
import { NONE } from './paging.ts';
import {
  getSuppression,
  ownerNamed,
  SUPPRESSION_REASONS,
  Suppression,
  SuppressionQuery,
  toSuppressions,
  wrong,
} from './suppressions.ts';

export const suppressionEdit = defineOperation({
  id: 'suppressions.edit',
  summary: 'Change a suppression rule; with another query, what it hides follows',
  method: 'PATCH',
  path: '/suppressions/{id}',
  permission: 'suppression:write',
  audited: true,
  pathParams: z.object({ id: z.string().max(100) }),
  query: NONE,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    query: SuppressionQuery.optional(),
    reason: z.enum(SUPPRESSION_REASONS).optional(),
    comment: z.string().trim().max(2_000).optional(),
    owner: z.string().max(100).optional().describe('Login or id of who answers for it'),
    expires: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .describe('Milliseconds since 1970; null: it never ends by itself'),
  }),
  output: Suppression.extend({
    changes: z
      .array(z.string())
      .describe('The changes that show and hide what another query makes different'),
  }),
  cli: 'suppression edit',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    if (Object.values(body).every((value) => value === undefined))
      throw wrong('(all)', 'Say what is to be different: name, query, reason, comment, owner or expires.');
    if (body.query !== undefined) readFilter(body.query, Date.now());
    if (typeof body.expires === 'number' && body.expires <= Date.now())
      throw wrong('expires', 'A suppression rule ends in the future.');
    const owner = body.owner === undefined ? undefined : await ownerNamed(context, body.owner);
    const set = {
      ...(body.name !== undefined && { name: visibleText(body.name) }),
      ...(body.query !== undefined && { query: body.query }),
      ...(body.reason !== undefined && { reason: body.reason }),
      ...(body.comment !== undefined && { comment: visibleText(body.comment) }),
      ...(owner !== undefined && { owner }),
      ...(body.expires !== undefined && { expires: body.expires }),
    };
    const { row, changes } = await context.change(async (write) => {
      const shown = await getSuppression(context, path.id);
      context.match(shown);
      const before = await write.tx
        .selectFrom('suppression')
        .selectAll()
        .where('id', '=', path.id)
        .where('project', '=', caller.project)
        .executeTakeFirstOrThrow();
      const next = { ...before, ...set };
      if (next.reason === 'other' && next.comment === '')
        throw wrong('comment', 'The reason other needs a comment that says it.');
      const edited = await editSuppression(write, { before, actor: caller.id, set });
      if (!edited) throw new SentinelError('not-possible-now', 'The rule has ended: make a new one.');
      context.audit({ subject: path.id, before: told(before), after: told(edited.row) });
      return edited;
    });
    // One after the other: what it hides and should not comes first.
    for (const change of changes) services.lifecycle.work(change);
    const [shown] = await toSuppressions(services.store.db, [row]);
    return { ...(shown as z.output<typeof Suppression>), changes };
  },
});

function told({
  name,
  query,
  reason,
  owner,
  expires,
}: {
  name: string;
  query: string;
  reason: string;
  owner: string;
  expires: number | null;
}) {
  return { name, query, reason, owner, expires };
}
