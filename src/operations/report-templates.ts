import type { Selectable } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { BUILT_IN_TEMPLATES, Look } from '../reports/model.ts';
import { checkTemplate } from '../reports/template/liquid.ts';
import { MOST_LOGO_BYTES, readLogo } from '../reports/template/logo.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation, type OperationContext, Upload } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

type Row = Selectable<Database['report_template']>;

const MOST_SOURCE = 100_000;

const Template = z.object({
  id: z.string(),
  name: z.string(),
  builtIn: z.boolean(),
  /** The built-in template whose contents it has; null: its own. */
  base: z.enum(BUILT_IN_TEMPLATES).nullable(),
  description: z.string(),
  organisation: z.string(),
  footer: z.string(),
  logo: z.boolean(),
  updated: z.int().nullable(),
});
const WholeTemplate = Template.extend({ source: z.string() });
type WholeTemplate = z.output<typeof WholeTemplate>;

const DESCRIPTIONS: Record<(typeof BUILT_IN_TEMPLATES)[number], string> = {
  executive: 'What it comes to, what matters most, what was accepted',
  technical: 'Every finding with its code, and what to do about it',
  compliance: 'Findings under OWASP Top 10, ASVS, PCI DSS, NIST SSDF and CWE Top 25',
  delta: 'What is new, fixed and changed since an earlier report or time',
};

const TemplatePath = z.object({ id: z.string().max(80) });
const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,59}$/, 'expects a name such as quarterly-report')
  .refine(
    (name) => !BUILT_IN_TEMPLATES.some((one) => one === name),
    'is the name of a template that comes with SentinelX',
  );
const Body = z.object({
  name: Name,
  base: z
    .enum(BUILT_IN_TEMPLATES)
    .nullable()
    .optional()
    .describe('Has the contents of this template, in the look of the organisation'),
  source: z
    .string()
    .max(MOST_SOURCE)
    .optional()
    .describe('Contents of its own: Markdown with Liquid; docs/guides/reports.md says what it may use'),
  organisation: Look.shape.organisation.optional(),
  footer: Look.shape.footer.optional(),
});

export const reportTemplateList = defineOperation({
  id: 'reportTemplates.list',
  summary: 'Templates of reports: those that come with SentinelX, and own ones',
  method: 'GET',
  path: '/report-templates',
  permission: 'report:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({ items: z.array(Template) }),
  cli: 'report template list',
  async handler({ services, caller }) {
    const rows = await services.store.db
      .selectFrom('report_template')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('name')
      .execute();
    const builtIn = BUILT_IN_TEMPLATES.map((name) => ({
      id: name,
      name,
      builtIn: true,
      base: name,
      description: DESCRIPTIONS[name],
      organisation: '',
      footer: '',
      logo: false,
      updated: null,
    }));
    return { items: [...builtIn, ...rows.map(view)] };
  },
});

export const reportTemplateGet = defineOperation({
  id: 'reportTemplates.get',
  summary: 'An own template with its source',
  method: 'GET',
  path: '/report-templates/{id}',
  permission: 'report:read',
  audited: false,
  pathParams: TemplatePath,
  query: NONE,
  body: NO_BODY,
  output: WholeTemplate,
  cli: 'report template show',
  handler: async (context, { path }) => view(await ownTemplate(context, path.id)),
});

export const reportTemplateCreate = defineOperation({
  id: 'reportTemplates.create',
  summary: 'Make an own template of reports',
  method: 'POST',
  path: '/report-templates',
  permission: 'report:create',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Body,
  output: WholeTemplate,
  status: 201,
  cli: 'report template create',
  async handler(context, { body }) {
    const now = Date.now();
    const { base, source } = contentsOf(body.base ?? null, body.source ?? '');
    const look = Look.parse({ organisation: body.organisation, footer: body.footer });
    const row: Row = {
      id: newId('rtp'),
      project: context.caller.project,
      name: body.name,
      base,
      source,
      look: JSON.stringify(look),
      created: now,
      updated: now,
      actor: context.caller.id,
    };
    return context.change(async ({ tx }) => {
      const known = await tx
        .selectFrom('report_template')
        .select('id')
        .where('project', '=', row.project)
        .where('name', '=', row.name)
        .executeTakeFirst();
      if (known)
        throw new SentinelError('already-exists', `There is a template '${row.name}' already.`, {
          fields: [{ field: 'name', message: 'is taken' }],
        });
      context.audit({ subject: row.id, after: { name: row.name, base, source } });
      await tx.insertInto('report_template').values(row).execute();
      return view(row);
    });
  },
});

