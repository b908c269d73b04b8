import * as z from 'zod';

/** Times of a definition are integer milliseconds here; the document writes them as `90s`, `5m`, `1h30m`. */
const Milliseconds = z.int().min(0);

/** `steps.NAME` in an expression; a name with `-` is reached as `steps["NAME"]`. */
export const StepName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/);
export const WorkflowName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

/** Most items that one `for_each` may have. */
export const MOST_ITEMS = 10_000;
/** Most steps that one workflow may have. */
export const MOST_STEPS = 1_000;
/** Workflows within workflows, and workflows started by the events of workflows. */
export const MOST_DEPTH = 5;

export const Retry = z.strictObject({
  /** Further attempts after the first. */
  max: z.int().min(0).max(100),
  /** Before the first further attempt; doubles with each, up to an hour. */
  backoff: Milliseconds,
});

export const ApprovalGate = z.strictObject({
  /** Names of roles; one person of any of them decides. Empty: everybody with `approval:decide`. */
  roles: z.array(z.string()),
  timeout: Milliseconds.nullable(),
  /** Text with `${{ }}` that the person who decides reads. */
  message: z.string().nullable(),
});

export const EventMatch = z.strictObject({
  type: z.string(),
  /** Our query grammar over the data of the event: `severity:high,critical`. */
  query: z.string().nullable(),
});
export type EventMatch = z.infer<typeof EventMatch>;

export const WaitGate = z.strictObject({
  /** A moment (`2026-12-01T02:00:00Z`), a duration from now (`90s`), or an expression that gives one. */
  until: z.string().nullable(),
  event: EventMatch.nullable(),
  /** Of a wait for an event; past it the step fails. */
  timeout: Milliseconds.nullable(),
});

/** What stands in for a step that is not run: pinned for tests and dry runs. */
export const Sample = z.strictObject({
  output: z.unknown().optional(),
  findings: z.array(z.record(z.string(), z.unknown())).optional(),
});

/**
 * One step. In order: its needs have ended, `condition`, `wait`, `approval`, then its action once, or once for each item of
 * `for_each`. Exactly one of `task`, `operation` and `workflow`, or none when it waits or asks.
 */
export const WorkflowStep = z.strictObject({
  name: StepName,
  task: z.string().nullable(),
  operation: z.string().nullable(),
  workflow: z.string().nullable(),
  /** Every text in it may hold `${{ }}`. A text that is one expression as a whole gives its value with its type. */
  params: z.record(z.string(), z.unknown()),
  depends_on: z.array(StepName),
  /** CEL without `${{ }}`; the step is skipped when it is false. */
  condition: z.string().nullable(),
  /** CEL that gives a list, or the list itself. */
  for_each: z.union([z.string(), z.array(z.unknown())]).nullable(),
  /** Items of `for_each` at a time; null: as many as there is room for. */
  concurrency: z.int().min(1).nullable(),
  retry: Retry,
  /** Of one attempt of the action. */
  timeout: Milliseconds.nullable(),
  /** What needs this step goes on when it failed, and the run does not fail because of it. */
  continue_on_error: z.boolean(),
  approval: ApprovalGate.nullable(),
  wait: WaitGate.nullable(),
  /** Labels that a worker must have. */
  labels: z.record(z.string(), z.string()),
  sample: Sample.nullable(),
  /** Where it stands in the document, 1-based. */
  line: z.int().nullable(),
});
export type WorkflowStep = z.infer<typeof WorkflowStep>;

/** One input: a JSON Schema of a small kind, so that a form can be drawn. */
export const WorkflowInput = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean', 'array', 'object']),
  description: z.string().nullable(),
  default: z.unknown().optional(),
  required: z.boolean(),
  enum: z.array(z.unknown()).nullable(),
  /** As with parameters of tasks: `path`, `url`, `host`, `upload`, `secret-ref`, … */
  kind: z.string().nullable(),
  pattern: z.string().nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  items: z.enum(['string', 'integer', 'number', 'boolean', 'object']).nullable(),
});
export type WorkflowInput = z.infer<typeof WorkflowInput>;

export const OVERLAP = ['skip', 'queue', 'allow', 'cancel'] as const;
export const CATCH_UP = ['none', 'one', 'all'] as const;

export const ScheduleSpec = z.strictObject({
  cron: z.string(),
  /** IANA time zone. */
  zone: z.string(),
  /** A random delay of at most this. */
  jitter: Milliseconds,
  /** What is done about times that nobody was there for. */
  catch_up: z.enum(CATCH_UP),
  /** What is done when the run before is still at work. */
  overlap: z.enum(OVERLAP),
  inputs: z.record(z.string(), z.unknown()),
});
export type ScheduleSpec = z.infer<typeof ScheduleSpec>;

export const EventTriggerSpec = EventMatch.extend({ inputs: z.record(z.string(), z.unknown()) });
export type EventTriggerSpec = z.infer<typeof EventTriggerSpec>;

export const WebhookTriggerSpec = z.strictObject({
  name: z.string(),
  /** Name of the secret that signs it. */
  secret: z.string(),
  inputs: z.record(z.string(), z.unknown()),
});
export type WebhookTriggerSpec = z.infer<typeof WebhookTriggerSpec>;

