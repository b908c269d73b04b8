import type { Kysely } from 'kysely';
import * as z from 'zod';
import { Mapping } from '../importers/mapping/mapping.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const MOST_MAPPINGS = 500;
const Name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'lower-case letters, digits and "-"')
  .meta({ examples: ['our-scanner'] });
const NamePath = z.object({ name: Name });
const StoredMapping = z.object({
  name: z.string(),
  mapping: Mapping,
  created: z.int(),
  actor: z.string(),
});

export const mappingList = defineOperation({
  id: 'imports.mappings.list',
  summary: 'Mappings of the project: how CSV and JSON reports of other tools become findings',
  method: 'GET',
  path: '/import-mappings',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(StoredMapping),
  cli: 'findings mapping list',
  async handler({ services, caller }) {
    const rows = await services.store.db
      .selectFrom('import_mapping')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('name')
      .execute();
    const items = rows.map(({ name, mapping, created, actor }) => ({
      name,
      mapping: Mapping.parse(JSON.parse(mapping)),
      created,
      actor,
    }));
    return { items, nextCursor: null };
  },
});

export const mappingSave = defineOperation({
  id: 'imports.mappings.save',
  summary: 'Store a mapping under a name, or another one in its place',
  method: 'PUT',
  path: '/import-mappings/{name}',
  permission: 'finding:import',
  audited: true,
  pathParams: NamePath,
  query: NONE,
  body: Mapping,
  output: StoredMapping,
  cli: 'findings mapping save',
  async handler(context, { path, body }) {
    const { caller } = context;
    const now = Date.now();
    const row = {
      project: caller.project,
      name: path.name,
      mapping: JSON.stringify(body),
      created: now,
      actor: caller.id,
    };
    await context.change(async ({ tx, emit }) => {
      const before = await tx
        .selectFrom('import_mapping')
        .select(['id', 'mapping'])
        .where('project', '=', caller.project)
        .where('name', '=', path.name)
        .executeTakeFirst();
      const id = before?.id ?? newId('map');
      context.audit({
        subject: id,
        ...(before ? { before: JSON.parse(before.mapping) } : {}),
        after: { name: path.name, ...body },
      });
      if (before) await tx.updateTable('import_mapping').set(row).where('id', '=', id).execute();
      else {
        const { count } = await tx
          .selectFrom('import_mapping')
          .select((e) => e.fn.countAll<number>().as('count'))
          .where('project', '=', caller.project)
          .executeTakeFirstOrThrow();
        if (Number(count) >= MOST_MAPPINGS)
          throw new SentinelError(
            'not-possible-now',
            `A project keeps ${MOST_MAPPINGS} mappings at most: remove one first.`,
          );
        await tx
          .insertInto('import_mapping')
          .values({ id, ...row })
          .execute();
      }
      emit({
        type: 'import-mapping.saved',
        project: caller.project,
        actor: caller.id,
        subject: id,
        data: { name: path.name },
      });
    });
    return { name: path.name, mapping: body, created: now, actor: caller.id };
  },
});

export const mappingRemove = defineOperation({
  id: 'imports.mappings.remove',
  summary: 'Remove a mapping; what was imported with it stays',
  method: 'DELETE',
  path: '/import-mappings/{name}',
  permission: 'finding:import',
  audited: true,
  pathParams: NamePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'findings mapping remove',
  async handler(context, { path }) {
    const { caller } = context;
    await context.change(async ({ tx, emit }) => {
      const row = await tx
        .deleteFrom('import_mapping')
        .where('project', '=', caller.project)
        .where('name', '=', path.name)
        .returning(['id', 'mapping'])
        .executeTakeFirst();
      if (!row) throw new SentinelError('not-found', `There is no mapping '${path.name}'.`);
      context.audit({ subject: row.id, before: { name: path.name, ...JSON.parse(row.mapping) } });
      emit({
        type: 'import-mapping.removed',
        project: caller.project,
        actor: caller.id,
        subject: row.id,
        data: { name: path.name },
      });
    });
    return {};
  },
});

export async function mappingNamed(db: Kysely<Database>, project: string, name: string): Promise<Mapping> {
  const rows = await db
    .selectFrom('import_mapping')
    .select(['name', 'mapping'])
    .where('project', '=', project)
    .execute();
  const row = rows.find((one) => one.name === name);
  if (row) return Mapping.parse(JSON.parse(row.mapping));
  const near = closest(
    name,
    rows.map((one) => one.name),
  );
  throw new SentinelError(
    'not-found',
    `There is no mapping '${name}'.${near ? ` Did you mean '${near}'?` : ''}`,
  );
}