export const reportTemplateUpdate = defineOperation({
  id: 'reportTemplates.update',
  summary: 'Change an own template; reports that were made with it stay as they are',
  method: 'PATCH',
  path: '/report-templates/{id}',
  permission: 'report:create',
  audited: true,
  pathParams: TemplatePath,
  query: NONE,
  body: Body.omit({ name: true }).partial(),
  output: WholeTemplate,
  cli: 'report template update',
  async handler(context, { path, body }) {
    const row = await ownTemplate(context, path.id);
    context.match(view(row));
    const { base, source } = contentsOf(
      body.base === undefined ? (view(row).base ?? null) : body.base,
      body.source ?? row.source,
    );
    const before = Look.parse(JSON.parse(row.look));
    const look = Look.parse({
      ...before,
      ...given({ organisation: body.organisation, footer: body.footer }),
    });
    const next: Row = { ...row, base, source, look: JSON.stringify(look), updated: Date.now() };
    return save(context, row, next);
  },
});

export const reportTemplateLogo = defineOperation({
  id: 'reportTemplates.logo',
  summary: 'Give an own template a logo: PNG or JPEG',
  method: 'PUT',
  path: '/report-templates/{id}/logo',
  permission: 'report:create',
  audited: true,
  pathParams: TemplatePath,
  query: NONE,
  body: Upload,
  output: WholeTemplate,
  upload: { maxBytes: MOST_LOGO_BYTES },
  cli: 'report template logo',
  async handler(context, { path, body }) {
    const row = await ownTemplate(context, path.id);
    const logo = await readLogo(body.content);
    const look = Look.parse({ ...Look.parse(JSON.parse(row.look)), logo });
    return save(context, row, { ...row, look: JSON.stringify(look), updated: Date.now() });
  },
});

export const reportTemplateRemove = defineOperation({
  id: 'reportTemplates.remove',
  summary: 'Remove an own template; reports that were made with it stay',
  method: 'DELETE',
  path: '/report-templates/{id}',
  permission: 'report:create',
  audited: true,
  pathParams: TemplatePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'report template remove',
  async handler(context, { path }) {
    const row = await ownTemplate(context, path.id);
    context.audit({ subject: row.id, before: { name: row.name, base: row.base, source: row.source } });
    await context.change(async ({ tx }) => {
      await tx.deleteFrom('report_template').where('id', '=', row.id).execute();
    });
    return {};
  },
});

/** Either a built-in template's contents or its own. */
function contentsOf(base: Row['base'], source: string): { base: Row['base']; source: string } {
  if (base === null && source.trim() === '')
    throw new SentinelError(
      'invalid-parameter',
      'base, source: a template has the contents of a built-in one (base), or its own (source).',
    );
  if (base !== null) return { base, source: '' };
  checkTemplate(source);
  return { base: null, source };
}

async function save(context: OperationContext, row: Row, next: Row): Promise<WholeTemplate> {
  return context.change(async ({ tx }) => {
    context.audit({
      subject: row.id,
      before: { base: row.base, source: row.source, ...shortLook(row) },
      after: { base: next.base, source: next.source, ...shortLook(next) },
    });
    await tx
      .updateTable('report_template')
      .set({ base: next.base, source: next.source, look: next.look, updated: next.updated })
      .where('id', '=', row.id)
      .execute();
    return view(next);
  });
}

function shortLook({ look }: Row) {
  const { organisation, footer, logo } = Look.parse(JSON.parse(look));
  return {
    organisation,
    footer,
    logo: logo === null ? null : `${logo.mediaType}, ${logo.data.length} characters`,
  };
}

async function ownTemplate({ services, caller }: OperationContext, id: string): Promise<Row> {
  const row = await services.store.db
    .selectFrom('report_template')
    .selectAll()
    .where('project', '=', caller.project)
    .where((e) => e.or([e('id', '=', id), e('name', '=', id)]))
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no own template '${id}'.`);
  return row;
}

function view(row: Row): WholeTemplate {
  const { organisation, footer, logo } = Look.parse(JSON.parse(row.look));
  const base = BUILT_IN_TEMPLATES.find((one) => one === row.base) ?? null;
  return {
    id: row.id,
    name: row.name,
    builtIn: false,
    base,
    description: base ? `As ${base}, in the look of ${organisation || 'the organisation'}` : 'Own contents',
    organisation,
    footer,
    logo: logo !== null,
    updated: Number(row.updated),
    source: row.source,
  };
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
