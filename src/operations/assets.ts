import type { ExpressionBuilder, Kysely } from 'kysely';
import * as z from 'zod';
import { CRITICALITIES, EXPOSURES } from '../findings/priority/facts.ts';
import { requestPass } from '../findings/priority/passes.ts';
import { SentinelError } from '../lib/errors.ts';
import { fold } from '../store/findings-index/filter.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const Criticality = z.enum(CRITICALITIES).nullable();
const Exposure = z.enum(EXPOSURES).nullable();
const Asset = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  key: z.string(),
  created: z.int(),
  criticality: Criticality.describe('Null: nobody has said'),
  exposure: Exposure.describe('Null: nobody has said'),
});
const COLUMNS = ['id', 'name', 'kind', 'key', 'created', 'criticality', 'exposure'] as const;

export const assetList = defineOperation({
  id: 'assets.list',
  summary: 'What was examined: assets, with what is known of them',
  method: 'GET',
  path: '/assets',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    q: z.string().max(200).optional().describe('A part of the name'),
    all: z
      .stringbool()
      .default(false)
      .describe(
        'Also those of which no finding, no run and no word is left, as an import that was undone leaves them',
      ),
    unknown: z.stringbool().default(false).describe('Only those of which something is not known'),
  }),
  body: NO_BODY,
  output: listOf(Asset),
  cli: 'asset list',
  async handler({ services, caller }, { query }) {
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.string(), z.string()])) : undefined;
    let rows = services.store.db
      .selectFrom('asset')
      .select(COLUMNS)
      .where('project', '=', caller.project)
      .orderBy('name')
      .orderBy('id')
      .limit(query.limit + 1);
    if (!query.all) rows = rows.where(isUsed);
    if (after)
      rows = rows.where((e) =>
        e.or([e('name', '>', after[0]), e.and([e('name', '=', after[0]), e('id', '>', after[1])])]),
      );
    if (query.q) {
      const part = `%${fold(query.q).replace(/[\\%_]/g, '\\$&')}%`;
      rows = rows.where((e) => e(e.fn<string>('lower', ['name']), 'like', e.val(part)));
    }
    if (query.unknown)
      rows = rows.where((e) => e.or([e('criticality', 'is', null), e('exposure', 'is', null)]));
    const result = page(await rows.execute(), query.limit, (row) => packCursor(row.name, row.id));
    return { items: result.rows.map(toAsset), nextCursor: result.nextCursor };
  },
});

function isUsed(e: ExpressionBuilder<Database, 'asset'>) {
  const runs = e
    .selectFrom('run as r')
    .leftJoin('import_receipt as i', 'i.run', 'r.id')
    .select('r.id')
    .whereRef('r.asset', '=', 'asset.id')
    .where('i.undone', 'is', null);
  return e.or([
    e('criticality', 'is not', null),
    e('exposure', 'is not', null),
    e.exists(e.selectFrom('finding as f').select('f.id').whereRef('f.asset', '=', 'asset.id')),
    e.exists(runs),
  ]);
}

export const assetGet = defineOperation({
  id: 'assets.get',
  summary: 'One asset, with what is known of it',
  method: 'GET',
  path: '/assets/{id}',
  permission: 'finding:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: Asset,
  cli: 'asset show',
  handler: async ({ services, caller }, { path }) =>
    toAsset(await readAsset(services.store.db, { id: path.id, project: caller.project })),
});

export const assetSet = defineOperation({
  id: 'assets.set',
  summary: 'Say how critical an asset is and how far it can be reached: priorities follow',
  method: 'PATCH',
  path: '/assets/{id}',
  permission: 'policy:write',
  audited: true,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: z.strictObject({
    criticality: Criticality.optional().describe('What its loss would mean; null: unknown'),
    exposure: Exposure.optional().describe('From where it can be reached; null: unknown'),
  }),
  output: Asset,
  cli: 'asset set',
  async handler(context, { path, body }) {
    const { project, id: actor } = context.caller;
    if (body.criticality === undefined && body.exposure === undefined)
      throw new SentinelError('invalid-parameter', 'Say what is to be set: criticality or exposure.', {
        fields: [{ field: 'criticality', message: `one of ${CRITICALITIES.join(', ')}` }],
      });
    return context.change(async ({ tx, emit }) => {
      const before = await readAsset(tx, { id: path.id, project });
      context.match(toAsset(before));
      const known = {
        criticality: body.criticality === undefined ? before.criticality : body.criticality,
        exposure: body.exposure === undefined ? before.exposure : body.exposure,
      };
      const { criticality, exposure } = before;
      context.audit({ subject: before.id, before: { criticality, exposure }, after: known });
      await tx.updateTable('asset').set(known).where('id', '=', before.id).execute();
      emit({ type: 'asset.changed', project, actor, subject: before.id, data: known });
      await requestPass({ tx }, { project, scope: { asset: before.id }, now: Date.now() });
      return toAsset({ ...before, ...known });
    });
  },
});

async function readAsset(db: Kysely<Database>, { id, project }: { id: string; project: string }) {
  const row = await db
    .selectFrom('asset')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no asset ${id}.`);
  return row;
}

function toAsset(row: {
  id: string;
  name: string;
  kind: string;
  key: string;
  created: number;
  criticality: string | null;
  exposure: string | null;
}): z.output<typeof Asset> {
  return Asset.parse({ ...row, created: Number(row.created) });
}
