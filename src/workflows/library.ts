import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { WorkflowDefinition } from '../model/workflow.ts';
import type { Database } from '../store/schema.ts';
import type { WriteContext } from '../store/store.ts';

type Db = Kysely<Database>;
export type WorkflowRow = Selectable<Database['workflow']>;
export type RevisionRow = Selectable<Database['workflow_revision']>;

/** A document as somebody wrote it, with what it says. */
export interface Written {
  definition: WorkflowDefinition;
  source: string;
  format: 'yaml' | 'json';
}

/** Words that stand in addresses where a name would: such a workflow could not be reached. */
const RESERVED = new Set(['run', 'runs', 'validate', 'convert', 'templates', 'dry-run', 'last']);

export function checkName(name: string): void {
  if (!RESERVED.has(name)) return;
  throw new SentinelError('invalid-workflow', `A workflow cannot be called '${name}': choose another name.`, {
    fields: [{ field: 'name', message: `'${name}' is a word of SentinelX itself` }],
  });
}

export function findWorkflow(
  db: Db,
  { project, name }: { project: string; name: string },
  /** Until the transaction ends nobody else changes it: PostgreSQL only, SQLite has one writer anyway. */
  lock = false,
): Promise<WorkflowRow | undefined> {
  const query = db
    .selectFrom('workflow')
    .selectAll()
    .where('project', '=', project)
    .where('name', '=', name)
    .where('removed', 'is', null);
  return (lock ? query.forUpdate() : query).executeTakeFirst();
}

export async function getWorkflow(db: Db, wanted: { project: string; name: string }): Promise<WorkflowRow> {
  const row = await findWorkflow(db, wanted);
  if (!row) throw new SentinelError('not-found', `There is no workflow '${wanted.name.slice(0, 100)}'.`);
  return row;
}

export interface Revision extends Written {
  revision: number;
  note: string;
  created: number;
  actor: string;
}

/** What the workflow said in this revision. */
export async function readRevision(
  db: Db,
  workflow: Pick<WorkflowRow, 'id' | 'name' | 'revision'>,
  revision = Number(workflow.revision),
): Promise<Revision> {
  const row = await db
    .selectFrom('workflow_revision as r')
    .innerJoin('workflow_definition as d', 'd.hash', 'r.definition')
    .select(['r.revision', 'r.format', 'r.source', 'r.note', 'r.created', 'r.actor', 'd.body'])
    .where('r.workflow', '=', workflow.id)
    .where('r.revision', '=', revision)
    .executeTakeFirst();
  if (!row)
    throw new SentinelError(
      'not-found',
      `${workflow.name} has no revision ${revision}; the newest is ${workflow.revision}.`,
    );
  const { body, ...rest } = row;
  return { ...rest, revision: Number(row.revision), definition: JSON.parse(body) as WorkflowDefinition };
}

/** Newest first. */
export function listRevisions(
  db: Db,
  { workflow, before, limit }: { workflow: string; before: number | undefined; limit: number },
): Promise<Pick<RevisionRow, 'revision' | 'format' | 'note' | 'created' | 'actor'>[]> {
  let query = db
    .selectFrom('workflow_revision')
    .select(['revision', 'format', 'note', 'created', 'actor'])
    .where('workflow', '=', workflow);
  if (before !== undefined) query = query.where('revision', '<', before);
  return query.orderBy('revision', 'desc').limit(limit).execute();
}

/** By name; `definition` of the newest revision comes with each. */
export async function listWorkflows(
  db: Db,
  { project, after, limit }: { project: string; after: string; limit: number },
): Promise<(WorkflowRow & { definition: WorkflowDefinition })[]> {
  const rows = await db
    .selectFrom('workflow as w')
    .innerJoin('workflow_revision as r', (join) =>
      join.onRef('r.workflow', '=', 'w.id').onRef('r.revision', '=', 'w.revision'),
    )
    .innerJoin('workflow_definition as d', 'd.hash', 'r.definition')
    .selectAll('w')
    .select('d.body')
    .where('w.project', '=', project)
    .where('w.removed', 'is', null)
    .where('w.name', '>', after)
    .orderBy('w.name')
    .limit(limit)
    .execute();
  return rows.map(({ body, ...row }) => ({ ...row, definition: JSON.parse(body) as WorkflowDefinition }));
}

/**
 * A new revision, which is the one that runs from now on; the same document again changes nothing. In the transaction in which
 * `current` was read.
 */
export async function saveWorkflow(
  context: WriteContext,
  { definition, source, format }: Written,
  order: { project: string; actor: string; note: string; current: WorkflowRow | undefined },
): Promise<{ row: WorkflowRow; change: 'created' | 'changed' | 'none' }> {
  const { tx } = context;
  const { project, actor, current } = order;
  checkName(definition.name);
  if (current && (await isSame(tx, current, source))) return { row: current, change: 'none' };
  const now = Date.now();
  const row: WorkflowRow = {
    id: current?.id ?? newId('wfl'),
    project,
    name: definition.name,
    description: visibleText(definition.description),
    revision: Number(current?.revision ?? 0) + 1,
    created: current?.created ?? now,
    updated: now,
    actor,
    removed: null,
  };
  if (current) await tx.updateTable('workflow').set(row).where('id', '=', row.id).execute();
  else await tx.insertInto('workflow').values(row).execute();
  const body = JSON.stringify(definition);
  const hash = createHash('sha256').update(body).digest('hex');
  await tx
    .insertInto('workflow_definition')
    .values({ hash, body })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  await tx
    .insertInto('workflow_revision')
    .values({
      workflow: row.id,
      revision: row.revision,
      definition: hash,
      format,
      source,
      note: visibleText(order.note),
      created: now,
      actor,
    })
    .execute();
  context.emit({
    type: 'workflow.saved',
    project,
    actor,
    subject: row.id,
    data: { name: row.name, revision: row.revision },
  });
  return { row, change: current ? 'changed' : 'created' };
}

async function isSame(tx: Db, current: WorkflowRow, source: string): Promise<boolean> {
  const newest = await tx
    .selectFrom('workflow_revision')
    .select('source')
    .where('workflow', '=', current.id)
    .where('revision', '=', Number(current.revision))
    .executeTakeFirst();
  return newest?.source === source;
}

/** Its runs and revisions stay; the name is free again. */
export async function removeWorkflow(context: WriteContext, row: WorkflowRow, actor: string): Promise<void> {
  await context.tx
    .updateTable('workflow')
    .set({ removed: Date.now(), updated: Date.now(), actor })
    .where('id', '=', row.id)
    .execute();
  context.emit({
    type: 'workflow.removed',
    project: row.project,
    actor,
    subject: row.id,
    data: { name: row.name },
  });
}

/** Workflows of the project that have this one as a step. */
export async function usersOf(
  db: Db,
  { project, name }: { project: string; name: string },
): Promise<string[]> {
  const users: string[] = [];
  let after = '';
  for (;;) {
    const page = await listWorkflows(db, { project, after, limit: 200 });
    for (const { name: user, definition } of page)
      if (
        user !== name &&
        [...definition.steps, ...definition.on_failure, ...definition.finally].some(
          (step) => step.workflow === name,
        )
      )
        users.push(user);
    after = page.at(-1)?.name ?? '';
    if (page.length < 200) return users;
  }
}
