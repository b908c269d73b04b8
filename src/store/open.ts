import type { Store } from './store.ts';

export interface StoreOptions {
  dataDir: string;
  /** `postgres://…`; the embedded database when absent. */
  databaseUrl?: string | undefined;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.databaseUrl) return (await import('./postgres/open.ts')).openPostgres(options.databaseUrl);
  return (await import('./sqlite/open.ts')).openSqlite(options.dataDir);
}
