import type { Expression } from '../../lib/cel/expression.ts';
import type { Severity } from '../../model/severity.ts';
import type { Weights } from '../priority/weights.ts';
import type { CommentRule } from './comment-rule.ts';
import type { PolicyFile } from './schema.ts';

/** A condition with where it stands, so that what it decides can be told by its line. */
export interface Rule {
  name: string;
  line: number;
  /** The query as it is written: a time in it moves with the clock. */
  match: string | null;
  when: Expression | null;
}

export interface GateRule extends Rule {
  only: 'all' | 'new';
  most: number;
  message: string | null;
  /** Of a `sentinelx.yaml` in the tree and not of the policy. */
  ofTree: boolean;
}

export type Days = number | Partial<Record<Severity, number | undefined>>;

export interface SlaRule extends Rule {
  days: Days;
}

export interface TriageRule extends Rule {
  set: PolicyFile['triage'][number]['set'];
}

export interface RoutingRule extends Rule {
  assign: string | null;
  labels: readonly string[];
  channel: string | null;
}

export interface Policy {
  gate: readonly GateRule[];
  sla: {
    days: Partial<Record<Severity, number | undefined>>;
    /** Where the days of a severity stand. */
    lines: Partial<Record<Severity, number>>;
    conditions: readonly SlaRule[];
  };
  triage: readonly TriageRule[];
  routing: readonly RoutingRule[];
  comments: readonly CommentRule[];
  weights: Weights;
}

export const NO_POLICY: Policy = {
  gate: [],
  sla: { days: {}, lines: {}, conditions: [] },
  triage: [],
  routing: [],
  comments: [],
  weights: {},
};

/** Days of a severity; undefined: no end. */
export function daysOf(days: Days, severity: Severity): number | undefined {
  return typeof days === 'number' ? days : days[severity];
}
