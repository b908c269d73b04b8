/** What tests of the engine share: a whole application on either store, and short words for definitions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, openApp } from '../../src/app.ts';
import type { WorkflowDefinition, WorkflowStep } from '../../src/model/workflow.ts';
import type { StartOrder } from '../../src/workflows/workflows.ts';

export const PROJECT = 'prj_default';
export const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

export function step(name: string, more: Partial<WorkflowStep> = {}): WorkflowStep {
  return {
    name,
    task: null,
    operation: null,
    workflow: null,
    params: {},
    depends_on: [],
    condition: null,
    for_each: null,
    concurrency: null,
    retry: { max: 0, backoff: 10 },
    timeout: null,
    continue_on_error: false,
    approval: null,
    wait: null,
    labels: {},
    sample: null,
    line: null,
    ...more,
  };
}

export const cvss = (name: string, more: Partial<WorkflowStep> = {}): WorkflowStep =>
  step(name, { task: 'cvss', params: { vector: VECTOR }, ...more });

export const scan = (name: string, more: Partial<WorkflowStep> = {}): WorkflowStep =>
  step(name, { task: 'secrets-scan', params: { path: 'sample:shop' }, ...more });

export const pause = (name: string, milliseconds: number, more: Partial<WorkflowStep> = {}): WorkflowStep =>
  step(name, { wait: { until: `${milliseconds}ms`, event: null, timeout: null }, ...more });

export function workflow(steps: WorkflowStep[], more: Partial<WorkflowDefinition> = {}): WorkflowDefinition {
  return {
    name: 'test',
    description: '',
    author: null,
    tags: [],
    metadata: {},
    inputs: {},
    steps,
    on_failure: [],
    finally: [],
    outputs: {},
    on: { manual: true, schedule: [], event: [], webhook: [] },
    concurrency: null,
    max_parallel: null,
    timeout: null,
    fail_fast: false,
    ...more,
  };
}

export function order(definition: WorkflowDefinition, more: Partial<StartOrder> = {}): StartOrder {
  return {
    project: PROJECT,
    principal: 'local:test',
    definition,
    workflow: null,
    inputs: {},
    trigger: { kind: 'manual', id: null },
    ...more,
  };
}

export interface Opened {
  app: App;
  dataDir: string;
  close(): Promise<void>;
}

export async function open(
  databaseUrl?: string,
  { dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-workflows-')), keep = false } = {},
): Promise<Opened> {
  const broken: unknown[] = [];
  const app = await openApp(
    {
      dataDir,
      databaseUrl,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
    },
    { role: 'server', version: '0.0.0', failed: (error) => void broken.push(error) },
  );
  return {
    app,
    dataDir,
    async close() {
      await app.close();
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
      if (broken.length > 0) throw broken[0];
    },
  };
}

export interface Told {
  id: string;
  status: string;
  error: string | null;
  outputs: Record<string, unknown> | null;
  /** `name` or `name[item]` → status, or `failed: code`. */
  steps: Record<string, string>;
}

export async function tell(app: App, id: string): Promise<Told> {
  const { db } = app.services.store;
  const run = await db.selectFrom('workflow_run').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('workflow_step')
    .select(['name', 'item', 'status', 'error_code'])
    .where('run', '=', id)
    .orderBy('name')
    .orderBy('item')
    .execute();
  return {
    id,
    status: run.status,
    error: run.error_code,
    outputs: run.outputs === null ? null : JSON.parse(run.outputs),
    steps: Object.fromEntries(
      rows.map((row) => [
        Number(row.item) < 0 ? row.name : `${row.name}[${row.item}]`,
        row.error_code === null ? row.status : `${row.status}: ${row.error_code}`,
      ]),
    ),
  };
}

export async function go(
  app: App,
  definition: WorkflowDefinition,
  more: Partial<StartOrder> = {},
): Promise<Told> {
  const { id } = await app.services.workflows.start(order(definition, more));
  await app.services.workflows.whenEnded(id);
  return tell(app, id);
}

/** Polls until `look` gives something. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  milliseconds = 10_000,
): Promise<T> {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen in time');
}
