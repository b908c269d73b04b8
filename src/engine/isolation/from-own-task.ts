import * as z from 'zod';
import { isErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { fieldProblems } from '../../lib/field-problems.ts';
import { CoveredScope } from '../../model/coverage.ts';
import { Excerpt, FlowStep, Reference } from '../../model/finding.ts';
import { Location } from '../../model/location.ts';
import { RuleText } from '../../model/rule.ts';
import { LogLevel } from '../../model/run.ts';
import { Confidence, Severity } from '../../model/severity.ts';
import { TriageChange } from '../../model/triage.ts';
import type { ToHost } from './messages.ts';

const Text = z.string().max(1_000_000);
const Id = z.string().min(1).max(100);
/** Rules of other tools have long names. */
const RuleId = z.string().min(1).max(500);
const Tool = Id.optional();
const Count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const Event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('finding'),
    rule: RuleId,
    at: Location,
    key: z.array(Text).max(100),
    message: Text.optional(),
    severity: Severity.optional(),
    confidence: Confidence.optional(),
    evidence: Text.optional(),
    excerpt: Excerpt.optional(),
    flow: z.array(FlowStep).max(200).optional(),
    about: z.array(Reference).max(1000).optional(),
    related: z.array(Location).max(1000).optional(),
    secrets: z.array(Text).max(1000).optional(),
    tool: Tool,
    toolPrints: z
      .array(z.object({ name: Id, value: Text }))
      .max(100)
      .optional(),
  }),
  z.object({ type: z.literal('rule'), id: RuleId, text: RuleText, tool: Tool }),
  z.object({ type: z.literal('progress'), done: Count, total: Count.optional(), note: Text.optional() }),
  z.object({ type: z.literal('problem'), at: Text, code: Id, message: Text }),
  z.object({ type: z.literal('covered'), at: CoveredScope, rules: z.array(RuleId).optional(), tool: Tool }),
  z.object({
    type: z.literal('verdict'),
    about: z.array(Reference).max(1000),
    purl: Text.optional(),
    change: TriageChange,
  }),
  z.object({ type: z.literal('asset'), name: z.string().min(1).max(500) }),
]);

const Whole = z.int().min(0);
const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('events'), from: Whole, list: z.array(Event) }),
  z.object({ type: z.literal('log'), time: Whole, level: LogLevel, text: Text }),
  z.object({
    type: z.literal('call'),
    id: Whole,
    method: z.enum(['http', 'tls', 'secret']),
    argument: z.unknown(),
  }),
  z.object({ type: z.literal('artifact'), id: Whole, name: Id, mediaType: Id }),
  z.object({ type: z.literal('chunk'), id: Whole, bytes: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('artifact-end'), id: Whole }),
  z.object({ type: z.literal('done'), output: z.unknown() }),
  z.object({
    type: z.literal('failed'),
    code: z.string().transform((code) => (isErrorCode(code) ? code : 'task-failed')),
    message: Text,
    fields: z
      .array(z.object({ field: Text, message: Text, example: Text.optional() }))
      .max(1000)
      .default([]),
  }),
]);

/** What a task of others reports is read like everything from outside; throws `task-protocol` with the field. */
export function readFromOwnTask(message: unknown): ToHost {
  const read = Message.safeParse(message);
  if (read.success) return read.data as ToHost;
  const [problem] = fieldProblems(Message, message, read.error.issues, { noun: 'field' });
  throw new SentinelError(
    'task-protocol',
    `The task reported what cannot be read. ${problem?.field ?? ''}: ${problem?.message ?? ''}.`,
  );
}
