import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';

/** Which findings a change is about: all, those that name a CVE, or those of an asset. */
const Scope = z.union([z.literal('all'), z.literal('cve'), z.object({ asset: z.string() })]);
export type PassScope = z.infer<typeof Scope>;

const State = z.object({ scope: Scope, decide: z.boolean(), after: z.string(), started: z.int() });

/** One walk over the findings of a project, in steps; where it is stands in the store, so that a crash only repeats a step. */
export interface Pass {
  project: string;
  scope: PassScope;
  /** The policy decides about them, as if they were new. */
  decide: boolean;
  /** The last finding that is done. */
  after: string;
  started: number;
  /** As it is stored: whoever moves the pass on must have found it so. */
  stored: string;
}

const PREFIX = 'findings-pass:';

/** Findings are looked at again from the start; what is under way already is widened. */
export async function requestPass(
  { tx }: Pick<WriteContext, 'tx'>,
  {
    project,
    scope,
    now,
    decide = false,
  }: { project: string; scope: PassScope; now: number; decide?: boolean },
): Promise<void> {
  const key = `${PREFIX}${project}`;
  const found = await tx.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  const before = found && State.safeParse(JSON.parse(found.value)).data;
  const same = before && JSON.stringify(before.scope) === JSON.stringify(scope);
  const value = JSON.stringify({
    scope: before && !same ? 'all' : scope,
    decide: decide || before?.decide === true,
    after: '',
    started: now,
  });
  await tx
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

export async function nextPass(db: Kysely<Database>): Promise<Pass | null> {
  const row = await db
    .selectFrom('meta')
    .selectAll()
    .where('key', '>=', PREFIX)
    .where('key', '<', 'findings-pass;')
    .orderBy('key')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const state = State.parse(JSON.parse(row.value));
  return { ...state, project: row.key.slice(PREFIX.length), stored: row.value };
}

/** False when somebody else has moved it on, or it was asked for anew. */
export async function movePass({ tx }: WriteContext, pass: Pass, after: string | null): Promise<boolean> {
  const key = `${PREFIX}${pass.project}`;
  if (after === null) {
    const { numDeletedRows } = await tx
      .deleteFrom('meta')
      .where('key', '=', key)
      .where('value', '=', pass.stored)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
  const { scope, decide, started } = pass;
  const value = JSON.stringify({ scope, decide, after, started });
  const { numUpdatedRows } = await tx
    .updateTable('meta')
    .set({ value })
    .where('key', '=', key)
    .where('value', '=', pass.stored)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The next findings of a pass, by id. */
export async function passPage(db: Kysely<Database>, pass: Pass, limit: number): Promise<string[]> {
  let rows = db
    .selectFrom('finding')
    .select('id')
    .where('project', '=', pass.project)
    .where('id', '>', pass.after)
    .orderBy('id')
    .limit(limit);
  if (pass.scope === 'cve')
    rows = rows.where(
      sql<boolean>`exists (select 1 from finding_ref as r where r.finding = finding.id and r.kind = 'cve')`,
    );
  else if (pass.scope !== 'all') rows = rows.where('asset', '=', pass.scope.asset);
  return (await rows.execute()).map(({ id }) => id);
}
