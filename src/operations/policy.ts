import * as z from 'zod';
import type { PolicyProblem } from '../findings/policy/document.ts';
import { readPolicy } from '../findings/policy/read-policy.ts';
import {
  addRevision,
  listRevisions,
  newestRevision,
  readRevision,
  type StoredPolicy,
} from '../findings/policy/revisions.ts';
import { requestPass } from '../findings/priority/passes.ts';
import { SentinelError } from '../lib/errors.ts';
import { parseDocument } from '../workflows/definition/document.ts';
import { Download, defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

/** A policy is some pages. */
export const PolicySource = z
  .string()
  .max(256 * 1024)
  .describe('The document, YAML or JSON');
const Revision = z.object({
  revision: z.int(),
  note: z.string(),
  created: z.int(),
  actor: z.string(),
});
export const Problems = z.array(
  z.object({
    line: z.int().nullable(),
    column: z.int().nullable(),
    field: z.string(),
    message: z.string(),
  }),
);
const Counts = z.object({
  gate: z.int(),
  sla: z.int(),
  triage: z.int(),
  routing: z.int(),
  comments: z.int(),
});

export const policyGet = defineOperation({
  id: 'policy.get',
  summary: 'The policy of the project as it was written',
  method: 'GET',
  path: '/policy',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ revision: z.coerce.number().int().min(1).optional().describe('The newest when absent') }),
  body: NO_BODY,
  output: Revision.extend({ source: z.string() }),
  cli: 'policy show',
  async handler({ services, caller }, { query }) {
    return getPolicy(services.store.db, caller.project, query.revision);
  },
});

export const policyDownload = defineOperation({
  id: 'policy.download',
  summary: 'The policy of the project as a file',
  method: 'GET',
  path: '/policy/file',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ revision: z.coerce.number().int().min(1).optional() }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'policy download',
  async handler({ services, caller }, { query }) {
    const stored = await getPolicy(services.store.db, caller.project, query.revision);
    const bytes = Buffer.from(stored.source);
    return {
      name: 'policy.yaml',
      mediaType: 'application/yaml',
      size: bytes.length,
      async *open(range) {
        yield range ? bytes.subarray(range.start, range.end + 1) : bytes;
      },
    };
  },
});

export const policyRevisions = defineOperation({
  id: 'policy.revisions',
  summary: 'Revisions of the policy, newest first',
  method: 'GET',
  path: '/policy/revisions',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(Revision),
  cli: 'policy revisions',
  async handler({ services, caller }, { query }) {
    const before = query.cursor ? unpackCursor(query.cursor, z.tuple([z.int()]))[0] : undefined;
    const rows = await listRevisions(services.store.db, {
      project: caller.project,
      before,
      limit: query.limit + 1,
    });
    const result = page(rows, query.limit, ({ revision }) => packCursor(revision));
    return { items: result.rows, nextCursor: result.nextCursor };
  },
});

export const policyValidate = defineOperation({
  id: 'policy.validate',
  summary: 'Check a policy; nothing is stored',
  method: 'POST',
  path: '/policy/validate',
  permission: 'policy:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({ source: PolicySource }),
  output: z.object({ valid: z.boolean(), problems: Problems, rules: Counts.nullable() }),
  cli: 'policy validate',
  async handler(_context, { body }) {
    const { policy, problems } = readPolicy(parseDocument(body.source), Date.now());
    return {
      valid: policy !== null,
      problems,
      rules: policy && {
        gate: policy.gate.length,
        sla: Object.keys(policy.sla.days).length + policy.sla.conditions.length,
        triage: policy.triage.length,
        routing: policy.routing.length,
        comments: policy.comments.length,
      },
    };
  },
});

export const policySave = defineOperation({
  id: 'policy.save',
  summary: 'Store another revision of the policy; priorities and ends of findings follow',
  method: 'PUT',
  path: '/policy',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    source: PolicySource,
    note: z.string().max(500).default('').describe('What was changed and why'),
    base: z
      .int()
      .min(0)
      .optional()
      .describe('The revision that was edited: refused when there is a newer one'),
  }),
  output: Revision.extend({ change: z.enum(['created', 'changed', 'none']) }),
  cli: 'policy upload',
  async handler(context, { body }) {
    const { project, id: actor } = context.caller;
    requirePolicy(body.source);
    return context.change(async (write) => {
      const before = await newestRevision(write.tx, project);
      context.match(before);
      if (body.base !== undefined && body.base !== (before?.revision ?? 0))
        throw new SentinelError(
          'conflict',
          `Revision ${before?.revision ?? 0} is the newest, and not ${body.base}: look at what was changed.`,
          { current: before },
        );
      if (before?.source === body.source) {
        context.audit({ subject: project, after: { revision: before.revision, change: 'none' } });
        return { ...shown(before), change: 'none' as const };
      }
      const stored = await addRevision(write, {
        project,
        source: body.source,
        note: body.note,
        actor,
        now: Date.now(),
      });
      context.audit({
        subject: project,
        ...(before ? { before: { revision: before.revision } } : {}),
        after: { revision: stored.revision },
      });
      return { ...shown(stored), change: before ? ('changed' as const) : ('created' as const) };
    });
  },
});

export const policyApply = defineOperation({
  id: 'policy.apply',
  summary: 'Let the policy decide about all findings once, and not only about new and changed ones',
  method: 'POST',
  path: '/policy/apply',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({ revision: z.int() }),
  status: 202,
  cli: 'policy apply',
  async handler(context) {
    const { project } = context.caller;
    const { revision } = await getPolicy(context.services.store.db, project, undefined);
    await context.change(async ({ tx }) => {
      context.audit({ subject: project, after: { revision } });
      await requestPass({ tx }, { project, scope: 'all', now: Date.now(), decide: true });
    });
    return { revision };
  },
});

/** Throws `invalid-policy` with everything that is wrong, a line each. */
export function requirePolicy(source: string) {
  const { policy, problems } = readPolicy(parseDocument(source), Date.now());
  if (policy) return policy;
  throw invalidPolicy(problems);
}

export function invalidPolicy(problems: readonly PolicyProblem[], file = 'policy.yaml'): SentinelError {
  const lines = problems.map(({ line, column, field, message }) => {
    const where = line === null ? file : `${file}:${line}:${column ?? 1}`;
    return `${where}: ${field === '(all)' ? '' : `${field}: `}${message}`;
  });
  return new SentinelError('invalid-policy', lines.join('\n'), {
    fields: problems.map(({ field, message }) => ({ field, message })),
  });
}

async function getPolicy(
  db: Parameters<typeof newestRevision>[0],
  project: string,
  revision: number | undefined,
): Promise<StoredPolicy> {
  const stored =
    revision === undefined ? await newestRevision(db, project) : await readRevision(db, project, revision);
  if (stored) return stored;
  throw new SentinelError(
    'not-found',
    revision === undefined
      ? "The project has no policy yet. 'sentinelx policy upload FILE' stores one."
      : `There is no revision ${revision} of the policy.`,
  );
}

function shown({ revision, note, created, actor }: StoredPolicy) {
  return { revision, note, created, actor };
}
