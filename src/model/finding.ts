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

export const REFERENCE_KINDS = ['cve', 'ghsa', 'cwe', 'purl', 'indicator', 'technique'] as const;
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
});
export type FindingSummary = z.infer<typeof FindingSummary>;

export const Finding = FindingSummary.extend({
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
