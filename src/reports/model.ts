import * as z from 'zod';
import { Excerpt, FindingStatus, FlowStep, Reference } from '../model/finding.ts';
import { Location } from '../model/location.ts';
import { RuleText } from '../model/rule.ts';
import { Confidence, Severity } from '../model/severity.ts';

/** What stands in a snapshot as its format; a reader of another number refuses it. */
export const SNAPSHOT_FORMAT = 'sentinelx-report/1';

export const REPORT_FORMATS = ['html', 'pdf', 'json', 'csv', 'sarif', 'markdown', 'vex'] as const;
export const ReportFormat = z.enum(REPORT_FORMATS);
export type ReportFormat = z.infer<typeof ReportFormat>;

export const BUILT_IN_TEMPLATES = ['executive', 'technical', 'compliance', 'delta'] as const;
export type BuiltInTemplate = (typeof BUILT_IN_TEMPLATES)[number];

export const FRAMEWORKS = ['owasp-top-10-2025', 'asvs-5', 'pci-dss-4', 'nist-ssdf', 'cwe-top-25'] as const;
export const Framework = z.enum(FRAMEWORKS);
export type Framework = z.infer<typeof Framework>;

/** What a report is about; exactly one of them. */
export const ReportAbout = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('query'), q: z.string() }),
  z.object({ kind: z.literal('run'), run: z.string() }),
  z.object({ kind: z.literal('workflow-run'), workflowRun: z.string() }),
  /** A results file of the earlier Python program, uploaded. */
  z.object({ kind: z.literal('file'), file: z.string(), name: z.string() }),
]);
export type ReportAbout = z.infer<typeof ReportAbout>;

/** What a delta compares with. */
export const Against = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('report'), report: z.string(), title: z.string(), asOf: z.int() }),
  z.object({ kind: z.literal('time'), time: z.int() }),
  /** There is no earlier report about the same: everything is new. */
  z.object({ kind: z.literal('nothing') }),
]);
export type Against = z.infer<typeof Against>;

export const CHANGES = ['new', 'reopened', 'changed', 'fixed', 'gone', 'open'] as const;
/** Since what it is compared with. `gone`: it does not fit the filter any more, without being fixed. */
export const Change = z.enum(CHANGES);
export type Change = z.infer<typeof Change>;

/** The newest decision about a finding. */
export const ReportDecision = z.object({
  time: z.int(),
  actor: z.string(),
  source: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  comment: z.string().nullable(),
  /** End of an acceptance. */
  until: z.int().nullable(),
});
export type ReportDecision = z.infer<typeof ReportDecision>;

export const ReportFinding = z.object({
  id: z.string(),
  task: z.string(),
  rule: z.string(),
  title: z.string(),
  severity: Severity,
  confidence: Confidence,
  status: FindingStatus,
  location: Location,
  message: z.string(),
  asset: z.string(),
  firstSeen: z.int(),
  lastSeen: z.int(),
  closed: z.int().nullable(),
  evidence: z.string().nullable(),
  excerpt: Excerpt.nullable(),
  flow: z.array(FlowStep),
  about: z.array(Reference),
  assignee: z.string().nullable(),
  labels: z.array(z.string()),
  due: z.int().nullable(),
  priority: z.int().nullable(),
  decision: ReportDecision.nullable(),
  /** Places in `sections` of the head. */
  sections: z.array(z.int()),
  change: Change.nullable(),
  before: z.object({ severity: Severity, status: FindingStatus }).nullable(),
  /** `exact/v1` → hex. */
  prints: z.record(z.string(), z.string()),
});
export type ReportFinding = z.infer<typeof ReportFinding>;

/** A step of a workflow, a task of an old results file. */
export const ReportSection = z.object({
  name: z.string(),
  status: z.string(),
  task: z.string().nullable(),
  /** Its run, when it is one of ours. */
  run: z.string().nullable(),
  /** What it could not look at. */
  problems: z.int(),
  findings: z.int(),
});
export type ReportSection = z.infer<typeof ReportSection>;

const SeverityCounts = z.record(Severity, z.int());

/** One week: what was first seen in it, and what was closed in it. */
export const ReportWeek = z.object({ start: z.int(), opened: SeverityCounts, closed: z.int() });
export type ReportWeek = z.infer<typeof ReportWeek>;

export const ReportHead = z.object({
  format: z.literal(SNAPSHOT_FORMAT),
  report: z.string(),
  title: z.string(),
  /** Such as 'Confidential': stands in the header of every page. */
  classification: z.string().nullable(),
  template: z.string(),
  project: z.object({ id: z.string(), name: z.string() }),
  about: ReportAbout,
  /** What it is about, in words. */
  scope: z.string(),
  asOf: z.int(),
  actor: z.string(),
  version: z.string(),
  against: Against.nullable(),
  counts: z.object({
    total: z.int(),
    /** Open and confirmed. */
    open: z.int(),
    severity: SeverityCounts,
    openSeverity: SeverityCounts,
    status: z.record(FindingStatus, z.int()),
    change: z.record(Change, z.int()),
  }),
  sections: z.array(ReportSection),
  /** `task/rule` → its text. */
  rules: z.record(z.string(), RuleText),
  assets: z.record(z.string(), z.string()),
  weeks: z.array(ReportWeek),
  /** What is missing from it, in words: a reader must know. */
  problems: z.array(z.string()),
  /** What a reader should know besides: what is hidden, such as suppressed findings. */
  notes: z.array(z.string()),
});
export type ReportHead = z.infer<typeof ReportHead>;

/** How a report of an organisation looks. */
export const Look = z.strictObject({
  organisation: z.string().trim().max(100).default(''),
  footer: z.string().trim().max(200).default(''),
  /** PNG or JPEG, base64. */
  logo: z
    .object({ mediaType: z.enum(['image/png', 'image/jpeg']), data: z.string() })
    .nullable()
    .default(null),
});
export type Look = z.infer<typeof Look>;
export const NO_LOOK: Look = { organisation: '', footer: '', logo: null };

/** The template as it was when the report was asked for. */
export const UsedTemplate = z.object({
  name: z.string(),
  /** The built-in one that gives the contents; null: `source` does. */
  base: z.enum(BUILT_IN_TEMPLATES).nullable(),
  source: z.string(),
  look: Look,
});
export type UsedTemplate = z.infer<typeof UsedTemplate>;

/** Everything that was asked for, kept with the report. */
export const ReportOptions = z.object({
  formats: z.array(ReportFormat),
  template: UsedTemplate,
  frameworks: z.array(Framework),
  classification: z.string().nullable(),
  against: Against.nullable(),
});
export type ReportOptions = z.infer<typeof ReportOptions>;

export function ruleKey({ task, rule }: Pick<ReportFinding, 'task' | 'rule'>): string {
  return `${task}/${rule}`;
}

export function isOpenStatus(status: string): boolean {
  return status === 'open' || status === 'confirmed';
}
