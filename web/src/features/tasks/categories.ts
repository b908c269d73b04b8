import type { Category, TaskSummary } from '../../api/types.ts';

/** In the order in which a team meets them. */
export const CATEGORIES = [
  'secrets',
  'code',
  'dependencies',
  'infrastructure',
  'web',
  'contracts',
  'vulnerability',
  'intelligence',
  'reporting',
] as const satisfies readonly Category[];

export function byCategory(a: TaskSummary, b: TaskSummary): number {
  return CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category);
}
