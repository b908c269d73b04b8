import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { WorkflowDefinition } from '../model/workflow.ts';
import type { WriteContext } from '../store/store.ts';
import { inputsSchema } from '../workflows/definition/inputs.ts';
import {
  findWorkflow,
  getWorkflow,
  listWorkflows,
  type Revision,
  readRevision,
  removeWorkflow,
  saveWorkflow,
  usersOf,
  type WorkflowRow,
  type Written,
} from '../workflows/library.ts';
import { removeStarts, syncDefinition } from '../workflows/triggers/sync-definition.ts';
import { principalFor, requireActFor } from './act-for.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { requireDocument } from './workflow-document.ts';
import { needsOf, requireNeeds } from './workflow-needs.ts';
import {
  Document,
  startsOf,
  stepCount,
  WorkflowPage,
  WorkflowPath,
  WorkflowSummary,
} from './workflow-shapes.ts';

const Note = z.string().max(500).default('').describe('What was changed and why');
const Saved = WorkflowPage.extend({
  change: z.enum(['created', 'changed', 'none']),
  warnings: z.array(z.string()),
});

export const workflowList = defineOperation({
  id: 'workflows.list',
  summary: 'Stored workflows by name',
  method: 'GET',
  path: '/workflows',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    q: z.string().max(200).optional().describe('Words that name or description have'),
    tag: z.string().max(100).optional(),
  }),
  body: NO_BODY,
  output: listOf(WorkflowSummary),
  cli: 'workflow list',
  async handler({ services, caller }, { query }) {
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.string()]))[0] : '';
    const rows = await fitting(services.store.db, { project: caller.project, after, query });
    const result = page(rows, query.limit, (row) => packCursor(row.name));
    return {
      items: result.rows.map(({ definition, ...row }) => ({
        name: row.name,
        description: row.description,
        tags: definition.tags,
        steps: stepCount(definition),
        starts: startsOf(definition),
        revision: Number(row.revision),
        updated: row.updated,
        actor: row.actor,
      })),
      nextCursor: result.nextCursor,
    };
  },
});

type Listed = Awaited<ReturnType<typeof listWorkflows>>;

/** Reads on until the page is full: what is looked for stands in the documents. */
async function fitting(
  db: Parameters<typeof listWorkflows>[0],
  {
    project,
    after,
    query: { q, tag, limit },
  }: {
    project: string;
    after: string;
    query: { q?: string | undefined; tag?: string | undefined; limit: number };
  },
): Promise<Listed> {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found: Listed = [];
  for (let from = after; found.length <= limit; ) {
    const rows = await listWorkflows(db, { project, after: from, limit: limit + 1 });
    found.push(
      ...rows.filter(({ name, description, definition }) => {
        const text = `${name} ${description} ${definition.tags.join(' ')}`.toLowerCase();
        return words.every((word) => text.includes(word)) && (!tag || definition.tags.includes(tag));
      }),
    );
    if (rows.length <= limit) break;
    from = rows.at(-1)?.name ?? '';
  }
  return found.slice(0, limit + 1);
}

export const workflowGet = defineOperation({
  id: 'workflows.get',
  summary: 'One workflow: its document, what it says, and the form of its inputs',
  method: 'GET',
  path: '/workflows/{name}',
  permission: 'workflow:read',
  audited: false,
  pathParams: WorkflowPath,
  query: NONE,
  body: NO_BODY,
  output: WorkflowPage,
  cli: 'workflow show',
  async handler({ services, caller }, { path }) {
    const { db } = services.store;
    const row = await getWorkflow(db, { project: caller.project, name: path.name });
    return pageOf(row, await readRevision(db, row));
  },
});

export const workflowCreate = defineOperation({
  id: 'workflows.create',
  summary: 'Store a new workflow',
  method: 'POST',
  path: '/workflows',
  permission: 'workflow:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({ source: Document, note: Note }),
  output: Saved,
  status: 201,
  cli: 'workflow save',
  async handler(context, { body }) {
    const written = await requireDocument(context, body.source);
    return save(context, written, { note: body.note, mustBeNew: true });
  },
});

export const workflowSave = defineOperation({
  id: 'workflows.save',
  summary: 'Store another revision of a workflow, or a new one; the former ones are kept',
  method: 'PUT',
  path: '/workflows/{name}',
  permission: 'workflow:write',
  audited: true,
  pathParams: WorkflowPath,
  query: NONE,
  body: z.strictObject({
    source: Document,
    note: Note,
    base: z
      .int()
      .min(1)
      .optional()
      .describe('The revision that was edited: refused when there is a newer one'),
  }),
  output: Saved,
  cli: 'workflow save',
  async handler(context, { path, body }) {
    const written = await requireDocument(context, body.source);
    if (written.definition.name !== path.name)
      throw new SentinelError(
        'invalid-workflow',
        `The document is called ${written.definition.name} and not ${path.name}. To rename it, store it by its new name and remove the old one.`,
        { fields: [{ field: 'name', message: `expects ${path.name}` }] },
      );
    return save(context, written, { note: body.note, base: body.base });
  },
});

