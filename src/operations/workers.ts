import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';
import { requirementCounts } from '../store/workflow-runs.ts';
import { isMet, membersAlive } from '../workflows/scale/members.ts';
import { queueAnswers } from './checks/redis.ts';
import { Download, defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

/** Of one process, what it does now. */
const MOST_SHOWN = 50;

const Worker = z.object({
  id: z.string(),
  role: z.string().describe('`server`, `worker` or `cli`'),
  host: z.string(),
  version: z.string(),
  labels: z.record(z.string(), z.string()),
  /** Steps with a process of their own at a time; 0: it takes none. */
  places: z.int(),
  /** The last sign of life, ms. */
  heartbeat: z.int(),
  doing: z.array(
    z.object({
      run: z.string().describe('Of the task, or of the workflow when the step is an operation'),
      what: z.string().describe('The task, or the step'),
      workflow: z.string().nullable().describe('Run of the workflow'),
      step: z.string().nullable(),
    }),
  ),
});

const StepQueue = z.object({
  needs: z.string().describe('What a worker must have, such as `process;zone=dmz`'),
  /** Steps that are ready and were not handed over. */
  ready: z.int(),
  /** Steps that were handed over and that nobody has taken. */
  queued: z.int(),
  /** Whether a process that lives takes such steps; false: they wait until one comes. */
  met: z.boolean(),
});

export const workerList = defineOperation({
  id: 'workers.list',
  summary: 'Processes that do steps of workflows: labels, version, last sign of life, what they do',
  method: 'GET',
  path: '/workers',
  permission: 'worker:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(Worker),
  cli: 'worker list',
  async handler({ services }) {
    const members = await membersAlive(services.store, services.deadMs);
    const doing = await activity(services.store);
    return {
      items: members.map(({ id, role, host, version, labels, places, heartbeat }) => ({
        ...{ id, role, host, version, labels, places, heartbeat },
        doing: (doing.get(id) ?? []).slice(0, MOST_SHOWN),
      })),
      nextCursor: null,
    };
  },
});

export const workerQueues = defineOperation({
  id: 'workers.queues',
  summary: 'Steps that wait for a worker, by what it must have, and whether any has it',
  method: 'GET',
  path: '/workers/queues',
  permission: 'worker:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(StepQueue).extend({
    up: z
      .boolean()
      .nullable()
      .describe('Whether the queue answers; false: steps wait until it does. Null: they go through no queue'),
  }),
  cli: 'worker queues',
  async handler({ services }) {
    const members = await membersAlive(services.store, services.deadMs);
    return {
      items: (await requirementCounts(services.store.db)).map(({ requirement, ready, queued }) => ({
        ...{ needs: requirement, ready, queued },
        met: isMet(requirement, members),
      })),
      nextCursor: null,
      up: await queueAnswers(services),
    };
  },
});

export const workerInput = defineOperation({
  id: 'workers.input',
  summary: 'The uploaded file that a run of a worker looks at, for this worker',
  method: 'GET',
  path: '/workers/runs/{run}/input',
  permission: 'worker:join',
  audited: false,
  pathParams: z.object({ run: z.string().max(100) }),
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'worker input',
  async handler({ services, caller }, { path }) {
    const upload = services.workflows.remoteWorkers?.uploadOf(path.run, caller.id);
    if (!upload)
      throw new SentinelError('not-found', `No worker of yours is at a run ${path.run} with an upload.`);
    return {
      name: upload.name,
      mediaType: 'application/octet-stream',
      open: (range) => services.blobs.open(upload.blob, range),
    };
  },
});

type Doing = z.infer<typeof Worker>['doing'];

async function activity({ db }: Store): Promise<Map<string, Doing>> {
  const runs = await db
    .selectFrom('run')
    .select(['id', 'task', 'instance', 'workflow_run', 'workflow_step'])
    .where('status', 'in', ['running', 'cancelling'])
    .where('instance', 'is not', null)
    .execute();
  const steps = await db
    .selectFrom('workflow_step')
    .select(['run', 'name', 'instance'])
    .where('status', '=', 'running')
    .where('instance', 'is not', null)
    .where('task_run', 'is', null)
    .where('child_run', 'is', null)
    .execute();
  const doing = new Map<string, Doing>();
  const add = (instance: string | null, one: Doing[number]) =>
    doing.set(instance ?? '', [...(doing.get(instance ?? '') ?? []), one]);
  for (const run of runs)
    add(run.instance, { run: run.id, what: run.task, workflow: run.workflow_run, step: run.workflow_step });
  for (const step of steps)
    add(step.instance, { run: step.run, what: step.name, workflow: step.run, step: step.name });
  return doing;
}
