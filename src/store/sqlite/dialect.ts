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

interface ThreadConnection extends DatabaseConnection {
  /** The answer to `begin` of the transaction that runs, which nobody waits for by itself: it saves a round trip. */
  begun?: Promise<unknown> | undefined;
}

function threadDriver(link: ThreadLink, connection: 0 | 1): Driver {
  const say = (sql: string, inTransaction = false) =>
    link.ask({ op: 'query', connection, sql, parameters: [], inTransaction });

  function connect(): ThreadConnection {
    const one: ThreadConnection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const inTransaction = one.begun !== undefined;
        const answer = link.ask({ op: 'query', connection, sql, parameters, inTransaction });
        // When `begin` failed, the statement was refused for that reason, and its error is the one to show.
        const [result] = await Promise.all([answer, one.begun]);
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
    return one;
  }

  return {
    init: async () => undefined,
    acquireConnection: async () => connect(),
    async beginTransaction(one: ThreadConnection) {
      one.begun = say('begin immediate');
      one.begun.catch(() => undefined);
    },
    async commitTransaction(one: ThreadConnection) {
      await Promise.all([one.begun, say('commit', true)]);
    },
    async rollbackTransaction() {
      // SQLite has rolled back by itself after some errors (disk full); then there is no transaction to end.
      await say('rollback', true).catch(() => undefined);
    },
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
}
