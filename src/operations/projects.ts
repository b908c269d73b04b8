import * as z from 'zod';
import { accessChanged } from '../access/access-version.ts';
import { INSTANCE } from '../access/audit.ts';
import { DEFAULT_PROJECT } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import { EVERYWHERE } from '../model/permission.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const Slug = z
  .string()
  .min(2)
  .max(60)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'expects lower-case letters, digits and dashes')
  .meta({ examples: ['web-shop'] });
const Project = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  created: z.int(),
  archived: z.boolean(),
});
const ProjectPath = z.object({ id: z.string() });

export const projectList = defineOperation({
  id: 'projects.list',
  summary: 'Projects that I have access to',
  method: 'GET',
  path: '/projects',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: z.object({ archived: z.stringbool().default(false) }),
  body: NO_BODY,
  output: listOf(Project),
  cli: 'project list',
  async handler({ services, caller }, { query }) {
    const own = new Set((await visible(services, caller)).map((project) => project.id));
    const rows = await services.store.db.selectFrom('project').selectAll().orderBy('slug').execute();
    return {
      items: rows
        .filter((row) => own.has(row.id))
        .map(toProject)
        .filter((row) => query.archived || !row.archived),
      nextCursor: null,
    };
  },
});

export const projectGet = defineOperation({
  id: 'projects.get',
  summary: 'One project and who works in it',
  method: 'GET',
  path: '/projects/{id}',
  permission: 'project:read',
  audited: false,
  pathParams: ProjectPath,
  query: NONE,
  body: NO_BODY,
  output: Project.extend({
    members: z.array(
      z.object({ principal: z.string(), name: z.string(), role: z.string(), everywhere: z.boolean() }),
    ),
  }),
  cli: 'project show',
  async handler(context, { path }) {
    const project = await readProject(context, path.id);
    const { caller, services } = context;
    if (
      caller.permissions !== 'all' &&
      !(await services.grants.permissionsIn(caller.id, project.id)).has('project:read')
    )
      throw new SentinelError('forbidden', `This needs the permission project:read in ${project.slug}.`);
    return withMembers(services.store, project);
  },
});

export const projectCreate = defineOperation({
  id: 'projects.create',
  summary: 'Make a project: its own runs, findings, files, secrets and scope',
  method: 'POST',
  path: '/projects',
  permission: 'project:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ slug: Slug, name: z.string().trim().min(1).max(100).optional() }),
  output: Project,
  status: 201,
  cli: 'project add',
  handler: (context, { body }) =>
    context.change(async (write) => {
      const known = await write.tx
        .selectFrom('project')
        .select('id')
        .where('slug', '=', body.slug)
        .executeTakeFirst();
      if (known)
        throw new SentinelError('already-exists', `There is a project '${body.slug}' already.`, {
          fields: [{ field: 'slug', message: 'is taken' }],
        });
      const row = {
        id: newId('prj'),
        slug: body.slug,
        name: visibleText(body.name ?? body.slug),
        created: Date.now(),
        archived: null,
      };
      await write.tx.insertInto('project').values(row).execute();
      await accessChanged(write);
      context.audit({ subject: row.id, project: INSTANCE, after: { slug: row.slug, name: row.name } });
      return toProject(row);
    }),
});

export const projectUpdate = defineOperation({
  id: 'projects.update',
  summary: 'Rename a project, archive it or bring it back; nothing in it is lost',
  method: 'PATCH',
  path: '/projects/{id}',
  permission: 'project:write',
  audited: true,
  pathParams: ProjectPath,
  query: NONE,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    archived: z.boolean().optional(),
  }),
  output: Project,
  cli: 'project update',
  async handler(context, { path, body }) {
    const before = await readProject(context, path.id);
    if (body.archived && before.id === DEFAULT_PROJECT)
      throw new SentinelError('built-in', 'The usual project cannot be archived.');
    context.match(await withMembers(context.services.store, before));
    context.audit({ subject: before.id, project: INSTANCE, before, after: body });
    if (body.name === undefined && body.archived === undefined) return before;
    await context.change(async (write) => {
      await write.tx
        .updateTable('project')
        .set({
          ...(body.name === undefined ? {} : { name: visibleText(body.name) }),
          ...(body.archived === undefined ? {} : { archived: body.archived ? Date.now() : null }),
        })
        .where('id', '=', before.id)
        .execute();
      await accessChanged(write);
    });
    return readProject(context, before.id);
  },
});

/** As `projects.get` answers, whose tag an edit names. */
async function withMembers(
  { db }: Pick<OperationContext['services']['store'], 'db'>,
  project: z.infer<typeof Project>,
) {
  const members = await db
    .selectFrom('grant_entry as g')
    .innerJoin('user_account as u', 'u.id', 'g.principal')
    .select(['g.principal', 'u.name', 'g.role', 'g.project'])
    .where('g.project', 'in', [project.id, EVERYWHERE])
    .orderBy('u.login')
    .orderBy('g.role')
    .execute();
  return {
    ...project,
    members: members.map(({ principal, name, role, project: where }) => ({
      principal,
      name,
      role,
      everywhere: where === EVERYWHERE,
    })),
  };
}

async function visible({ grants }: OperationContext['services'], caller: OperationContext['caller']) {
  const own = caller.permissions === 'all' ? await grants.projects() : await grants.projectsOf(caller.id);
  return own.filter((project) => caller.onlyProject === undefined || project.id === caller.onlyProject);
}

/** By id or short name; one that the caller has no access to is as unknown as one that does not exist. */
async function readProject(
  { services, caller }: OperationContext,
  named: string,
): Promise<z.output<typeof Project>> {
  const found = (await visible(services, caller)).find(({ id, slug }) => id === named || slug === named);
  const row =
    found &&
    (await services.store.db.selectFrom('project').selectAll().where('id', '=', found.id).executeTakeFirst());
  if (!row) throw new SentinelError('not-found', `There is no project '${named.slice(0, 100)}'.`);
  return toProject(row);
}

function toProject(row: {
  id: string;
  slug: string;
  name: string;
  created: number;
  archived: number | null;
}): z.output<typeof Project> {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    created: row.created,
    archived: row.archived !== null,
  };
}
