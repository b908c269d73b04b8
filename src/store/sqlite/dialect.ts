import {
  type CompiledQuery,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { BatchConnection } from '../execute-all.ts';
import type { ThreadLink } from './link.ts';

/** Kysely over a store thread. The caller sees to it that one writing transaction runs at a time. */
export function threadDialect(link: ThreadLink): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => threadDriver(link),
  };
}

interface ThreadConnection extends BatchConnection {
  /** `asked`: its transaction is opened with the first statement, which saves a message. */
  transaction: 'none' | 'asked' | 'open';
}

function threadDriver(link: ThreadLink): Driver {
  const say = (sql: string) => link.ask({ op: 'query', sql, parameters: [], inTransaction: true });

  function connect(): ThreadConnection {
    const one: ThreadConnection = {
      transaction: 'none',
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const inTransaction = one.transaction !== 'none';
        const result = await link.ask({
          op: 'query',
          sql,
          parameters,
          inTransaction,
          ...first(),
        });
        return {
          rows: result.rows as R[],
          numAffectedRows: BigInt(result.changes),
          insertId: BigInt(result.lastId),
        };
      },
      async executeAll(queries) {
        const statements = queries.map((one) =>
          'codes' in one ? one : { sql: one.sql, parameters: one.parameters },
        );
        await link.ask({ op: 'batch', statements, ...first() });
      },
      // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing of ours streams
      async *streamQuery() {
        throw new Error('Streaming is not supported: page by key instead.');
      },
    };
    function first(): { begin?: boolean } {
      if (one.transaction !== 'asked') return {};
      one.transaction = 'open';
      return { begin: true };
    }
    return one;
  }

  return {
    init: async () => undefined,
    acquireConnection: async () => connect(),
    async beginTransaction(one: ThreadConnection) {
      one.transaction = 'asked';
    },
    async commitTransaction(one: ThreadConnection) {
      if (one.transaction === 'open') await say('commit');
    },
    async rollbackTransaction(one: ThreadConnection) {
      // SQLite has rolled back by itself after some errors (disk full); then there is no transaction to end.
      if (one.transaction === 'open') await say('rollback').catch(() => undefined);
    },
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
}
