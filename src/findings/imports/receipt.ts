import * as z from 'zod';
import type { RunCounts } from '../../model/run.ts';

/** What an import did. `parsed` is everything that the report names as a finding or as a check. */
export const Receipt = z.object({
  parsed: z.int(),
  new: z.int(),
  matched: z.int(),
  reopened: z.int(),
  closed: z.int(),
  skipped: z.int(),
});
export type Receipt = z.infer<typeof Receipt>;

export const Skip = z.object({ reason: z.string(), count: z.int(), examples: z.array(z.string()) });
export type Skip = z.infer<typeof Skip>;

/** What the statements of a VEX document did to findings. */
export const Verdicts = z.object({ statements: z.int(), changed: z.int(), skipped: z.array(Skip) });
export type Verdicts = z.infer<typeof Verdicts>;

/** New findings that became duplicates of what another tool had reported. */
export const Merged = z.object({
  count: z.int(),
  examples: z.array(z.object({ finding: z.string(), into: z.string(), rule: z.string(), tool: z.string() })),
});
export type Merged = z.infer<typeof Merged>;

/** What an undo did; the items of its change set keep what it removed. */
export const Undone = z.object({
  removed: z.int(),
  restored: z.int(),
  kept: z.array(Skip),
});
export type Undone = z.infer<typeof Undone>;

/** The column `receipt` of the table. */
export const StoredReceipt = z.object({
  receipt: Receipt,
  skips: z.array(Skip),
  verdicts: Verdicts.nullable(),
  /** Null also for what a former release stored. */
  merged: Merged.nullable().default(null),
  undo: Undone.nullable(),
  /** What its paths are relative to, and the like. */
  notes: z.array(z.string()).default([]),
});
export type StoredReceipt = z.infer<typeof StoredReceipt>;

/** What the task says of the report; an import that failed says nothing. */
export const ReportSummary = z.object({
  format: z.string(),
  tools: z.array(z.string()),
  parsed: z.int(),
  skipped: z.array(Skip),
  notes: z.array(z.string()).default([]),
  files: z.array(z.object({ name: z.string(), format: z.string(), size: z.int(), sha256: z.string() })),
});
export type ReportSummary = z.infer<typeof ReportSummary>;

/**
 * From what the task has read, what was stored and what statements did. Of findings that are in the report twice under different ids
 * the second is skipped, so that the numbers add up: parsed = new + matched + reopened + skipped.
 */
export function receiptOf(
  summary: ReportSummary | undefined,
  counts: Pick<RunCounts, 'new' | 'seen' | 'reopened' | 'fixed'> | undefined,
  verdicts: Verdicts | undefined,
  merged?: Merged,
): StoredReceipt {
  const stored = { new: counts?.new ?? 0, reopened: counts?.reopened ?? 0, closed: counts?.fixed ?? 0 };
  const matched = (counts?.seen ?? 0) + (verdicts?.statements ?? 0) - sum(verdicts?.skipped ?? []);
  const skips = [...(summary?.skipped ?? []), ...(verdicts?.skipped ?? [])];
  const known = stored.new + matched + stored.reopened + sum(skips);
  const parsed = Math.max(summary?.parsed ?? known, known);
  if (parsed > known)
    skips.push({ reason: 'the same as another finding of this report', count: parsed - known, examples: [] });
  return {
    receipt: { parsed, matched, ...stored, skipped: sum(skips) },
    skips,
    verdicts: verdicts ?? null,
    merged: merged ?? null,
    undo: null,
    notes: summary?.notes ?? [],
  };
}

function sum(skips: readonly Skip[]): number {
  return skips.reduce((total, { count }) => total + count, 0);
}
