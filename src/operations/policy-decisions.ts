import * as z from 'zod';
import { explainFinding, SECTIONS } from '../findings/policy/explain.ts';
import { checkGate } from '../findings/policy/gate.ts';
import type { GateRule } from '../findings/policy/policy.ts';
import { readPolicyFacts } from '../findings/policy/read-facts.ts';
import { readTreeGate } from '../findings/policy/read-policy.ts';
import { replay } from '../findings/policy/replay.ts';
import { loadPolicy } from '../findings/policy/revisions.ts';
import { SentinelError } from '../lib/errors.ts';
import { hasEnded, RunStatus } from '../model/run.ts';
import { Severity } from '../model/severity.ts';
import { readMoment } from '../store/findings-index/moment.ts';
import { parseDocument } from '../workflows/definition/document.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';
import { invalidPolicy, PolicySource, requirePolicy } from './policy.ts';

const Example = z.object({
  id: z.string(),
  severity: Severity,
  title: z.string(),
  place: z.string(),
});
const Source = PolicySource.optional().describe('A candidate instead of the stored policy');

export const policyGate = defineOperation({
  id: 'policy.gate',
  summary: 'Hold a run against the gate of the policy: does it pass, and if not, why',
  method: 'POST',
  path: '/policy/gate',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    run: z.string(),
    source: Source,
    tree: z
      .string()
      .max(256 * 1024)
      .optional()
      .describe('The sentinelx.yaml of the examined tree: its gate is added, and can only make it stricter'),
  }),
  output: z.object({
    run: z.string(),
    status: RunStatus,
    revision: z.int().nullable().describe('Of the policy; null: the project has none'),
    passed: z.boolean(),
    conditions: z.array(
      z.object({
        rule: z.string(),
        line: z.int(),
        ofTree: z.boolean(),
        passed: z.boolean(),
        count: z.int(),
        most: z.int(),
        message: z.string().nullable(),
        examples: z.array(Example),
        unknown: z.int().describe('Findings of which it could not be said'),
        unknownWhy: z.string().nullable(),
      }),
    ),
  }),
  cli: 'policy gate',
  async handler(context, { body }) {
    const { services, caller } = context;
    const { db } = services.store;
    const run = await db
      .selectFrom('run')
      .select(['id', 'status'])
      .where('id', '=', body.run)
      .where('project', '=', caller.project)
      .executeTakeFirst();
    if (!run) throw new SentinelError('not-found', `There is no run ${body.run}.`);
    const status = run.status as RunStatus;
    if (!hasEnded(status))
      throw new SentinelError(
        'not-possible-now',
        `The run is ${status}: the gate looks at runs that have ended.`,
      );
    // What the policy decides about the findings of this run comes first.
    await services.findings.reach();
    const { policy, revision } = await policyOf(context, body.source);
    const gate: GateRule[] = [...policy.gate];
    if (body.tree !== undefined) {
      const tree = readTreeGate(parseDocument(body.tree), Date.now());
      if (tree.problems.length > 0) throw invalidPolicy(tree.problems, 'sentinelx.yaml');
      gate.push(...tree.gate);
    }
    const conditions = await checkGate(
      { store: services.store, project: caller.project, run: run.id, now: Date.now() },
      { gate, weights: policy.weights },
    );
    const complete = status === 'done' || status === 'partial';
    return {
      run: run.id,
      status,
      revision,
      passed: complete && conditions.every(({ passed }) => passed),
      conditions,
    };
  },
});

export const policyExplain = defineOperation({
  id: 'policy.explain',
  summary: 'What each rule of the policy says about a finding, and why the others say nothing',
  method: 'POST',
  path: '/findings/{id}/policy',
  permission: 'policy:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: z.strictObject({ source: Source }).default({}),
  output: z.object({
    finding: z.string(),
    revision: z.int().nullable(),
    rules: z.array(
      z.object({
        section: z.enum(SECTIONS),
        rule: z.string(),
        line: z.int(),
        outcome: z.enum(['decided', 'fits', 'does-not-fit', 'unknown']),
        why: z.string(),
      }),
    ),
  }),
  cli: 'policy explain',
  async handler(context, { path, body }) {
    const { store } = context.services;
    const { policy, revision } = await policyOf(context, body.source);
    const now = Date.now();
    const [facts] = await readPolicyFacts(store.db, store.dialect, {
      ids: [path.id],
      weights: policy.weights,
      now,
    });
    if (facts?.project !== context.caller.project)
      throw new SentinelError('not-found', `There is no finding ${path.id}.`);
    return { finding: facts.id, revision, rules: await explainFinding(store, policy, { facts, now }) };
  },
});

const Tallies = z.array(
  z.object({ rule: z.string(), line: z.int(), count: z.int(), examples: z.array(Example) }),
);

export const policyReplay = defineOperation({
  id: 'policy.replay',
  summary: 'What the last days would have looked like with this policy; nothing is changed',
  method: 'POST',
  path: '/policy/replay',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    since: z.string().max(40).default('30d').describe('30d, 2026-10-01'),
    source: Source,
  }),
  output: z.object({
    revision: z.int().nullable(),
    since: z.int(),
    runs: z.array(
      z.object({
        run: z.string(),
        task: z.string(),
        ended: z.int(),
        status: RunStatus,
        passed: z.boolean(),
        failed: z.array(z.object({ rule: z.string(), line: z.int(), count: z.int(), most: z.int() })),
      }),
    ),
    moreRuns: z.int().describe('Runs of that time that were not looked at'),
    findings: z.object({ new: z.int(), lookedAt: z.int() }),
    triaged: Tallies,
    assigned: Tallies,
    labelled: Tallies,
    routed: Tallies,
    overdue: z.object({
      count: z.int(),
      checked: z.int(),
      of: z.int(),
      bySeverity: z.partialRecord(Severity, z.int()),
      examples: z.array(Example),
    }),
  }),
  cli: 'policy replay',
  async handler(context, { body }) {
    const now = Date.now();
    const since = readMoment(body.since, now);
    if (!since)
      throw new SentinelError('invalid-parameter', `'${body.since}' is no time.`, {
        fields: [{ field: 'since', message: 'expects how long ago (30d, 24h) or a date', example: '30d' }],
      });
    const { policy, revision } = await policyOf(context, body.source);
    const { project } = context.caller;
    return {
      revision,
      ...(await replay(context.services.store, { project, policy, since: since.from, now })),
    };
  },
});

async function policyOf({ services, caller }: OperationContext, source: string | undefined) {
  if (source !== undefined) return { policy: requirePolicy(source), revision: null };
  return loadPolicy(services.store.db, caller.project, parseDocument);
}
