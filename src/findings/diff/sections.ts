import type { DiffSection } from '../../model/diff-section.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';

/** How a finding was on the older side, as far as it was different. */
export interface Was {
  status?: string;
  severity?: string;
  place?: string;
}

export interface DiffEntry {
  id: string;
  /** Of its severity on the newer side, 0 the worst. */
  rank: number;
  was: Was | null;
}

/** Rank of the severity, id: the order of a section, and where a page ended. */
export type After = readonly [rank: number, id: string];

export interface SectionList {
  total: number;
  bySeverity: Record<Severity, number>;
  /** Most severe first. */
  page(after: After | undefined, limit: number): Promise<DiffEntry[]>;
}

export type Diff = Record<DiffSection, SectionList>;

export function noCounts(): Record<Severity, number> {
  return Object.fromEntries(SEVERITIES.map((name) => [name, 0])) as Record<Severity, number>;
}

export type Ranked = DiffEntry;

/** A section whose findings are all known. */
export function listOfEntries(entries: readonly Ranked[]): SectionList {
  const bySeverity = noCounts();
  for (const { rank } of entries) {
    const severity = SEVERITIES[rank];
    if (severity) bySeverity[severity] += 1;
  }
  let sorted: readonly Ranked[] | undefined;
  return {
    total: entries.length,
    bySeverity,
    async page(after, limit) {
      sorted ??= entries.toSorted(compareRanked);
      const from = after ? sorted.findIndex((one) => isBehind(one, after)) : 0;
      if (from < 0) return [];
      return sorted.slice(from, from + limit);
    },
  };
}

export function compareRanked(a: Pick<Ranked, 'id' | 'rank'>, b: Pick<Ranked, 'id' | 'rank'>): number {
  return a.rank - b.rank || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** The newest comes first among those of one severity, as in lists. */
export function isBehind({ id, rank }: Pick<Ranked, 'id' | 'rank'>, [afterRank, afterId]: After): boolean {
  return rank > afterRank || (rank === afterRank && id < afterId);
}
