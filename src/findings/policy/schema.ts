import * as z from 'zod';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES, Severity } from '../../model/severity.ts';
import { ACCEPT_REASONS, FALSE_POSITIVE_REASONS } from '../../model/triage.ts';
import { FACTORS, LEAST_WEIGHT, MOST_WEIGHT } from '../priority/weights.ts';

const MOST_RULES = 200;
const MOST_DAYS = 3650;

const Name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._:/-]{0,79}$/u, 'letters, digits, and " ._:/-", 80 characters at most')
  .describe('What explanations call it by');
const Match = z
  .string()
  .min(1)
  .max(1000)
  .describe('A query as lists of findings take it: severity:>=high path:src/');
const When = z.string().min(1).max(2000).describe('CEL: epss.score != null && epss.score > 0.1');
const Label = z.string().min(1).max(64);
const Days = z.number().min(0).max(MOST_DAYS);
const Comment = z.string().trim().min(1).max(2000);
/** All of what is given must hold; a rule without both fits everything. */
const Condition = { name: Name, match: Match.optional(), when: When.optional() };

const Gate = z
  .strictObject({
    ...Condition,
    only: z
      .enum(['all', 'new'])
      .default('all')
      .describe('Only findings that the run found for the first time or again'),
    most: z.int().min(0).max(1_000_000).default(0).describe('So many may be there'),
    message: z.string().max(500).optional().describe('What to do about it'),
  })
  .describe('The gate fails when more findings fit than allowed');

const BySeverity = z.strictObject(
  Object.fromEntries(SEVERITIES.map((name) => [name, Days.optional()])) as Record<
    (typeof SEVERITIES)[number],
    z.ZodOptional<typeof Days>
  >,
);

const Sla = z.strictObject({
  days: BySeverity.default({}).describe(
    'Days until a finding of this severity is to be closed; none: no end',
  ),
  conditions: z
    .array(
      z.strictObject({
        ...Condition,
        days: z.union([Days, BySeverity]).describe('Instead; by severity, or for all of them'),
      }),
    )
    .max(MOST_RULES)
    .default([])
    .describe('The first one that fits decides'),
});

const Triage = z.strictObject({
  ...Condition,
  set: z.strictObject({
    status: z.enum(FINDING_STATUSES).exclude(['fixed', 'duplicate', 'open']).optional(),
    reason: z.enum([...new Set([...FALSE_POSITIVE_REASONS, ...ACCEPT_REASONS])]).optional(),
    comment: Comment.optional(),
    acceptDays: Days.optional().describe('For risk-accepted: how long'),
    snoozeDays: Days.optional(),
    severity: Severity.optional(),
    labels: z.array(Label).max(20).optional(),
  }),
});

const Routing = z.strictObject({
  ...Condition,
  assign: z.string().min(1).max(200).optional().describe('Login of an account'),
  labels: z.array(Label).max(20).optional(),
  channel: z.string().min(1).max(100).optional().describe('Name of the channel that is to tell people'),
});

/** What a person may make of a finding: `fixed` is what scans say. */
const Decided = z.enum(FINDING_STATUSES).exclude(['fixed']);

const CommentDemand = z
  .strictObject({
    name: Name,
    severities: z.array(Severity).min(1).optional().describe('Of findings of these; all when absent'),
    statuses: z.array(Decided).min(1).describe('Decisions that make a finding one of these'),
  })
  .describe('Such a decision needs a comment');

const WeightsSchema = z.strictObject(
  Object.fromEntries(
    FACTORS.map((name) => [name, z.number().min(LEAST_WEIGHT).max(MOST_WEIGHT).optional()]),
  ) as Record<(typeof FACTORS)[number], z.ZodOptional<z.ZodNumber>>,
);

/** `policy.yaml`, as it is written. */
export const PolicyFile = z
  .strictObject({
    version: z.literal(1).default(1),
    gate: z.array(Gate).max(MOST_RULES).default([]).describe('What a run must not have found'),
    sla: Sla.default({ days: {}, conditions: [] }).describe('When findings are to be closed'),
    triage: z
      .array(Triage)
      .max(MOST_RULES)
      .default([])
      .describe('What is decided about new and changed findings; the first rule that fits decides'),
    routing: z
      .array(Routing)
      .max(MOST_RULES)
      .default([])
      .describe('Who gets them: the first rule that names an account or a channel decides, labels add up'),
    comments: z
      .array(CommentDemand)
      .max(MOST_RULES)
      .default([])
      .describe('Decisions that need a comment, whoever makes them; none: only the reason other does'),
    priority: z
      .strictObject({ weights: WeightsSchema.default({}) })
      .default({ weights: {} })
      .describe('How much each factor counts, 0 to 2; usually 1'),
  })
  .describe('Policy of a project');
export type PolicyFile = z.output<typeof PolicyFile>;

/** What a `sentinelx.yaml` in a tree that is examined may add: nothing but further conditions of the gate. */
export const TreeGate = z.object({ gate: z.array(Gate).max(MOST_RULES).default([]) });

export function policyJsonSchema(): unknown {
  return { title: 'SentinelX policy', ...z.toJSONSchema(PolicyFile, { io: 'input' }) };
}
