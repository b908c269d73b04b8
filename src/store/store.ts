import type { Kysely, Transaction } from 'kysely';
import type { NewEvent } from '../model/event.ts';
import type { Statement } from './bulk.ts';
import type { FindingsIndex } from './findings-index/link.ts';
import type { Database } from './schema.ts';

/** Who waits for the writer first: a person, a run that reports, work in bulk. */
export type Lane = 'interactive' | 'run' | 'bulk';

export interface WriteOptions {
  lane: Lane;
  /** On disk before it returns, also over a power loss (SQLite: synchronous FULL). Costs about nine times as much. */
  durable?: boolean;
  /** Its name among the places where the kill test ends the process. */
  label?: string;
}

export interface WriteContext {
  tx: Transaction<Database>;
  /** Adds an event that is stored as the last statement of this transaction. */
  emit(event: NewEvent): void;
  /** Statements whose answer nobody needs: done together, in their order, before the transaction ends or at `flush`. */
  defer(...statements: Statement[]): void;
  /** What was deferred is done now: for what is read afterwards in the same transaction. */
  flush(): Promise<void>;
  /** Does this once the transaction is committed, and never when it is rolled back. It must not throw. */
  afterCommit(work: () => void): void;
}

/** One log, in order, without gaps. `head` is the newest seq that is committed and visible. */
export interface Commit {
  head: number;
}

/** The Store port: the embedded SQLite in its own threads, or PostgreSQL. One contract suite runs against both. */
export interface Store {
  readonly dialect: 'sqlite' | 'postgres';
  /** Changes on restore, promote and unclean power loss: cursors of another epoch get a gap. */
  readonly epoch: string;
  /** Reads: never on the main thread with SQLite. Writing through it is refused. */
  readonly db: Kysely<Database>;
  /** The embedded store's own index for lists of findings; PostgreSQL answers them itself. */
  readonly findings?: FindingsIndex;
  /** One transaction. Rolled back when `work` throws. Events get their seq, id and time here. */
  write<T>(options: WriteOptions, work: (context: WriteContext) => Promise<T>): Promise<T>;
  /** Whether somebody has written in the interactive lane a moment ago: a long transaction would keep them waiting. */
  personWrites(): boolean;
  /** Called after events of this or of another process have been committed; it only wakes, readers look for themselves. */
  onCommit(listener: () => void): () => void;
  /** Somebody says that another process has committed: listeners look for themselves. */
  wake(): void;
  /** Highest committed event seq, 0 in an empty log. */
  head(): Promise<number>;
  /** `ok`, or what an integrity check of the database says. */
  check(): Promise<string>;
  close(): Promise<void>;
}
