import type { Kysely } from 'kysely';
import * as z from 'zod';
import { type ChangeRow, getChange, readAction } from '../findings/lifecycle/change-sets.ts';
import {
  AcceptanceSettings,
  readAcceptanceSettings,
  writeAcceptanceSettings,
} from '../findings/lifecycle/settings.ts';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { Location } from '../model/location.ts';
import { Severity } from '../model/severity.ts';
import { loginsOf } from '../store/findings.ts';
import type { Database } from '../store/schema.ts';
import { may } from './invoke.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { runOfStep } from './workflow-start.ts';

/** Of the findings of one: enough to see what it is about. */
const NAMED = 5;

const Path = z.object({ id: z.string().max(100) });
const Decision = z.strictObject({
  comment: z.string().trim().max(2_000).optional().describe('Why; it is kept'),
});

const Acceptance = z.object({
  id: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired']),
  requester: z.string(),
  requesterName: z.string(),
  requested: z.int(),
  query: z.string().nullable(),
  findings: z.int(),
  reason: z.string(),
  comment: z.string().nullable(),
  expires: z.int().nullable(),
  decided: z.int().nullable(),
  decidedBy: z.string().nullable(),
  decision: z.string().nullable(),
  about: z
    .array(z.object({ id: z.string(), title: z.string(), severity: Severity, location: Location }))
    .describe('The worst five of its findings'),
});

type About = z.output<typeof Acceptance>['about'];

export const acceptanceList = defineOperation({
  id: 'findings.acceptances.list',
  summary: 'Acceptances of risks that wait, or have waited, for a second person, newest first',
  method: 'GET',
  path: '/findings/acceptances',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    status: z.enum(['pending', 'decided', 'all']).default('pending'),
    finding: z.string().max(100).optional().describe('Only those that are about this finding; its id'),
  }),
  body: NO_BODY,
  output: listOf(Acceptance),
  cli: 'acceptance list',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('change_set')
      .selectAll()
      .where('project', '=', caller.project)
      .where('kind', '=', 'acceptance')
      .orderBy('id', 'desc');
    if (query.status === 'pending') rows = rows.where('status', 'in', ['planning', 'waiting']);
    if (query.status === 'decided') rows = rows.where('status', 'not in', ['planning', 'waiting']);
    const { finding } = query;
    if (finding !== undefined)
      rows = rows.where((e) =>
        e.exists(
          e
            .selectFrom('change_item as i')
            .select('i.finding')
            .whereRef('i.change_set', '=', 'change_set.id')
            .where('i.finding', '=', finding),
        ),
      );
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    const names = await loginsOf(
      db,
      result.rows.map(({ actor }) => actor),
    );
    const about = await Promise.all(result.rows.map(({ id }) => worstOf(db, id)));
    const items = result.rows.map((row, at) => toAcceptance(row, names, about[at] ?? []));
    return { items, nextCursor: result.nextCursor };
  },
});

export const acceptanceApprove = defineOperation({
  id: 'findings.acceptances.approve',
  summary: 'Accept the risk that somebody else asks to be accepted',
  method: 'POST',
  path: '/findings/acceptances/{id}/approve',
  permission: 'finding:accept',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: Decision,
  output: Acceptance,
  cli: 'acceptance approve',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    const row = await pending(context, path.id);
    if (row.actor === caller.id)
      throw new SentinelError('forbidden', 'Another person than the one who asked approves an acceptance.');
    await refuseAccount(context);
    const { action } = readAction(row);
    const expires = action.do === 'triage' ? (action.change.expires ?? 0) : 0;
    if (expires <= Date.now())
      throw new SentinelError('not-possible-now', 'The time until which it was to be accepted is over.');
    await decide(context, row, { status: 'running', comment: body.comment });
    services.lifecycle.work(row.id);
    return read(context, row.id);
  },
});

export const acceptanceReject = defineOperation({
  id: 'findings.acceptances.reject',
  summary: 'Do not accept the risk; who asked takes the request back this way',
  method: 'POST',
  path: '/findings/acceptances/{id}/reject',
  permission: 'finding:triage',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: Decision,
  output: Acceptance,
  cli: 'acceptance reject',
  async handler(context, { path, body }) {
    const row = await pending(context, path.id);
    if (row.actor !== context.caller.id && !may(context.caller, 'finding:accept'))
      throw new SentinelError('forbidden', 'This needs the permission finding:accept.');
    await decide(context, row, { status: 'rejected', comment: body.comment });
    return read(context, row.id);
  },
});

export const acceptanceSettingsGet = defineOperation({
  id: 'findings.acceptances.settings',
  summary: 'How the project accepts risks: by two people or one, and for how long',
  method: 'GET',
  path: '/findings/acceptance-settings',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: AcceptanceSettings,
  cli: 'acceptance settings',
  handler: ({ services, caller }) => readAcceptanceSettings(services.store.db, caller.project),
});

