import type { CompiledQuery, DatabaseConnection, Transaction } from 'kysely';
import type { Statement } from './bulk.ts';
import type { Database } from './schema.ts';

/** A connection that takes several statements in one go: on the embedded store each message to its thread costs as much as a statement. */
export interface BatchConnection extends DatabaseConnection {
  executeAll?(queries: readonly CompiledQuery[]): Promise<void>;
}

/** Statements in their order, whose answers nobody needs. */
export async function executeAll(tx: Transaction<Database>, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  const queries = statements.map((statement) => statement.compile(tx));
  await tx.getExecutor().provideConnection(async (connection: BatchConnection) => {
    if (connection.executeAll) await connection.executeAll(queries);
    else for (const query of queries) await connection.executeQuery(query);
  });
}
