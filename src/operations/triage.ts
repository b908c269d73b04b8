import * as z from 'zod';
import { applyTriage, previewTriage } from '../findings/lifecycle/apply-triage.ts';
import { resolveAssignee } from '../findings/lifecycle/assignee.ts';
import { planItems } from '../findings/lifecycle/change-job.ts';
import { createChange, getChange } from '../findings/lifecycle/change-sets.ts';
import { readAcceptanceSettings } from '../findings/lifecycle/settings.ts';
import { checkChange } from '../findings/lifecycle/status-rules.ts';
import { type CommentRule, ruleOfReason } from '../findings/policy/comment-rule.ts';
import { SentinelError } from '../lib/errors.ts';
import { FINDING_STATUSES } from '../model/finding.ts';
import { SEVERITIES } from '../model/severity.ts';
import { TriageChange } from '../model/triage.ts';
import { findingIds } from '../store/findings.ts';
import { readListFilter } from '../store/findings-index/keys.ts';
import type { WriteContext } from '../store/store.ts';
import { ChangeSet, Skipped, toChangeSet, toSkipped } from './change-shapes.ts';
import { requireComment } from './comment-rules.ts';
import { may } from './invoke.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';

/** So many are changed before the answer; more are work for a job. */
const AT_ONCE = 100;
const MOST_IDS = 10_000;
const PAGE = 500;
const EXAMPLES = 5;

const Counts = z.record(z.string(), z.int());

const Preview = z.object({
  total: z.int(),
  /** How many it would change. */
  changes: z.int(),
  skipped: z.array(Skipped),
  bySeverity: Counts,
  byStatus: Counts.describe('Of those that it would change, as they are now'),
  decided: Counts.describe('By status: left alone, since a person has decided otherwise'),
  comments: z
    .object({
      rules: z.array(z.object({ name: z.string(), line: z.int(), count: z.int() })),
      byStatus: Counts.describe('Of those that it would change with a comment, as they are now'),
    })
    .nullable()
    .describe('The policy asks for a comment, which the change does not have; null: it asks for none'),
  examples: z.array(z.object({ id: z.string(), title: z.string(), severity: z.enum(SEVERITIES) })),
});

/** Who names a finding has looked at it; a query also fits what somebody else has decided about. */
type Wanted = { ids: readonly string[] } | { q: string; keepDecided: boolean };

export const findingsTriage = defineOperation({
  id: 'findings.triage',
  summary: 'Decide about findings: some by id, or all that fit a query; it can be undone as a whole',
  method: 'POST',
  path: '/findings/triage',
  permission: 'finding:triage',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    ids: z.array(z.string().max(100)).min(1).max(MOST_IDS).optional(),
    q: z.string().max(1000).optional().describe('All that fit, and not only a page of them'),
    change: TriageChange,
    overrule: z
      .boolean()
      .default(false)
      .describe('With a query: also those that a person has confirmed, dismissed or accepted otherwise'),
    dryRun: z.boolean().default(false).describe('Only say what it would do'),
  }),
  output: z.object({
    change: ChangeSet.nullable(),
    preview: Preview.nullable().describe('Of a dry run'),
  }),
  cli: 'findings triage',
  async handler(context, { body }) {
    const wanted = wantedOf(body);
    const { change, waits } = await prepare(context, body.change);
    if (body.dryRun) return { change: null, preview: await preview(context, wanted, change) };
    const [finding, second] = 'ids' in wanted ? wanted.ids : [];
    if (finding !== undefined && second === undefined)
      await requireComment(context, { finding, change, field: 'change.comment' });
    const id = await start(context, { wanted, change, waits });
    return { change: await readChange(context, id), preview: null };
  },
});

function wantedOf(body: { ids?: string[] | undefined; q?: string | undefined; overrule: boolean }): Wanted {
  if (body.ids !== undefined && body.q === undefined) return { ids: [...new Set(body.ids)] };
  // An empty query fits everything: who means that says so with a condition.
  if (body.ids === undefined && body.q !== undefined && body.q.trim() !== '')
    return { q: body.q, keepDecided: !body.overrule };
  const message = 'Name the findings by id, or with a query: one of the two.';
  throw new SentinelError('invalid-parameter', message, { fields: [{ field: 'ids', message }] });
}

/** Checked as it stands, with the account of its assignee; an acceptance may have to wait for a second person. */
async function prepare(
  context: OperationContext,
  change: TriageChange,
): Promise<{ change: TriageChange; waits: boolean }> {
  const { caller, services } = context;
  const { fourEyes, maxDays } = await readAcceptanceSettings(services.store.db, caller.project);
  checkChange(change, Date.now(), maxDays);
  const assignee =
    typeof change.assignee === 'string'
      ? await resolveAssignee(services.store.db, {
          named: change.assignee,
          me: caller.id,
          mayRead: async (account) =>
            (await services.grants.permissionsIn(account, caller.project)).has('finding:read'),
        })
      : change.assignee;
  return {
    change: { ...change, ...(assignee !== undefined && { assignee }) },
    waits: change.status === 'risk-accepted' && (fourEyes || !may(caller, 'finding:accept')),
  };
}

