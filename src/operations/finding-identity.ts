import * as z from 'zod';
import { explainFinding } from '../findings/explain.ts';
import { applyTriage } from '../findings/lifecycle/apply-triage.ts';
import { skipWords } from '../findings/lifecycle/status-rules.ts';
import { previewMatching } from '../findings/matching-preview.ts';
import { MATCHING, MatchingSettings, readMatching } from '../findings/matching-settings.ts';
import { SentinelError } from '../lib/errors.ts';
import { Location } from '../model/location.ts';
import type { TriageChange } from '../model/triage.ts';
import { requireComment } from './comment-rules.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const Path = z.object({ id: z.string().max(100) });
const Named = z.object({ id: z.string(), tool: z.string(), rule: z.string() });
const Comment = z.string().trim().min(1).max(10_000).optional().describe('Why; it is kept');

export const findingExplain = defineOperation({
  id: 'findings.explain',
  summary:
    'Why a finding is the one that it is: its fingerprints, how it was recognised, and what is near and yet another',
  method: 'GET',
  path: '/findings/{id}/identity',
  permission: 'finding:read',
  audited: false,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    finding: z.string(),
    fingerprints: z.array(
      z.object({ kind: z.string(), version: z.int(), value: z.string(), says: z.string() }),
    ),
    same: z
      .object({ by: z.string(), because: z.string() })
      .nullable()
      .describe('How the last scan recognised it; null: it has been seen once'),
    changes: z.array(z.object({ time: z.int(), kind: z.string(), because: z.string() })),
    mergedInto: Named.nullable(),
    duplicates: z.array(Named),
    near: z.array(
      Named.extend({
        title: z.string(),
        status: z.string(),
        location: Location,
        because: z.string().describe('Why it is not the same finding'),
      }),
    ),
  }),
  cli: 'findings explain',
  handler: ({ services, caller }, { path }) => explainFinding(services.store.db, caller.project, path.id),
});

const Merged = z.object({ id: z.string(), mergedInto: z.string().nullable(), status: z.string() });

export const findingMerge = defineOperation({
  id: 'findings.merge',
  summary: 'Say that a finding is the same bug as another one',
  method: 'POST',
  path: '/findings/{id}/merge',
  permission: 'finding:triage',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: z.strictObject({
    into: z.string().max(100).describe('The finding that stays'),
    comment: Comment,
  }),
  output: Merged,
  cli: 'findings merge',
  async handler(context, { path, body }) {
    // One of another project is none at all.
    await stateOf(context, body.into);
    await decide(context, path.id, {
      status: 'duplicate',
      duplicateOf: body.into,
      ...(body.comment ? { comment: body.comment } : {}),
    });
    return stateOf(context, path.id);
  },
});

export const findingUnmerge = defineOperation({
  id: 'findings.unmerge',
  summary: 'Say that a finding is another bug than the one it was merged into; later scans leave them apart',
  method: 'POST',
  path: '/findings/{id}/unmerge',
  permission: 'finding:triage',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: z.strictObject({ comment: Comment }),
  output: Merged,
  cli: 'findings unmerge',
  async handler(context, { path, body }) {
    const { mergedInto } = await stateOf(context, path.id);
    if (mergedInto === null)
      throw new SentinelError('not-possible-now', 'The finding is not merged into another one.');
    await decide(context, path.id, { status: 'open', ...(body.comment ? { comment: body.comment } : {}) });
    return stateOf(context, path.id);
  },
});

async function decide(context: OperationContext, id: string, change: TriageChange): Promise<void> {
  const { services, caller } = context;
  const before = await stateOf(context, id);
  await requireComment(context, { finding: id, change, field: 'comment' });
  const comments = await services.commentRules(caller.project);
  await context.change(async (write) => {
    const options = {
      dialect: services.store.dialect,
      project: caller.project,
      actor: caller.id,
      source: 'human' as const,
      changeSet: null,
      comments,
    };
    const { skipped } = await applyTriage(write, options, [id], change);
    const [skip] = skipped;
    if (skip?.reason === 'not-found')
      throw new SentinelError('not-found', `There is no finding ${change.duplicateOf ?? id}.`);
    if (skip) throw new SentinelError('not-possible-now', `Nothing was changed: ${skipWords(skip.reason)}.`);
    const after = { status: change.status, mergedInto: change.duplicateOf ?? null };
    context.audit({ subject: id, before, after, project: caller.project });
  });
}

async function stateOf({ services, caller }: OperationContext, id: string): Promise<z.output<typeof Merged>> {
  const row = await services.store.db
    .selectFrom('finding')
    .select(['id', 'merged_into as mergedInto', 'status'])
    .where('id', '=', id)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no finding ${id}.`);
  return row;
}

export const matchingGet = defineOperation({
  id: 'findings.matching.get',
  summary: 'How findings are recognised and merged, and how much a run may close by itself',
  method: 'GET',
  path: '/findings/matching',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: MatchingSettings,
  cli: 'findings matching show',
  handler: ({ services, caller }) => readMatching(services.store.db, caller.project),
});

const Given = z.strictObject({
  renamed: z.boolean().optional().describe('Recognise findings in a file that was renamed'),
  crossTool: z.boolean().optional().describe('Two tools that report one bug report one finding'),
  lineTolerance: z
    .int()
    .min(0)
    .max(50)
    .optional()
    .describe('So many lines may lie between what two tools report'),
  closeShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('A run that would close more than this share waits for approval'),
  closeAtLeast: z.int().min(1).max(1_000_000).optional().describe('Fewer than this never wait'),
});

export const matchingSet = defineOperation({
  id: 'findings.matching.set',
  summary: 'Set how findings are recognised and merged, and how much a run may close by itself',
  method: 'PUT',
  path: '/findings/matching',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Given,
  output: MatchingSettings,
  cli: 'findings matching set',
  async handler(context, { body }) {
    const { services, caller } = context;
    const before = await readMatching(services.store.db, caller.project);
    context.match(before);
    const settings = merged(before, body);
    await context.change(async ({ tx }) => {
      const row = { value: JSON.stringify(settings), updated: Date.now(), actor: caller.id };
      await tx
        .insertInto('project_setting')
        .values({ project: caller.project, name: MATCHING, ...row })
        .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet(row))
        .execute();
      context.audit({ subject: caller.project, before, after: settings });
    });
    return settings;
  },
});

const Pair = z.object({
  finding: z.string(),
  tool: z.string(),
  rule: z.string(),
  other: z.string(),
  otherTool: z.string(),
  otherRule: z.string(),
});
const Pairs = z.object({ count: z.int(), examples: z.array(Pair) });

export const matchingPreview = defineOperation({
  id: 'findings.matching.preview',
  summary: 'What other settings would have made of the findings that are there; nothing is changed',
  method: 'POST',
  path: '/findings/matching/preview',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: Given,
  output: z.object({
    settings: MatchingSettings,
    compared: z.int().describe('Findings with a place or a bug in common with another'),
    wouldMerge: Pairs,
    wouldSeparate: Pairs,
    renamed: z.int().describe('Times that a finding was recognised in a renamed file'),
  }),
  cli: 'findings matching preview',
  async handler({ services, caller }, { body }) {
    const { db } = services.store;
    const settings = merged(await readMatching(db, caller.project), body);
    return { settings, ...(await previewMatching(db, caller.project, settings)) };
  },
});

function merged(before: MatchingSettings, given: z.output<typeof Given>): MatchingSettings {
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return MatchingSettings.parse({ ...before, ...changes });
}