export const ConcurrencySpec = z.strictObject({
  /** Runs with the same text share the limit; `${{ inputs.x }}` in it separates by input. */
  group: z.string(),
  limit: z.int().min(1),
  /** A run beyond the limit: waits, is not made, or ends the oldest one. */
  policy: z.enum(['queue', 'skip', 'cancel-oldest']),
});

/** What a document says, with every default filled in: this is what the engine runs and what is stored with a run. */
export const WorkflowDefinition = z.strictObject({
  name: WorkflowName,
  description: z.string(),
  author: z.string().nullable(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  inputs: z.record(z.string(), WorkflowInput),
  steps: z.array(WorkflowStep).min(1).max(MOST_STEPS),
  on_failure: z.array(WorkflowStep),
  finally: z.array(WorkflowStep),
  /** Name → text with `${{ }}`. */
  outputs: z.record(z.string(), z.unknown()),
  on: z.strictObject({
    manual: z.boolean(),
    schedule: z.array(ScheduleSpec),
    event: z.array(EventTriggerSpec),
    webhook: z.array(WebhookTriggerSpec),
  }),
  concurrency: ConcurrencySpec.nullable(),
  /** Steps of one run at a time; null: as many as there is room for. */
  max_parallel: z.int().min(1).nullable(),
  /** Of the whole run, without `finally`. */
  timeout: Milliseconds.nullable(),
  /** After a failure nothing new is begun; else branches that do not need the failed step go on. */
  fail_fast: z.boolean(),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

export const SECTIONS = ['steps', 'on_failure', 'finally'] as const;
export type Section = (typeof SECTIONS)[number];

/**
 * `pending` waits for its needs; `ready` for room; `queued` was handed to a worker; `waiting` for a time, an event, an
 * approval or the next attempt.
 */
export const STEP_STATUSES = [
  'pending',
  'ready',
  'queued',
  'running',
  'waiting',
  'done',
  'partial',
  'failed',
  'skipped',
  'cancelled',
] as const;
export const StepStatus = z.enum(STEP_STATUSES);
export type StepStatus = z.infer<typeof StepStatus>;

export const ENDED_STEP = ['done', 'partial', 'failed', 'skipped', 'cancelled'] as const;
export function stepHasEnded(status: StepStatus): boolean {
  return (ENDED_STEP as readonly StepStatus[]).includes(status);
}

/** `waiting`: nothing of it runs, it waits for a time, an event or a person. */
export const WORKFLOW_RUN_STATUSES = [
  'queued',
  'running',
  'waiting',
  'cancelling',
  'done',
  'partial',
  'failed',
  'cancelled',
] as const;
export const WorkflowRunStatus = z.enum(WORKFLOW_RUN_STATUSES);
export type WorkflowRunStatus = z.infer<typeof WorkflowRunStatus>;

export const ENDED_WORKFLOW_RUN = ['done', 'partial', 'failed', 'cancelled'] as const;
export function workflowRunHasEnded(status: WorkflowRunStatus): boolean {
  return (ENDED_WORKFLOW_RUN as readonly WorkflowRunStatus[]).includes(status);
}

/** Who goes on with a run that has not ended: servers, the process that answers, another one of the command line, or nobody. */
export const WorkflowCarrier = z.enum(['server', 'here', 'elsewhere', 'nobody']);
export type WorkflowCarrier = z.infer<typeof WorkflowCarrier>;

export const CodedError = z.object({ code: z.string(), message: z.string() });
export type CodedError = z.infer<typeof CodedError>;

/** What happened to one step, or to one item of its `for_each` (`item` ≥ 0). */
export const StepState = z.object({
  name: z.string(),
  item: z.int().nullable(),
  section: z.enum(SECTIONS),
  status: StepStatus,
  attempt: z.int(),
  started: z.int().nullable(),
  ended: z.int().nullable(),
  /** What a waiting step waits for. `worker`: it is ready, and no process that lives has what it needs. */
  waitsFor: z.enum(['time', 'event', 'approval', 'retry', 'items', 'workflow', 'worker']).nullable(),
  /** What a process must have that does it: `process;zone=dmz`; empty before that is known. */
  needs: z.string(),
  due: z.int().nullable(),
  output: z.unknown(),
  error: CodedError.nullable(),
  /** The run of its task. */
  run: z.string().nullable(),
  /** The run of its workflow. */
  workflowRun: z.string().nullable(),
});
export type StepState = z.infer<typeof StepState>;

export const WorkflowRun = z.object({
  id: z.string(),
  project: z.string(),
  /** Null: it was given inline. */
  workflow: z.string().nullable(),
  revision: z.int().nullable(),
  name: z.string(),
  status: WorkflowRunStatus,
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()).nullable(),
  principal: z.string(),
  /** What started it: `manual`, `schedule`, `event`, `webhook`, `workflow`, `rerun`. */
  trigger: z.object({ kind: z.string(), id: z.string().nullable() }),
  created: z.int(),
  started: z.int().nullable(),
  ended: z.int().nullable(),
  error: CodedError.nullable(),
  /** Steps by status, items not counted. */
  counts: z.record(z.string(), z.int()),
  rerunOf: z.string().nullable(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;
