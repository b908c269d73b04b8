import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import { CoveredScope } from '../../model/coverage.ts';
import type { Location } from '../../model/location.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { covers } from '../covers.ts';
import type { Ranked } from './sections.ts';

const BATCH = 1_000;
const Rules = z.array(z.string()).nullable();

export interface ComparedRun {
  id: string;
  task: string;
  asset: string | null;
}

/**
 * What the older run saw and the newer one did not: fixed only where the newer one, or one between them, closed it or looked at its
 * place with the same rule. Everything else was not looked at, and may be there still.
 */
export async function sortGone(
  store: Pick<Store, 'db' | 'dialect'>,
  { project, older, newer }: { project: string; older: ComparedRun; newer: ComparedRun },
  ids: readonly string[],
): Promise<{ fixed: Ranked[]; notLookedAt: Ranked[]; dismissed: Ranked[] }> {
  const looked = await coverageOf(store.db, newer);
  const result = { fixed: [] as Ranked[], notLookedAt: [] as Ranked[], dismissed: [] as Ranked[] };
  for (let from = 0; from < ids.length; from += BATCH) {
    const given = jsonRows(
      store.dialect,
      { id: 'text' },
      ids.slice(from, from + BATCH).map((id) => ({ id })),
    );
    const rows = await store.db
      .selectFrom('finding as f')
      .leftJoin('rule as r', (join) => join.onRef('r.task', '=', 'f.task').onRef('r.id', '=', 'f.rule'))
      .select(['f.id', 'f.severity', 'f.status', 'f.location', 'f.asset', 'f.task', 'f.rule'])
      .select(['f.rule_revision', 'f.fixed_run', 'f.hidden_by', 'f.project', 'r.revision'])
      // Not by the project as well: SQLite would take that index and read a million findings.
      .where(sql<boolean>`f.id in (${given})`)
      .execute();
    for (const row of rows) {
      if (row.project !== project) continue;
      const rank = (SEVERITIES as readonly string[]).indexOf(row.severity);
      const entry = { id: row.id, rank, was: null };
      const closedBetween =
        row.status === 'fixed' &&
        row.fixed_run !== null &&
        row.fixed_run <= newer.id &&
        row.fixed_run > older.id;
      if (closedBetween) result.fixed.push(entry);
      else if (
        ['false-positive', 'risk-accepted', 'duplicate'].includes(row.status) ||
        row.hidden_by !== null
      )
        result.dismissed.push(entry);
      else if (row.asset === newer.asset && looked(row)) result.fixed.push(entry);
      else result.notLookedAt.push(entry);
    }
  }
  return result;
}

async function coverageOf(db: Kysely<Database>, run: ComparedRun) {
  const rows = await db
    .selectFrom('coverage')
    .select(['scope', 'rules', 'tool'])
    .where('run', '=', run.id)
    .orderBy('seq')
    .execute();
  const parts = rows.map((row) => ({
    tool: row.tool ?? run.task,
    scope: CoveredScope.parse(JSON.parse(row.scope)),
    rules: Rules.parse(JSON.parse(row.rules)),
  }));
  return (finding: {
    task: string;
    rule: string;
    rule_revision: number;
    revision: number | null;
    location: string;
  }): boolean => {
    // A rule that looks at something else by now says nothing about what it found before.
    if (finding.revision !== null && Number(finding.revision) !== Number(finding.rule_revision)) return false;
    const at = JSON.parse(finding.location) as Location;
    return parts.some(
      ({ tool, scope, rules }) =>
        tool === finding.task && (rules?.includes(finding.rule) ?? true) && covers(scope, at),
    );
  };
}

/** Of findings by their id and place only, as a side of a comparison has them: whether the run looked there. */
export async function coverageOfRun(
  { db, dialect }: Pick<Store, 'db' | 'dialect'>,
  project: string,
  run: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const row = await db
    .selectFrom('run')
    .select(['id', 'task', 'asset'])
    .where('id', '=', run)
    .executeTakeFirst();
  if (!row) return found;
  const newer = { id: row.id, task: row.task, asset: row.asset };
  const { fixed } = await sortGone({ db, dialect }, { project, older: { ...newer, id: '' }, newer }, ids);
  for (const { id } of fixed) found.add(id);
  return found;
}
