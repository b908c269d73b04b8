import * as z from 'zod';
import { Location } from './location.ts';
import { Problem, Progress, RunCounts, RunStatus } from './run.ts';
import { Severity } from './severity.ts';
import { CodedError, StepStatus, WorkflowRunStatus } from './workflow.ts';

const FindingEvent = z.object({
  finding: z.string(),
  rule: z.string(),
  title: z.string(),
  severity: Severity,
  location: Location,
});

const Triaged = FindingEvent.extend({ changeSet: z.string().nullable() });

/**
 * Every kind of event with its payload: references, not copies. A payload only grows; a reader ignores fields that it does
 * not know. `v` in the envelope goes up when a field changes its meaning.
 */
export const EVENT_TYPES = {
  'run.created': z.object({ task: z.string(), target: z.string().nullable() }),
  'run.started': z.object({ instance: z.string() }),
  'run.progress': Progress,
  'run.problem': Problem,
  'run.cancelling': z.object({}),
  'run.ended': z.object({
    status: RunStatus,
    counts: RunCounts,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
  'run.artifact': z.object({ artifact: z.string(), name: z.string(), size: z.int() }),
  'finding.created': FindingEvent,
  'finding.seen': FindingEvent,
  /** Many that are as they were, in one event. */
  'findings.seen': z.object({ count: z.int(), findings: z.array(z.string()) }),
  'finding.reopened': FindingEvent,
  'finding.fixed': FindingEvent,
  /** The import that had found it was undone. */
  'finding.removed': FindingEvent,
  'finding.moved': FindingEvent.extend({ from: Location }),
  /** A newer rule has taken it over; `from` is the former one. */
  'finding.upgraded': FindingEvent.extend({ from: z.string() }),
  'finding.triaged': Triaged.extend({
    from: z.string(),
    to: z.string(),
    reason: z.string().optional(),
    expires: z.int().optional(),
    duplicateOf: z.string().optional(),
  }),
  'finding.rated': Triaged.extend({ from: Severity, to: Severity, own: z.boolean() }),
  'finding.assigned': Triaged.extend({ from: z.string().nullable(), to: z.string().nullable() }),
  'finding.labelled': Triaged.extend({ added: z.array(z.string()), removed: z.array(z.string()) }),
  /** Until null: until it gets worse. `woken` says why it is back: `person`, `time`, `worse`. */
  'finding.snoozed': Triaged.extend({
    until: z.int().nullable().optional(),
    orWorse: z.boolean().optional(),
    woken: z.string().optional(),
  }),
  'finding.commented': Triaged.extend({ text: z.string() }),
  'finding.due': FindingEvent.extend({ due: z.int() }),
  'finding.breached': FindingEvent.extend({ due: z.int() }),
  /** A risk was accepted until now: it is open again. */
  'finding.accepted-expired': FindingEvent.extend({ expired: z.int() }),
  /** A run would close so many of a tool's open findings that somebody has to look. */
  'closing.requested': z.object({ tool: z.string(), open: z.int(), closing: z.int() }),
  'closing.decided': z.object({ approved: z.boolean(), closing: z.int() }),
  'acceptance.requested': z.object({ reason: z.string(), expires: z.int(), findings: z.int() }),
  'acceptance.decided': z.object({ status: z.string(), comment: z.string().nullable() }),
  'suppression.created': z.object({ name: z.string(), query: z.string() }),
  'suppression.changed': z.object({ name: z.string(), query: z.string() }),
  'suppression.ended': z.object({ name: z.string(), reason: z.string() }),
  /** A bulk change, or its undo, is done. */
  'change-set.ended': z.object({
    kind: z.string(),
    status: z.string(),
    changed: z.int(),
    skipped: z.int(),
  }),
  /** Many runs were cancelled or run again, or somebody stopped that. */
  'run-job.ended': z.object({
    action: z.enum(['cancel', 'rerun']),
    status: z.string(),
    changed: z.int(),
    skipped: z.int(),
  }),
  'workflow.saved': z.object({ name: z.string(), revision: z.int() }),
  'workflow.removed': z.object({ name: z.string() }),
  'workflow-run.created': z.object({
    workflow: z.string().nullable(),
    name: z.string(),
    trigger: z.string(),
  }),
  'workflow-run.changed': z.object({ status: WorkflowRunStatus, section: z.string() }),
  'workflow-run.ended': z.object({
    name: z.string(),
    status: WorkflowRunStatus,
    error: CodedError.nullable(),
  }),
  'workflow-step.changed': z.object({
    step: z.string(),
    item: z.int().nullable(),
    status: StepStatus,
    attempt: z.int(),
    waitsFor: z.string().nullable(),
    due: z.int().nullable(),
    /** The run of its task, or of its workflow. */
    run: z.string().nullable(),
    error: CodedError.nullable(),
  }),
  'approval.requested': z.object({ step: z.string(), message: z.string(), roles: z.array(z.string()) }),
  'approval.decided': z.object({ step: z.string(), status: z.string(), comment: z.string().nullable() }),
  'schedule.saved': z.object({ name: z.string() }),
  'schedule.paused': z.object({ name: z.string(), note: z.string() }),
  'schedule.resumed': z.object({ name: z.string() }),
  'schedule.removed': z.object({ name: z.string() }),
  'schedule.missed': z.object({
    name: z.string(),
    times: z.int(),
    /** There were so many and more. */
    more: z.boolean().optional(),
    done: z.string(),
  }),
  /** A time came and nothing was started, with the reason. */
  'schedule.skipped': z.object({ name: z.string(), reason: z.string() }),
  'trigger.saved': z.object({ name: z.string(), kind: z.string() }),
  'trigger.stopped': z.object({ name: z.string(), reason: z.string() }),
  'trigger.skipped': z.object({ name: z.string(), reason: z.string() }),
  'trigger.paused': z.object({ name: z.string(), note: z.string() }),
  'trigger.resumed': z.object({ name: z.string() }),
  'trigger.removed': z.object({ name: z.string() }),
  'import.undone': z.object({ removed: z.int(), restored: z.int(), kept: z.int() }),
  'import-mapping.saved': z.object({ name: z.string() }),
  'import-mapping.removed': z.object({ name: z.string() }),
  'scope.added': z.object({ kind: z.string(), value: z.string() }),
  'scope.removed': z.object({ kind: z.string(), value: z.string() }),
  'user.created': z.object({ user: z.string(), name: z.string() }),
  'session.created': z.object({ user: z.string() }),
  'session.refused': z.object({ name: z.string() }),
  'session.ended': z.object({ user: z.string() }),
  'secret.stored': z.object({ name: z.string() }),
  'secret.removed': z.object({ name: z.string() }),
  'keys.rotated': z.object({ resealed: z.int(), unreadable: z.int() }),
  'file.created': z.object({ name: z.string(), size: z.int(), sha256: z.string() }),
  'file.removed': z.object({ name: z.string(), reason: z.enum(['removed', 'expired']) }),
  'plugin.allowed': z.object({ plugin: z.string(), hash: z.string() }),
  'plugin.refused': z.object({ plugin: z.string(), hash: z.string().nullable() }),
  'report.ready': z.object({
    report: z.string(),
    title: z.string(),
    template: z.string(),
    findings: z.int(),
    /** Of the snapshot. */
    sha256: z.string(),
    /** Its files: `reports.download` gives each by its format. */
    formats: z.array(z.object({ format: z.string(), name: z.string(), size: z.int() })),
  }),
  'report.failed': z.object({
    report: z.string(),
    title: z.string(),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
  'report.removed': z.object({ title: z.string(), reason: z.enum(['removed', 'expired']) }),
  'config.changed': z.object({ keys: z.array(z.string()) }),
  'policy.saved': z.object({ revision: z.int() }),
  'asset.changed': z.object({ criticality: z.string().nullable(), exposure: z.string().nullable() }),
  'signals.imported': z.object({ source: z.string(), asOf: z.int(), entries: z.int() }),
  /** The policy names a channel for it: those who notify read this. */
  'finding.routed': FindingEvent.extend({ channel: z.string(), policyRule: z.string() }),
  'audit.recorded': z.object({
    entry: z.string(),
    seq: z.int(),
    operation: z.string(),
    outcome: z.enum(['done', 'refused', 'failed']),
    code: z.string().nullable(),
    address: z.string(),
  }),
  'audit.anchored': z.object({ seq: z.int(), mac: z.string() }),
} as const;

export type EventType = keyof typeof EVENT_TYPES;
export type EventData<T extends EventType> = z.infer<(typeof EVENT_TYPES)[T]>;

/** An event before it is stored; the store adds `seq`, `id` and `time`. */
export type NewEvent = {
  [T in EventType]: {
    type: T;
    project: string;
    /** Who caused it: `user_…`, `local:<os user>`, `system`. */
    actor: string;
    /** What it is about: a prefixed id. */
    subject: string;
    run?: string;
    cause?: { event: string; depth: number };
    data: EventData<T>;
  };
}[EventType];

/** An event as readers get it; `cursor` is opaque (`epoch:seq`) and is what a reader stores. */
export const StoredEvent = z.object({
  cursor: z.string(),
  id: z.string(),
  time: z.int(),
  type: z.string(),
  v: z.int(),
  project: z.string(),
  actor: z.string(),
  subject: z.string(),
  run: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type StoredEvent = z.infer<typeof StoredEvent>;
