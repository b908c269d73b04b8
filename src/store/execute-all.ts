import type { CompiledQuery, DatabaseConnection, Transaction } from 'kysely';
import type { RowsQuery, Statement } from './bulk.ts';
import type { Database } from './schema.ts';

/** A connection that takes several statements in one go: on the embedded store each message to its thread costs as much as a statement. */
export interface BatchConnection extends DatabaseConnection {
  executeAll?(queries: readonly (CompiledQuery | RowsQuery)[]): Promise<void>;
}

/** Statements in their order, whose answers nobody needs. */
export async function executeAll(tx: Transaction<Database>, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  await tx.getExecutor().provideConnection(async (connection: BatchConnection) => {
    if (connection.executeAll)
      await connection.executeAll(statements.map((one) => one.rows?.() ?? one.compile(tx)));
    // Sent one behind the other without waiting for the answers (`pipeline` in `postgres/open.ts`): one way to the server and back.
    // After one that fails, PostgreSQL refuses the rest of the transaction: the first error to come is the one that counts.
    else await Promise.all(statements.map((one) => connection.executeQuery(one.compile(tx))));
  });
}