export const acceptanceSettingsPut = defineOperation({
  id: 'findings.acceptances.configure',
  summary: 'Set how the project accepts risks: by two people or one, and for how long',
  method: 'PUT',
  path: '/findings/acceptance-settings',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: AcceptanceSettings.partial().strict(),
  output: AcceptanceSettings,
  cli: 'acceptance configure',
  async handler(context, { body }) {
    const { services, caller } = context;
    const before = await readAcceptanceSettings(services.store.db, caller.project);
    context.match(before);
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const settings = { ...before, ...given };
    await context.change(async (write) => {
      await writeAcceptanceSettings(write, { project: caller.project, actor: caller.id, settings });
      context.audit({ subject: caller.project, before, after: settings });
    });
    return settings;
  },
});

/** Four eyes are those of people: behind a service account could be who asked. */
async function refuseAccount({ caller, services }: OperationContext): Promise<void> {
  const { fourEyes } = await readAcceptanceSettings(services.store.db, caller.project);
  if (!fourEyes || caller.local) return;
  const account = await services.store.db
    .selectFrom('user_account')
    .select('kind')
    .where('id', '=', caller.id)
    .executeTakeFirst();
  if (account?.kind === 'service')
    throw new SentinelError('forbidden', 'By the four-eyes rule a person approves, not a service account.');
}

async function pending(context: OperationContext, id: string): Promise<ChangeRow> {
  const { caller, services } = context;
  if (runOfStep(context) !== null)
    throw new SentinelError('forbidden', 'A workflow decides no acceptance: a person does.');
  const row = await getChange(services.store.db, { id, project: caller.project });
  if (row.kind !== 'acceptance') throw new SentinelError('not-found', `There is no acceptance ${id}.`);
  if (row.status !== 'waiting')
    throw new SentinelError(
      'not-possible-now',
      `The acceptance does not wait for anybody: it is ${statusOf(row)}.`,
    );
  return row;
}

async function decide(
  context: OperationContext,
  row: ChangeRow,
  { status, comment }: { status: 'running' | 'rejected'; comment: string | undefined },
): Promise<void> {
  const { caller } = context;
  const now = Date.now();
  const decision = comment ? visibleText(comment) : null;
  await context.change(async ({ tx, emit }) => {
    const decided = await tx
      .updateTable('change_set')
      .set({
        status,
        decided: now,
        decided_by: caller.id,
        decision,
        ended: status === 'rejected' ? now : null,
      })
      .where('id', '=', row.id)
      .where('status', '=', 'waiting')
      .returning('id')
      .executeTakeFirst();
    if (!decided) throw new SentinelError('conflict', 'Somebody else has decided it.');
    const told = status === 'running' ? 'approved' : 'rejected';
    emit({
      type: 'acceptance.decided',
      project: row.project,
      actor: caller.id,
      subject: row.id,
      data: { status: told, comment: decision },
    });
    context.audit({ subject: row.id, after: { status: told, findings: row.total, comment: decision } });
  });
}

async function read({ services, caller }: OperationContext, id: string) {
  const { db } = services.store;
  const row = await getChange(db, { id, project: caller.project });
  return toAcceptance(row, await loginsOf(db, [row.actor]), await worstOf(db, row.id));
}

function statusOf({ status }: Pick<ChangeRow, 'status'>): z.output<typeof Acceptance>['status'] {
  if (status === 'planning' || status === 'waiting') return 'pending';
  return status === 'rejected' || status === 'expired' ? status : 'approved';
}

async function worstOf(db: Kysely<Database>, change: string): Promise<About> {
  const rows = await db
    .selectFrom('change_item as i')
    .innerJoin('finding as f', 'f.id', 'i.finding')
    .select(['f.id', 'f.title', 'f.severity', 'f.location'])
    .where('i.change_set', '=', change)
    .orderBy('f.severity_rank')
    .orderBy('f.id')
    .limit(NAMED)
    .execute();
  return rows.map((row) => ({
    ...row,
    severity: row.severity as About[number]['severity'],
    location: JSON.parse(row.location),
  }));
}

function toAcceptance(
  row: ChangeRow,
  names: ReadonlyMap<string, string>,
  about: About,
): z.output<typeof Acceptance> {
  const { action } = readAction(row);
  const change = action.do === 'triage' ? action.change : undefined;
  return {
    id: row.id,
    status: statusOf(row),
    requester: row.actor,
    requesterName: names.get(row.actor) ?? row.actor,
    requested: row.created,
    query: row.query,
    findings: row.total,
    reason: change?.reason ?? '',
    comment: change?.comment ?? null,
    expires: change?.expires ?? null,
    decided: row.decided,
    decidedBy: row.decided_by,
    decision: row.decision,
    about,
  };
}
