import type { Importer } from './importer.ts';

/** Every importer, by id. A new tool is a new folder and a new line here; loaded when a report is read. */
export const IMPORTERS: Record<string, () => Promise<{ default: Importer }>> = {
  'cyclonedx-vex': () => import('./cyclonedx-vex/index.ts'),
  sarif: () => import('./sarif/index.ts'),
};
