import { type Kysely, type Selectable, sql } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { TriageChange } from '../../model/triage.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { skipWords } from './status-rules.ts';

export const CHANGE_KINDS = ['triage', 'acceptance', 'policy', 'suppression', 'import'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** `waiting`: for a second person. `undoing`, `undone`: of one that was done. */
export const CHANGE_STATUSES = [
  'waiting',
  'planning',
  'running',
  'done',
  'failed',
  'rejected',
  'expired',
  'undoing',
  'undone',
] as const;
export type ChangeStatus = (typeof CHANGE_STATUSES)[number];

/** What is done to each finding. */
export const Action = z.discriminatedUnion('do', [
  z.object({ do: z.literal('triage'), change: TriageChange }),
  z.object({ do: z.literal('hide'), suppression: z.string() }),
  z.object({ do: z.literal('unhide'), suppression: z.string(), reason: z.string() }),
]);
export type Action = z.infer<typeof Action>;

/** What is still to be found out about the findings: by whom the query was asked, and when. */
const Planned = z.object({
  me: z.string(),
  now: z.int(),
  waits: z.boolean(),
  hidden: z.boolean(),
  /** A change that was asked for by an older version did not know it. */
  keepDecided: z.boolean().default(false),
});
const Stored = z.object({ action: Action, plan: Planned.optional() });

export type ChangeRow = Selectable<Database['change_set']>;

export interface NewChange {
  project: string;
  kind: ChangeKind;
  actor: string;
  action: Action;
  /** Undefined: the findings are given by id. */
  query?: string | undefined;
  /** It waits for a second person when its findings are known. */
  waits?: boolean;
  /** Also what lists leave out. */
  hidden?: boolean;
  /** What a person has decided otherwise stays as it is. */
  keepDecided?: boolean;
}

/** A change of many findings that a job does, and that can be undone as a whole. */
export async function createChange({ tx }: WriteContext, change: NewChange): Promise<string> {
  const id = newId('chg');
  const now = Date.now();
  const plan = {
    me: change.actor,
    now,
    waits: change.waits ?? false,
    hidden: change.hidden ?? false,
    keepDecided: change.keepDecided ?? false,
  };
  await tx
    .insertInto('change_set')
    .values({
      id,
      project: change.project,
      kind: change.kind,
      actor: change.actor,
      created: now,
      ended: null,
      status: 'planning',
      query: change.query ?? null,
      action: JSON.stringify({ action: change.action, plan }),
      total: 0,
      done: 0,
      changed: 0,
      skipped: '{}',
      error: null,
      run: null,
      undone: null,
      undone_by: null,
    })
    .execute();
  return id;
}

export function readAction(row: Pick<ChangeRow, 'id' | 'action'>): z.infer<typeof Stored> {
  const parsed = Stored.safeParse(JSON.parse(row.action));
  if (parsed.success) return parsed.data;
  throw new SentinelError('internal', `The action of ${row.id} cannot be read.`, { cause: parsed.error });
}

export async function getChange(
  db: Kysely<Database>,
  { id, project }: { id: string; project: string },
): Promise<ChangeRow> {
  const row = await db
    .selectFrom('change_set')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no change ${id}.`);
  return row;
}

/** How many of its findings are in which state, and why those that were left alone. */
export async function countItems(
  db: Kysely<Database>,
  change: string,
): Promise<{ state: string; reason: string | null; count: number }[]> {
  const { rows } = await sql<{ state: string; reason: string | null; count: number }>`
    select state, reason, count(*) as count from change_item where change_set = ${change}
    group by state, reason order by state, reason`.execute(db);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** '1,203 changed, 7 skipped: it is so already (5); …'. */
export function resultText(verb: string, changed: number, skipped: Readonly<Record<string, number>>): string {
  const number = (value: number) => value.toLocaleString('en');
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  const left = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (left === 0) return `${number(changed)} ${verb}`;
  const why = reasons.map(([reason, count]) =>
    reasons.length === 1 ? wordsOf(reason) : `${wordsOf(reason)} (${number(count)})`,
  );
  return `${number(changed)} ${verb}, ${number(left)} skipped, because ${why.join('; ')}`;
}

export function wordsOf(reason: string): string {
  return skipWords(reason) ?? reason;
}
