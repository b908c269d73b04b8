import * as z from 'zod';
import { IMPORTERS } from '../importers/importers.ts';
import { Mapping } from '../importers/mapping/mapping.ts';
import { RunStatus } from '../model/run.ts';
import type { WriteContext } from '../store/store.ts';
import { fileUpload } from './files.ts';
import { mappingNamed } from './import-mappings.ts';
import { changesOf, FullImport, fullImport, Import, imports, TASK, toImport } from './import-shapes.ts';
import { defineOperation, type OperationContext, Upload } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const RunPath = z.object({ run: z.string().max(100) });
const Started = z.object({ run: z.object({ id: z.string(), status: RunStatus }) });

const Choices = {
  format: z
    .enum(['auto', ...Object.keys(IMPORTERS)])
    .default('auto')
    .describe('Which tool or format wrote it: see imports.formats'),
  asset: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('What it is about: an asset of the project, or a new one'),
  covers: z
    .enum(['auto', 'yes', 'no'])
    .default('auto')
    .describe('Whether what is missing from it is fixed; auto: as its format says'),
  root: z.string().max(1000).optional().describe('Folder that absolute paths in it begin with'),
  mapping: z.string().max(100).optional().describe('Name of a stored mapping for a CSV or JSON report'),
};

export const importStart = defineOperation({
  id: 'imports.start',
  summary: 'Import the report of another tool: a file that was uploaded, or one below an authorised root',
  method: 'POST',
  path: '/imports',
  permission: 'finding:import',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    ...Choices,
    report: z
      .string()
      .min(1)
      .max(4096)
      .describe('`upload:` with the id of a file, or a path that the server may read'),
    mapping: z
      .union([z.string().max(100), Mapping])
      .optional()
      .describe('Name of a stored mapping, or the mapping itself'),
  }),
  output: Started,
  status: 202,
  cli: 'findings import',
  handler: (context, { body }) => startImport(context, body),
});

export const importUpload = defineOperation({
  id: 'imports.upload',
  summary: 'Upload a report and import it',
  method: 'POST',
  path: '/imports/upload',
  permission: 'finding:import',
  audited: true,
  pathParams: NONE,
  query: z.object({
    ...Choices,
    name: z.string().trim().min(1).max(200).optional().describe('Instead of the name that the file has'),
  }),
  body: Upload,
  output: Started,
  status: 202,
  upload: { maxBytes: Number.MAX_SAFE_INTEGER },
  cli: 'findings import',
  async handler(context, { query, body }) {
    const { name, ...choices } = query;
    const file = await fileUpload.handler(context, { path: {}, query: { name }, body });
    return startImport(context, { ...choices, report: file.target });
  },
});

async function startImport(
  context: OperationContext,
  { mapping, ...params }: { mapping?: string | Mapping | undefined; report: string },
): Promise<z.input<typeof Started>> {
  const { services, caller } = context;
  const found =
    typeof mapping === 'string' ? await mappingNamed(services.store.db, caller.project, mapping) : mapping;
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  const run = await services.engine.start(TASK, { ...given, ...(found ? { mapping: found } : {}) }, caller, {
    also: async (write: WriteContext, id: string) => {
      context.audit({ subject: id, after: { report: params.report } });
      await context.record(write, { run: { id, status: 'queued' } });
    },
  });
  return { run };
}

export const importList = defineOperation({
  id: 'imports.list',
  summary: 'Imports with their receipts, newest first',
  method: 'GET',
  path: '/imports',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(Import),
  cli: 'findings imports',
  async handler(context, { query }) {
    let select = imports(context)
      .orderBy('r.id', 'desc')
      .limit(query.limit + 1);
    if (query.cursor)
      select = select.where('r.id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const { rows, nextCursor } = page(await select.execute(), query.limit, (row) => packCursor(row.id));
    const changes = await changesOf(context, rows);
    return { items: rows.map((row) => toImport(row, changes)), nextCursor };
  },
});

export const importGet = defineOperation({
  id: 'imports.get',
  summary: 'One import: its receipt, why something was skipped, and what is wrong with the report',
  method: 'GET',
  path: '/imports/{run}',
  permission: 'finding:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: FullImport,
  cli: 'findings receipt',
  handler: (context, { path }) => fullImport(context, path.run),
});

export const importFormats = defineOperation({
  id: 'imports.formats',
  summary: 'Tools and formats whose reports can be imported',
  method: 'GET',
  path: '/imports/formats',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(
    z.object({
      id: z.string(),
      title: z.string(),
      summary: z.string(),
      /** What is missing from a later report is fixed. */
      complete: z.boolean(),
    }),
  ),
  cli: 'findings formats',
  async handler() {
    const loaded = await Promise.all(Object.values(IMPORTERS).map((load) => load()));
    const items = loaded
      .map(({ default: one }) => ({
        id: one.id,
        title: one.title,
        summary: one.summary,
        complete: one.complete ?? false,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return { items, nextCursor: null };
  },
});
