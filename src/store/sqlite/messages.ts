import type { RowsQuery } from '../bulk.ts';

/** What the main thread and a store thread say to each other. */
export interface ThreadData {
  file: string;
  role: 'writer' | 'reader' | 'mover';
  memoryMb?: number;
}

export type ThreadRequest =
  | {
      id: number;
      op: 'query';
      sql: string;
      parameters: readonly unknown[];
      /** Refused when no transaction is open: SQLite ends one by itself after some errors, and what follows must not stay. */
      inTransaction: boolean;
      /** It opens the transaction first. */
      begin?: boolean;
    }
  /** All in one go, in a transaction; the answer says nothing about them. */
  | {
      id: number;
      op: 'batch';
      statements: readonly ({ sql: string; parameters: readonly unknown[] } | RowsQuery)[];
      begin?: boolean;
    }
  | { id: number; op: 'backup'; file: string }
  | { id: number; op: 'check' }
  /** Moves what the write-ahead log holds into the database while others write; the answer is a row of SQLite's `wal_checkpoint`. */
  | { id: number; op: 'move' }
  | { id: number; op: 'watch'; on: boolean }
  | { id: number; op: 'close' };

export interface ThreadResult {
  rows: unknown[];
  changes: number;
  lastId: number;
}

export type ThreadAnswer =
  | ({ id: number } & ThreadResult)
  | { id: number; error: { code: string; message: string } }
  /** Another process has committed. */
  | { changed: true }
  /** The write-ahead log has grown so much that it should be moved. */
  | { grown: true };
