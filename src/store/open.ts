import type { Store } from './store.ts';

export interface StoreOptions {
  dataDir: string;
  /** `postgres://…`; the embedded database when absent. */
  databaseUrl?: string | undefined;
  /** Called after commits of this process, to tell others of a shared database. */
  announce?: (() => void) | undefined;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.databaseUrl)
    return (await import('./postgres/open.ts')).openPostgres(options.databaseUrl, options);
  return (await import('./sqlite/open.ts')).openSqlite(options.dataDir);
}
