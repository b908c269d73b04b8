import * as z from 'zod';
import { FindingStatus } from './finding.ts';
import { Severity } from './severity.ts';

/** Why something is no finding. */
export const FALSE_POSITIVE_REASONS = [
  'sanitised',
  'unreachable',
  'test-code',
  'wrong-rule',
  'other',
] as const;
/** Why a risk is accepted. */
export const ACCEPT_REASONS = ['mitigated', 'low-impact', 'no-fix', 'planned', 'other'] as const;

const Time = z.int().min(0);
const Label = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._:/-]{0,63}$/u, 'letters, digits, and " ._:/-", 64 characters at most');

/** What a person, a policy or an import does to one finding or to many. Times are milliseconds since 1970 (UTC). */
export const TriageChange = z
  .object({
    status: FindingStatus.exclude(['fixed']).optional(),
    reason: z.enum([...new Set([...FALSE_POSITIVE_REASONS, ...ACCEPT_REASONS])]).optional(),
    comment: z.string().trim().min(1).max(10_000).optional(),
    /** End of a risk acceptance: it reopens by itself then. Required for `risk-accepted`. */
    expires: Time.optional(),
    duplicateOf: z.string().optional(),
    /** Login or id of an account; null takes it from everybody. */
    assignee: z.string().nullable().optional(),
    addLabels: z.array(Label).max(20).optional(),
    removeLabels: z.array(Label).max(20).optional(),
    /** Null wakes it. `until` null: only until it gets worse. */
    snooze: z
      .object({ until: Time.nullable(), orWorse: z.boolean().default(true) })
      .nullable()
      .optional(),
    /** Null gives it back the severity of its rule or tool. */
    severity: Severity.nullable().optional(),
  })
  .strict();
export type TriageChange = z.infer<typeof TriageChange>;

export const DECISION_SOURCES = ['human', 'bulk', 'policy', 'import', 'model'] as const;
export type DecisionSource = (typeof DECISION_SOURCES)[number];

/** What a finding's history can tell; `data` of an entry depends on it. */
export const HISTORY_KINDS = [
  'status',
  'comment',
  'assignee',
  'labels',
  'snooze',
  'severity',
  'merged',
  'unmerged',
  'fixed',
  'reopened',
  'moved',
  'rule-upgraded',
  'suppressed',
  'unsuppressed',
  'due',
  'breached',
  'undone',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

export const HistoryEntry = z.object({
  id: z.string(),
  time: z.int(),
  actor: z.string(),
  kind: z.enum(HISTORY_KINDS),
  /** The bulk change or import that it is part of. */
  changeSet: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