async function start(
  context: OperationContext,
  { wanted, change, waits }: { wanted: Wanted; change: TriageChange; waits: boolean },
): Promise<string> {
  const { caller, services } = context;
  // A query that cannot be read is refused now and not by the job.
  if ('q' in wanted) readListFilter(wanted.q, { now: Date.now(), me: caller.id });
  const atOnce = 'ids' in wanted && wanted.ids.length <= AT_ONCE && !waits;
  const comments = await services.commentRules(caller.project);
  const id = await context.change(async (write) => {
    const id = await createChange(write, {
      project: caller.project,
      kind: waits ? 'acceptance' : 'triage',
      actor: caller.id,
      action: { do: 'triage', change },
      query: 'q' in wanted ? wanted.q : undefined,
      keepDecided: 'q' in wanted && wanted.keepDecided,
      waits,
    });
    if ('ids' in wanted) await withIds(write, context, { id, ids: wanted.ids, change, atOnce, comments });
    context.audit({
      subject: id,
      after: {
        ...('q' in wanted ? { q: wanted.q, overrule: !wanted.keepDecided } : { findings: wanted.ids.length }),
        change,
        waits,
      },
    });
    return id;
  });
  if (!atOnce) services.lifecycle.work(id);
  return id;
}

async function withIds(
  write: WriteContext,
  { services, caller }: OperationContext,
  {
    id,
    ids,
    change,
    atOnce,
    comments,
  }: {
    id: string;
    ids: readonly string[];
    change: TriageChange;
    atOnce: boolean;
    comments: readonly CommentRule[];
  },
): Promise<void> {
  const { dialect } = services.store;
  const total = ids.length;
  if (!atOnce) {
    write.defer(...planItems(dialect, id, ids));
    await write.tx.updateTable('change_set').set({ total }).where('id', '=', id).execute();
    return;
  }
  const options = {
    dialect,
    project: caller.project,
    actor: caller.id,
    source: total === 1 ? ('human' as const) : ('bulk' as const),
    changeSet: id,
    comments,
  };
  const { changed, skipped } = await applyTriage(write, options, ids, change);
  const reasons: Record<string, number> = {};
  for (const { reason } of skipped) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const ended = Date.now();
  const result = { total, done: total, changed: changed.length, skipped: JSON.stringify(reasons) };
  await write.tx
    .updateTable('change_set')
    .set({ ...result, status: 'done', ended })
    .where('id', '=', id)
    .execute();
  write.emit({
    type: 'change-set.ended',
    project: caller.project,
    actor: caller.id,
    subject: id,
    data: { kind: 'triage', status: 'done', changed: changed.length, skipped: skipped.length },
  });
}

async function preview(
  { services, caller }: OperationContext,
  wanted: Wanted,
  change: TriageChange,
): Promise<z.output<typeof Preview>> {
  const { store } = services;
  const { project } = caller;
  const skipped: Record<string, number> = {};
  const bySeverity: Record<string, number> = {};
  const byStatus: Record<string, number> = {};
  const decided: Record<string, number> = {};
  const comments = await services.commentRules(project);
  const asked = new Map<string, { name: string; line: number; count: number }>();
  const askedByStatus: Record<string, number> = {};
  const result = { total: 0, changes: 0, examples: [] as z.output<typeof Preview>['examples'] };
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for await (const ids of pagesOf(services, caller, wanted)) {
    const keepDecided = 'q' in wanted && wanted.keepDecided;
    const options = { dialect: store.dialect, project, keepDecided, comments };
    for (const { state, outcome } of await previewTriage(store.db, options, ids, change)) {
      result.total++;
      if ('skip' in outcome) {
        count(skipped, outcome.skip);
        if (outcome.skip === 'decided' && state) count(decided, state.status);
        const rule = ruleOfReason(outcome.skip);
        if (!rule || !state) continue;
        asked.set(outcome.skip, { ...rule, count: (asked.get(outcome.skip)?.count ?? 0) + 1 });
        count(askedByStatus, state.status);
      } else if (state) {
        result.changes++;
        count(bySeverity, state.severity);
        count(byStatus, state.status);
        if (result.examples.length < EXAMPLES)
          result.examples.push({ id: state.id, title: state.title, severity: state.severity });
      }
    }
  }
  return {
    ...result,
    skipped: toSkipped(skipped),
    bySeverity: inOrder(bySeverity, SEVERITIES),
    byStatus: inOrder(byStatus, FINDING_STATUSES),
    decided: inOrder(decided, FINDING_STATUSES),
    comments:
      asked.size === 0
        ? null
        : {
            rules: [...asked.values()].sort((a, b) => a.line - b.line),
            byStatus: inOrder(askedByStatus, FINDING_STATUSES),
          },
  };
}

function inOrder(counts: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.flatMap((name) => (counts[name] ? [[name, counts[name]]] : [])));
}

async function* pagesOf(
  { store }: OperationContext['services'],
  { project, id: me }: OperationContext['caller'],
  wanted: Wanted,
): AsyncGenerator<readonly string[]> {
  if ('ids' in wanted) {
    for (let from = 0; from < wanted.ids.length; from += PAGE) yield wanted.ids.slice(from, from + PAGE);
    return;
  }
  const asked = readListFilter(wanted.q, { now: Date.now(), me });
  let after: string | undefined;
  for (;;) {
    const ids = await findingIds(store, { project, ...asked, after, limit: PAGE });
    if (ids.length > 0) yield ids;
    if (ids.length < PAGE) return;
    after = ids.at(-1);
  }
}

async function readChange({ services, caller }: OperationContext, id: string) {
  const { db } = services.store;
  return toChangeSet(db, await getChange(db, { id, project: caller.project }));
}
