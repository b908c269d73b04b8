import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { ThreadLink } from './link.ts';

/** Kysely over a store thread. The caller sees to it that one writing transaction runs at a time. */
export function threadDialect(link: ThreadLink, connection: 0 | 1): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => threadDriver(link, connection),
  };
}

function threadDriver(link: ThreadLink, connection: 0 | 1): Driver {
  const one: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const result = await link.ask({
        op: 'query',
        connection,
        sql: query.sql,
        parameters: query.parameters.map(bindable),
      });
      return {
        rows: result.rows as R[],
        numAffectedRows: BigInt(result.changes),
        insertId: BigInt(result.lastId),
      };
    },
    // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing of ours streams
    async *streamQuery() {
      throw new Error('Streaming is not supported: page by key instead.');
    },
  };
  const say = (sql: string) => link.ask({ op: 'query', connection, sql, parameters: [] });
  return {
    init: async () => undefined,
    acquireConnection: async () => one,
    beginTransaction: async () => void (await say('begin immediate')),
    commitTransaction: async () => void (await say('commit')),
    rollbackTransaction: async () => {
      // SQLite has rolled back by itself after some errors (disk full); then there is no transaction to end.
      await say('rollback').catch(() => undefined);
    },
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
}

function bindable(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  return value;
}
