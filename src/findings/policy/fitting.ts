import { type Kysely, type RawBuilder, sql } from 'kysely';
import { jsonRows } from '../../store/bulk.ts';
import { readFilter } from '../../store/findings-index/keys.ts';
import { matching } from '../../store/findings-index/sql.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { judge } from './judge.ts';
import type { Rule } from './policy.ts';
import type { PolicyFacts } from './read-facts.ts';

export interface FittingParts {
  db: Kysely<Database>;
  dialect: Store['dialect'];
  now: number;
  /** The findings as they were: a table with the columns of `finding`. As they are when absent. */
  rows?: RawBuilder<unknown> | undefined;
}

export interface Fitting {
  fits: ReadonlySet<string>;
  /** Findings of which it cannot be said, because something is unknown, with what. */
  undecided: ReadonlyMap<string, string>;
}

/** Which of these findings a rule fits. A query is asked of the database, as lists do it; what it leaves is asked by CEL. */
export async function fitting(
  parts: FittingParts,
  rule: Pick<Rule, 'match' | 'when'>,
  findings: readonly PolicyFacts[],
): Promise<Fitting> {
  const ids = findings.map(({ id }) => id);
  const matched = rule.match === null ? new Set(ids) : await matchedBy(parts, rule.match, ids);
  if (rule.when === null) return { fits: matched, undecided: new Map() };
  const fits = new Set<string>();
  const undecided = new Map<string, string>();
  for (const facts of findings) {
    if (!matched.has(facts.id)) continue;
    const verdict = judge(rule.when, facts, parts.now);
    if (verdict.holds === null) undecided.set(facts.id, verdict.why);
    else if (verdict.holds) fits.add(facts.id);
  }
  return { fits, undecided };
}

export async function matchedBy(
  { db, dialect, now, rows }: FittingParts,
  match: string,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const from = rows ? sql`(${rows}) as finding` : sql`finding`;
  const { rows: found } = await sql<{ id: string }>`
    select id from ${from} where id in (${given}) and ${matching(readFilter(match, now))}`.execute(db);
  return new Set(found.map(({ id }) => id));
}