export const workflowRestore = defineOperation({
  id: 'workflows.restore',
  summary: 'Make an older revision the newest again',
  method: 'POST',
  path: '/workflows/{name}/restore',
  permission: 'workflow:write',
  audited: true,
  pathParams: WorkflowPath,
  query: NONE,
  body: z.strictObject({ revision: z.int().min(1), note: z.string().max(500).optional() }),
  output: Saved,
  cli: 'workflow restore',
  async handler(context, { path, body }) {
    const { db } = context.services.store;
    const row = await getWorkflow(db, { project: context.caller.project, name: path.name });
    const { source } = await readRevision(db, row, body.revision);
    // What it refers to may be gone by now.
    const written = await requireDocument(context, source);
    return save(context, written, { note: body.note ?? `revision ${body.revision} again` });
  },
});

export const workflowRemove = defineOperation({
  id: 'workflows.remove',
  summary: 'Remove a workflow with its schedules and triggers; its runs are kept',
  method: 'DELETE',
  path: '/workflows/{name}',
  permission: 'workflow:write',
  audited: true,
  pathParams: WorkflowPath,
  query: z.object({
    force: z.stringbool().default(false).describe('Also when other workflows have it as a step'),
  }),
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'workflow remove',
  async handler(context, { path, query }) {
    const { caller, services } = context;
    const wanted = { project: caller.project, name: path.name };
    await getWorkflow(services.store.db, wanted);
    const users = await usersOf(services.store.db, wanted);
    if (users.length > 0 && !query.force)
      throw new SentinelError(
        'in-use',
        `${path.name} is a step of ${users.slice(0, 5).join(', ')}: change those first, or remove it by force.`,
      );
    await context.change(async (write) => {
      const row = await getWorkflow(write.tx, wanted);
      context.match(pageOf(row, await readRevision(write.tx, row)));
      context.audit({ subject: row.id, before: { name: row.name, revision: Number(row.revision) } });
      await removeStarts(write, row.id, caller.id);
      await removeWorkflow(write, row, caller.id);
    });
    return {};
  },
});

/** Whoever stores a workflow must be able to do what it does: others run it, and it may run by a schedule. */
async function save(
  context: OperationContext,
  written: Written & { warnings: { line: number | null; message: string }[] },
  order: { note: string; base?: number | undefined; mustBeNew?: boolean },
): Promise<z.output<typeof Saved>> {
  const { caller, services } = context;
  const { definition } = written;
  const { project } = caller;
  await requireNeeds(context, await needsOf(services, project, definition), 'store');
  // It starts by itself as whoever stores it, and that may be a token that carries less than its owner.
  if (startsOf(definition).length > 0) await principalFor(context, undefined);
  const mine = await actedFor(context, definition.name);
  const saved = await context.change(async (write) => {
    const lock = services.store.dialect === 'postgres';
    const current = await findWorkflow(write.tx, { project, name: definition.name }, lock);
    await refuseConflict(context, write, { current, order });
    const { row, change } = await saveWorkflow(write, written, {
      project,
      actor: caller.id,
      note: order.note,
      current,
    });
    if (change !== 'none')
      await syncDefinition(write, row, definition, caller.id, (principal) => mine.has(principal));
    context.audit({
      subject: row.id,
      ...(current ? { before: { name: current.name, revision: Number(current.revision) } } : {}),
      after: { name: row.name, revision: Number(row.revision) },
    });
    return { ...pageOf(row, await readRevision(write.tx, row)), change };
  });
  return {
    ...saved,
    warnings: written.warnings.map(({ line, message }) =>
      line === null ? message : `line ${line}: ${message}`,
    ),
  };
}

/** Those as whom the workflow runs by itself and for whom the caller could act anyway. */
async function actedFor(context: OperationContext, name: string): Promise<Set<string>> {
  const { db } = context.services.store;
  const row = await findWorkflow(db, { project: context.caller.project, name });
  const mine = new Set<string>();
  if (!row) return mine;
  for (const table of ['schedule', 'workflow_trigger'] as const) {
    const rows = await db.selectFrom(table).select('principal').where('workflow', '=', row.id).execute();
    for (const { principal } of rows) {
      if (mine.has(principal) || principal.startsWith('local:')) continue;
      try {
        await requireActFor(context, principal);
        mine.add(principal);
      } catch (error) {
        if (!(error instanceof SentinelError)) throw error;
      }
    }
  }
  return mine;
}

async function refuseConflict(
  context: OperationContext,
  write: WriteContext,
  {
    current,
    order,
  }: { current: WorkflowRow | undefined; order: { base?: number | undefined; mustBeNew?: boolean } },
): Promise<void> {
  if (!current) {
    if (context.from.ifMatch !== undefined || order.base !== undefined)
      throw new SentinelError('conflict', 'It was removed since you read it.');
    return;
  }
  const state = pageOf(current, await readRevision(write.tx, current));
  if (order.mustBeNew)
    throw new SentinelError('already-exists', `There is a workflow '${current.name}' already.`, {
      current: state,
    });
  context.match(state);
  if (order.base !== undefined && order.base !== Number(current.revision))
    throw new SentinelError(
      'conflict',
      `It is at revision ${current.revision} by now, and not at ${order.base} any more.`,
      { current: state },
    );
}

function pageOf(row: WorkflowRow, newest: Revision): WorkflowPage {
  const definition: WorkflowDefinition = newest.definition;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    tags: definition.tags,
    revision: newest.revision,
    note: newest.note,
    created: row.created,
    updated: row.updated,
    actor: row.actor,
    format: newest.format,
    source: newest.source,
    definition,
    inputs: inputsSchema(definition),
  };
}
