import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, openApp } from '../../src/app.ts';
import { newId } from '../../src/lib/ids.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { WorkflowDefinition, WorkflowStep } from '../../src/model/workflow.ts';
import type { MayRun } from '../../src/workflows/triggers/starter.ts';

export const PROJECT = 'prj_default';
export const OWNER = 'local:test';
export const anybody: MayRun = async () => null;

/** The application without its triggers: tests start those themselves, with a clock of their own. */
export async function openWorld(place: { dataDir: string; databaseUrl?: string | undefined }): Promise<App> {
  return openApp(
    {
      ...place,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
    },
    { role: 'cli', version: 'test' },
  );
}

export async function withFolder<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-triggers-'));
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

export function stepOf(step: Record<string, unknown>): WorkflowStep {
  return WorkflowStep.parse({
    task: null,
    operation: null,
    workflow: null,
    params: {},
    depends_on: [],
    condition: null,
    for_each: null,
    concurrency: null,
    retry: { max: 0, backoff: 0 },
    timeout: null,
    continue_on_error: false,
    approval: null,
    wait: null,
    labels: {},
    sample: null,
    line: null,
    ...step,
  });
}

/** Waits for an hour: its runs stay at work. */
export const LONG = stepOf({ name: 'long', wait: { until: '1h', event: null, timeout: null } });
/** Is over at once. */
export const SHORT = stepOf({ name: 'short', wait: { until: '0s', event: null, timeout: null } });

export function definitionOf(parts: Record<string, unknown>): WorkflowDefinition {
  return WorkflowDefinition.parse({
    name: 'nightly',
    description: '',
    author: null,
    tags: [],
    metadata: {},
    inputs: {},
    steps: [LONG],
    on_failure: [],
    finally: [],
    outputs: {},
    on: { manual: true, schedule: [], event: [], webhook: [] },
    concurrency: null,
    max_parallel: null,
    timeout: null,
    fail_fast: false,
    ...parts,
  });
}

export function textInput(required = true) {
  return {
    type: 'string',
    description: null,
    required,
    enum: null,
    kind: null,
    pattern: null,
    minimum: null,
    maximum: null,
    items: null,
  };
}

/** Stores a workflow as a save does. */
export async function saveWorkflow(
  app: App,
  definition: WorkflowDefinition,
  project = PROJECT,
): Promise<string> {
  const id = newId('wf');
  const body = JSON.stringify(definition);
  const hash = createHash('sha256').update(body).digest('hex');
  const now = Date.now();
  await app.services.store.write({ lane: 'run' }, async ({ tx }) => {
    await tx
      .insertInto('workflow_definition')
      .values({ hash, body })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .insertInto('workflow')
      .values({
        id,
        project,
        name: definition.name,
        description: '',
        revision: 1,
        created: now,
        updated: now,
        actor: OWNER,
        removed: null,
      })
      .execute();
    await tx
      .insertInto('workflow_revision')
      .values({
        workflow: id,
        revision: 1,
        definition: hash,
        format: 'json',
        source: body,
        note: '',
        created: now,
        actor: OWNER,
      })
      .execute();
  });
  return id;
}

export async function runsOf(app: App, workflow: string) {
  const rows = await app.services.store.db
    .selectFrom('workflow_run')
    .select(['id', 'status', 'section', 'inputs', 'trigger_data', 'trigger_kind', 'depth', 'principal'])
    .where('workflow', '=', workflow)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...row,
    inputs: JSON.parse(row.inputs) as Record<string, unknown>,
    data: JSON.parse(row.trigger_data ?? 'null') as Record<string, unknown>,
  }));
}

export async function eventsOf(app: App, type: NewEvent['type']): Promise<Record<string, unknown>[]> {
  const rows = await app.services.store.db
    .selectFrom('event')
    .select('data')
    .where('type', '=', type)
    .orderBy('seq')
    .execute();
  return rows.map((row) => JSON.parse(row.data) as Record<string, unknown>);
}

export function emit(app: App, ...events: NewEvent[]): Promise<void> {
  return app.services.store.write({ lane: 'run' }, async (context) => {
    for (const event of events) context.emit(event);
  });
}
