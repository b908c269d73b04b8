import * as z from 'zod';
import { SECTIONS, WorkflowDefinition } from '../model/workflow.ts';
import { diffDefinitions } from '../workflows/definition-diff.ts';
import { getWorkflow, listRevisions, readRevision } from '../workflows/library.ts';
import { unifiedDiff } from '../workflows/text-diff.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { WorkflowPath } from './workflow-shapes.ts';

const Revision = z.object({
  revision: z.int(),
  format: z.enum(['yaml', 'json']),
  note: z.string(),
  created: z.int(),
  actor: z.string(),
});
const FieldChange = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

export const workflowRevisions = defineOperation({
  id: 'workflows.revisions',
  summary: 'Revisions of a workflow, newest first',
  method: 'GET',
  path: '/workflows/{name}/revisions',
  permission: 'workflow:read',
  audited: false,
  pathParams: WorkflowPath,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(Revision),
  cli: 'workflow revisions',
  async handler({ services, caller }, { path, query }) {
    const { db } = services.store;
    const { id } = await getWorkflow(db, { project: caller.project, name: path.name });
    const before = query.cursor ? unpackCursor(query.cursor, z.tuple([z.int()]))[0] : undefined;
    const rows = await listRevisions(db, { workflow: id, before, limit: query.limit + 1 });
    const result = page(rows, query.limit, (row) => packCursor(Number(row.revision)));
    return {
      items: result.rows.map((row) => ({ ...row, revision: Number(row.revision) })),
      nextCursor: result.nextCursor,
    };
  },
});

export const workflowSource = defineOperation({
  id: 'workflows.source',
  summary: 'A revision of a workflow as it was written',
  method: 'GET',
  path: '/workflows/{name}/revisions/{revision}',
  permission: 'workflow:read',
  audited: false,
  pathParams: WorkflowPath.extend({ revision: z.coerce.number().int().min(1) }),
  query: NONE,
  body: NO_BODY,
  output: Revision.extend({ source: z.string(), definition: WorkflowDefinition }),
  cli: 'workflow show',
  async handler({ services, caller }, { path }) {
    const { db } = services.store;
    const row = await getWorkflow(db, { project: caller.project, name: path.name });
    return readRevision(db, row, path.revision);
  },
});

export const workflowDiff = defineOperation({
  id: 'workflows.diff',
  summary: 'What changed between two revisions of a workflow: in the text, and in what it does',
  method: 'GET',
  path: '/workflows/{name}/diff',
  permission: 'workflow:read',
  audited: false,
  pathParams: WorkflowPath,
  query: z.object({
    from: z.coerce.number().int().min(1).optional().describe('The one before `to` when absent'),
    to: z.coerce.number().int().min(1).optional().describe('The newest when absent'),
  }),
  body: NO_BODY,
  output: z.object({
    from: z.int(),
    to: z.int(),
    text: z.string().describe('Unified diff; empty when the texts are the same'),
    fields: z.array(FieldChange).describe('Of the workflow itself'),
    steps: z.array(
      z.object({
        step: z.string(),
        section: z.enum(SECTIONS),
        change: z.enum(['added', 'removed', 'changed', 'moved']),
        fields: z.array(FieldChange),
      }),
    ),
  }),
  cli: 'workflow diff',
  async handler({ services, caller }, { path, query }) {
    const { db } = services.store;
    const row = await getWorkflow(db, { project: caller.project, name: path.name });
    const to = await readRevision(db, row, query.to);
    const from = await readRevision(db, row, query.from ?? Math.max(1, to.revision - 1));
    const nameOf = (revision: number) => `${row.name} (revision ${revision})`;
    return {
      from: from.revision,
      to: to.revision,
      text: unifiedDiff(from.source, to.source, {
        before: nameOf(from.revision),
        after: nameOf(to.revision),
      }),
      ...diffDefinitions(from.definition, to.definition),
    };
  },
});
