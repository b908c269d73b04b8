import type { Framework } from '../model.ts';

export interface FrameworkTable {
  id: Framework;
  title: string;
  /** Which edition, and who says which weakness belongs where. */
  about: string;
  categories: readonly { id: string; title: string; cwe: readonly number[] }[];
}
