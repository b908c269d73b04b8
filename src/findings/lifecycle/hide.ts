import { sql } from 'kysely';
import { bulkUpsertion, jsonRows, unindexed } from '../../store/bulk.ts';
import { readFilter } from '../../store/findings-index/keys.ts';
import { matching } from '../../store/findings-index/sql.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { ITEM_COLUMNS } from './apply-triage.ts';
import type { Action } from './change-sets.ts';
import { addHistory } from './history.ts';

interface HideOptions {
  dialect: Store['dialect'];
  project: string;
  actor: string;
  changeSet: string;
}

/** One batch of the findings that a suppression rule hides, or shows again. */
export async function hideItems(
  write: WriteContext,
  options: HideOptions,
  action: Exclude<Action, { do: 'triage' }>,
  findings: readonly string[],
): Promise<{ changed: string[]; skipped: { reason: string }[] }> {
  const { suppression } = action;
  const hides = action.do === 'hide';
  const query = await activeQuery(write, options, suppression);
  if (hides && query === undefined) return { changed: [], skipped: await skipAll(write, options, findings) };
  // The rule may have been edited since this was planned: its query of now counts.
  const fitting = query === undefined ? [] : await fittingOf(write, options, { query, ids: findings });
  const fits = new Set(fitting);
  const changed = await setHidden(write, options, {
    ids: findings.filter((id) => fits.has(id) === hides),
    from: hides ? null : suppression,
    to: hides ? suppression : null,
  });
  const of = { ...options, now: Date.now() };
  addHistory(
    write,
    of,
    changed.map((finding) => ({
      finding,
      kind: hides ? 'suppressed' : 'unsuppressed',
      data: { suppression, ...(action.do === 'unhide' && { reason: action.reason }) },
    })),
  );
  // Another rule may hide it as well.
  if (!hides) await hideNew(write, options, changed);
  const isChanged = new Set(changed);
  const reasonOf = (finding: string) => {
    if (isChanged.has(finding)) return null;
    if (fits.has(finding) === hides) return 'unchanged';
    return hides ? 'rule-changed' : 'still-fits';
  };
  const rows = findings.map((finding) => ({
    change_set: options.changeSet,
    finding,
    before: JSON.stringify({ hiddenBy: hides ? null : suppression }),
    after: JSON.stringify({ hiddenBy: hides ? suppression : null }),
    state: isChanged.has(finding) ? 'changed' : 'skipped',
    reason: reasonOf(finding),
  }));
  write.defer(
    bulkUpsertion(options.dialect, {
      table: 'change_item',
      columns: ITEM_COLUMNS,
      rows,
      key: ['change_set', 'finding'],
    }),
  );
  return {
    changed,
    skipped: rows.flatMap(({ reason }) => (reason === null ? [] : [{ reason }])),
  };
}

/** A rule that was ended while it was still hiding hides nothing more; who ends or edits it waits for this transaction. */
async function activeQuery(
  { tx }: WriteContext,
  { dialect }: HideOptions,
  id: string,
): Promise<string | undefined> {
  const rule = tx.selectFrom('suppression').select('query').where('id', '=', id).where('ended', 'is', null);
  const row = await (dialect === 'postgres' ? rule.forShare() : rule).executeTakeFirst();
  return row?.query;
}

async function fittingOf(
  { tx }: WriteContext,
  { dialect, project }: HideOptions,
  { query, ids }: { query: string; ids: readonly string[] },
): Promise<string[]> {
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const rows = await tx
    .selectFrom('finding')
    .select('id')
    .where(sql<boolean>`${unindexed(dialect, 'project')} = ${project}`)
    .where(sql<boolean>`id in (${given})`)
    .where(matching(readFilter(query, Date.now())))
    .execute();
  return rows.map(({ id }) => id);
}

async function skipAll(
  write: WriteContext,
  { changeSet }: HideOptions,
  findings: readonly string[],
): Promise<{ reason: string }[]> {
  await write.tx
    .updateTable('change_item')
    .set({ state: 'skipped', reason: 'rule-ended' })
    .where('change_set', '=', changeSet)
    .where('finding', 'in', findings)
    .execute();
  return findings.map(() => ({ reason: 'rule-ended' }));
}

async function setHidden(
  { tx }: WriteContext,
  { dialect, project }: Pick<HideOptions, 'dialect' | 'project'>,
  { ids, from, to }: { ids: readonly string[]; from: string | null; to: string | null },
): Promise<string[]> {
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const rows = await tx
    .updateTable('finding')
    .set({ hidden_by: to })
    .where(sql<boolean>`${unindexed(dialect, 'project')} = ${project}`)
    .where(sql<boolean>`id in (${given})`)
    .where('hidden_by', from === null ? 'is' : '=', from)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * What has just come in and a suppression rule of its project hides: in the transaction that stores it, so that no list ever shows
 * it. Costs one small read where there are no rules.
 */
export async function hideNew(
  write: WriteContext,
  { dialect, project, actor }: Omit<HideOptions, 'changeSet'>,
  findings: readonly string[],
): Promise<void> {
  if (findings.length === 0) return;
  const now = Date.now();
  const active = write.tx
    .selectFrom('suppression')
    .select(['id', 'query'])
    .where('project', '=', project)
    .where('ended', 'is', null)
    .where((e) => e.or([e('expires', 'is', null), e('expires', '>', now)]))
    .orderBy('id');
  const rules = await (dialect === 'postgres' ? active.forShare() : active).execute();
  if (rules.length === 0) return;
  await write.flush();
  const given = jsonRows(
    dialect,
    { id: 'text' },
    findings.map((id) => ({ id })),
  );
  for (const { id, query } of rules) {
    const hidden = await write.tx
      .updateTable('finding')
      .set({ hidden_by: id })
      .where(sql<boolean>`${unindexed(dialect, 'project')} = ${project}`)
      .where(sql<boolean>`id in (${given})`)
      .where('hidden_by', 'is', null)
      .where(matching(readFilter(query, now)))
      .returning('id')
      .execute();
    const of = { dialect, project, actor, changeSet: null, now };
    addHistory(
      write,
      of,
      hidden.map((row) => ({ finding: row.id, kind: 'suppressed', data: { suppression: id } })),
    );
  }
}
