import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

interface One {
  finding: string;
  tool: string;
  rule: string;
  place: string;
}

const byScope = new WeakMap<IngestScope, Map<string, One[]>>();

/** Bugs of packages that a run has reported, by all their ids: under CVE and GHSA it is one. */
export function createReported(scope: IngestScope) {
  const known = byScope.get(scope) ?? new Map<string, One[]>();
  byScope.set(scope, known);

  return {
    isNeeded: (items: readonly Prepared[]) => items.some(({ at }) => at.kind === 'package'),
    add(item: Prepared): void {
      if (item.at.kind !== 'package') return;
      const one = { finding: item.id, tool: item.tool, rule: item.event.rule, place: item.location };
      for (const { value } of item.shared()) known.set(value, [...(known.get(value) ?? []), one]);
    },
    /** The finding that has been reported for the same package under another rule. */
    find(item: Prepared): string | undefined {
      for (const { value } of item.shared()) {
        const same = known
          .get(value)
          ?.find(
            (one) => one.tool === item.tool && one.rule !== item.event.rule && one.place === item.location,
          );
        if (same) return same.finding;
      }
      return undefined;
    },
  };
}
