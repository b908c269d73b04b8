import type { Kysely, Selectable } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { EventTriggerSpec, WebhookTriggerSpec } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { checkEventTrigger } from './event-match.ts';
import type { By } from './schedule-rows.ts';
import { forgetStops } from './trigger-stops.ts';
import { checkWebhook } from './webhook-spec.ts';

export type TriggerRow = Selectable<Database['workflow_trigger']>;

export type TriggerKind =
  | { kind: 'event'; spec: EventTriggerSpec }
  | { kind: 'webhook'; spec: WebhookTriggerSpec };

export type NewTrigger = TriggerKind & {
  project: string;
  workflow: string;
  source: TriggerRow['source'];
  name: string;
  principal: string;
};

export function kindOf(row: Pick<TriggerRow, 'kind' | 'spec'>): TriggerKind {
  const spec: unknown = JSON.parse(row.spec);
  return row.kind === 'event'
    ? { kind: 'event', spec: EventTriggerSpec.parse(spec) }
    : { kind: 'webhook', spec: WebhookTriggerSpec.parse(spec) };
}

export function findTrigger(
  db: Kysely<Database>,
  { project, id }: { project: string; id: string },
): Promise<TriggerRow | undefined> {
  return db
    .selectFrom('workflow_trigger')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
}

/** Throws what is wrong about it: an unknown event, a query or an expression that cannot be read, the name of another webhook. */
export async function checkTrigger(
  db: Kysely<Database>,
  trigger: TriggerKind & { project: string },
  /** Its own document may name it again, and so may an edit of the trigger itself. */
  documentOf?: string,
  itself?: string,
): Promise<void> {
  if (trigger.kind === 'event') {
    checkEventTrigger(trigger.spec);
    return;
  }
  checkWebhook(trigger.spec);
  let others = db
    .selectFrom('workflow_trigger')
    .select('id')
    .where('project', '=', trigger.project)
    .where('kind', '=', 'webhook')
    .where('name', '=', trigger.spec.name);
  if (documentOf !== undefined)
    others = others.where((e) => e.or([e('workflow', '!=', documentOf), e('source', '!=', 'definition')]));
  if (itself !== undefined) others = others.where('id', '!=', itself);
  if (await others.executeTakeFirst())
    throw new SentinelError(
      'already-exists',
      `There is a webhook '${trigger.spec.name}' in this project already.`,
      {
        fields: [{ field: 'name', message: 'is taken' }],
      },
    );
}

/**
 * `event_type` stays empty until the reader of the log has passed the event that tells of it: nothing that happened before can
 * start it, however far behind the reader is.
 */
export async function addTrigger(
  context: WriteContext,
  { spec, ...trigger }: NewTrigger,
  { actor, now }: By,
): Promise<TriggerRow> {
  const row: TriggerRow = {
    ...trigger,
    id: newId('trg'),
    name: visibleText(trigger.name),
    spec: JSON.stringify(spec),
    event_type: null,
    paused: null,
    paused_by: null,
    pause_note: null,
    fired: null,
    refused: null,
    refused_why: null,
    last_run: null,
    created: now,
    updated: now,
    actor,
  };
  await context.tx.insertInto('workflow_trigger').values(row).execute();
  context.emit({
    type: 'trigger.saved',
    project: row.project,
    actor,
    subject: row.id,
    data: { name: row.name, kind: row.kind },
  });
  return row;
}

/** What it is now counts for what happens from here on, as that of a new one does. */
export async function updateTrigger(
  context: WriteContext,
  before: TriggerRow,
  { spec, name, principal, actor, now }: Pick<NewTrigger, 'spec' | 'name' | 'principal'> & By,
): Promise<TriggerRow> {
  const change = {
    name: visibleText(name),
    spec: JSON.stringify(spec),
    principal,
    event_type: null,
    updated: now,
    actor,
  };
  await context.tx.updateTable('workflow_trigger').set(change).where('id', '=', before.id).execute();
  await forgetStops(context.tx, before.id);
  context.emit({
    type: 'trigger.saved',
    project: before.project,
    actor,
    subject: before.id,
    data: { name: change.name, kind: before.kind },
  });
  return { ...before, ...change };
}

export async function pauseTrigger(
  context: WriteContext,
  before: TriggerRow,
  { actor, now, note }: By & { note: string },
): Promise<TriggerRow> {
  const change = { paused: now, paused_by: actor, pause_note: visibleText(note), event_type: null };
  await context.tx.updateTable('workflow_trigger').set(change).where('id', '=', before.id).execute();
  context.emit({
    type: 'trigger.paused',
    project: before.project,
    actor,
    subject: before.id,
    data: { name: before.name, note: change.pause_note },
  });
  return { ...before, ...change };
}

/** From the next event on. */
export async function resumeTrigger(
  context: WriteContext,
  before: TriggerRow,
  { actor }: Pick<By, 'actor'>,
): Promise<TriggerRow> {
  if (before.paused === null) return before;
  const change = { paused: null, paused_by: null, pause_note: null };
  await context.tx.updateTable('workflow_trigger').set(change).where('id', '=', before.id).execute();
  await forgetStops(context.tx, before.id);
  context.emit({
    type: 'trigger.resumed',
    project: before.project,
    actor,
    subject: before.id,
    data: { name: before.name },
  });
  return { ...before, ...change };
}

export async function removeTrigger(context: WriteContext, row: TriggerRow, actor: string): Promise<void> {
  await context.tx.deleteFrom('workflow_trigger').where('id', '=', row.id).execute();
  await context.tx.deleteFrom('webhook_seen').where('trigger', '=', row.id).execute();
  context.emit({
    type: 'trigger.removed',
    project: row.project,
    actor,
    subject: row.id,
    data: { name: row.name },
  });
}
