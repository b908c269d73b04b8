import type { Skip } from './receipt.ts';

const MAX_EXAMPLES = 10;

/** Counts by reason, with the first few that it happened to. */
export function countSkips() {
  const byReason = new Map<string, Skip>();
  return {
    add(reason: string, example: string): void {
      const entry = byReason.get(reason) ?? { reason, count: 0, examples: [] };
      byReason.set(reason, entry);
      entry.count += 1;
      if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(example);
    },
    list: (): Skip[] => [...byReason.values()].map((skip) => ({ ...skip, examples: [...skip.examples] })),
  };
}
