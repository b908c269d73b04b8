import * as z from 'zod';
import { Location } from './location.ts';
import { RuleText } from './rule.ts';
import { Confidence, Severity } from './severity.ts';

export const FINDING_STATUSES = [
  'open',
  'confirmed',
  'false-positive',
  'risk-accepted',
  'fixed',
  'duplicate',
] as const;
export const FindingStatus = z.enum(FINDING_STATUSES);
export type FindingStatus = z.infer<typeof FindingStatus>;

/** A window of text around a finding, secrets masked. `firstLine` counts from 1. */
export const Excerpt = z.object({ firstLine: z.int().min(1), lines: z.array(z.string()) });
export type Excerpt = z.infer<typeof Excerpt>;

export const FlowStep = z.object({ at: Location, note: z.string(), excerpt: Excerpt.optional() });
export type FlowStep = z.infer<typeof FlowStep>;

export const REFERENCE_KINDS = ['cve', 'ghsa', 'osv', 'cwe', 'purl', 'indicator', 'technique'] as const;
export const Reference = z.object({ kind: z.enum(REFERENCE_KINDS), value: z.string() });
export type Reference = z.infer<typeof Reference>;

/** A finding in a list: what a row needs. Times are milliseconds since 1970 (UTC). */
export const FindingSummary = z.object({
  id: z.string(),
  project: z.string(),
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
  firstRun: z.string(),
  lastRun: z.string(),
  /** Id of an account. */
  assignee: z.string().nullable(),
  /** Not shown as work until then; `until` null: until it gets worse. */
  snooze: z.object({ until: z.int().nullable(), orWorse: z.boolean() }).nullable(),
  /** The suppression rule that hides it. */
  hiddenBy: z.string().nullable(),
  /** The finding that stands for it: of another tool, or the one that it is a duplicate of. */
  mergedInto: z.string().nullable(),
  /** The accepted risk is open again then. */
  acceptUntil: z.int().nullable(),
  /** Severity that a person gave it. */
  ownSeverity: Severity.nullable(),
  /** Null: not computed. */
  priority: z.int().nullable(),
  /** When the policy wants it closed; null: it does not say. */
  due: z.int().nullable(),
  closed: z.int().nullable(),
});
export type FindingSummary = z.infer<typeof FindingSummary>;

/** A line of the list of findings. */
export const FindingItem = FindingSummary.extend({ labels: z.array(z.string()) });
export type FindingItem = z.infer<typeof FindingItem>;

export const Finding = FindingItem.extend({
  /** What the tool said, while a person says something else. */
  toolSeverity: Severity.nullable(),
  evidence: z.string().nullable(),
  excerpt: Excerpt.nullable(),
  flow: z.array(FlowStep),
  about: z.array(Reference),
  related: z.array(Location),
  ruleText: RuleText,
  tags: z.array(z.string()),
  assetName: z.string(),
  fingerprints: z.array(z.object({ kind: z.string(), version: z.int(), value: z.string() })),
});
export type Finding = z.infer<typeof Finding>;
