import type { CompiledQuery, Dialect, Driver } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { RowsQuery } from './bulk.ts';
import type { BatchConnection } from './execute-all.ts';

export interface GuardRules {
  /** A driver's error as one of ours. */
  fault(cause: unknown): SentinelError;
  /** `reads` has no transactions: on SQLite one connection serves all readers, and a snapshot would hide new commits from them. */
  side: 'reads' | 'writes';
}

/** A connection as Kysely gets it; `failed` is the first error in its transaction. */
interface Guarded extends BatchConnection {
  inner: BatchConnection;
  open: boolean;
  failed: SentinelError | undefined;
}

/**
 * What both databases have in common at their edge: values that only one of them takes are made equal, errors are ours, and a
 * transaction in which a statement failed cannot be committed, even when somebody swallowed the error (PostgreSQL answers such
 * a commit with a silent rollback, SQLite would keep the other half).
 */
export function guarded(dialect: Dialect, rules: GuardRules): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => guardedDriver(dialect.createDriver(), rules),
  };
}

function guardedDriver(driver: Driver, rules: GuardRules): Driver {
  const ours = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw rules.fault(cause);
    }
  };
  return {
    init: () => driver.init(),
    acquireConnection: async () => guardedConnection(await ours(driver.acquireConnection()), rules),
    async beginTransaction(connection, settings) {
      const mine = connection as Guarded;
      if (rules.side === 'reads')
        throw new SentinelError('internal', '`store.db` has no transactions: use `store.write`.');
      await ours(driver.beginTransaction(mine.inner, settings));
      mine.open = true;
    },
    async commitTransaction(connection) {
      const mine = connection as Guarded;
      if (mine.failed) throw mine.failed;
      await ours(driver.commitTransaction(mine.inner));
    },
    async rollbackTransaction(connection) {
      // The error that led here is the one to show; a connection that cannot even roll back is dropped by its pool.
      await driver.rollbackTransaction((connection as Guarded).inner).catch(() => undefined);
    },
    releaseConnection: (connection) => driver.releaseConnection((connection as Guarded).inner),
    destroy: () => driver.destroy(),
  };
}

function guardedConnection(inner: BatchConnection, rules: GuardRules): Guarded {
  async function guardedly<T>(work: () => Promise<T>): Promise<T> {
    if (guard.failed) throw guard.failed;
    try {
      return await work();
    } catch (cause) {
      const error = rules.fault(cause);
      if (guard.open) guard.failed ??= error;
      throw error;
    }
  }
  const storable = (query: CompiledQuery) => ({ ...query, parameters: query.parameters.map(bindable) });
  const { executeAll } = inner;
  const guard: Guarded = {
    inner,
    open: false,
    failed: undefined,
    executeQuery: <R>(query: CompiledQuery) => guardedly(() => inner.executeQuery<R>(storable(query))),
    ...(executeAll
      ? {
          // Rows come with values that are storable.
          executeAll: (queries: readonly (CompiledQuery | RowsQuery)[]) =>
            guardedly(() => executeAll(queries.map((one) => ('codes' in one ? one : storable(one))))),
        }
      : {}),
    // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing of ours streams
    async *streamQuery() {
      throw new SentinelError('internal', 'Streaming is not supported: page by key instead.');
    },
  };
  return guard;
}

/** The last net below the model: NUL and lone surrogates, which PostgreSQL refuses, are stored and looked up as escapes. */
export function storableText(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? visibleText(text) : text;
}

function bindable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  return value;
}
