import type { RowsQuery } from '../bulk.ts';

/** What the main thread and a store thread say to each other. */
export interface ThreadData {
  file: string;
  role: 'writer' | 'reader';
  memoryMb?: number;
}

export type ThreadRequest =
  /** `connection` 1 is the one whose commits are on disk before they return. */
  | {
      id: number;
      op: 'query';
      connection: 0 | 1;
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
      connection: 0 | 1;
      statements: readonly ({ sql: string; parameters: readonly unknown[] } | RowsQuery)[];
      begin?: boolean;
    }
  | { id: number; op: 'backup'; file: string }
  | { id: number; op: 'check' }
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
  | { changed: true };
