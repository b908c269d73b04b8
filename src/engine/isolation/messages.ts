import type { FieldProblem } from '../../lib/errors.ts';
import type { LogLevel } from '../../model/run.ts';
import type { TaskEvent } from '../../plugin/task.ts';

/** What the child needs to know; the grant itself is in its command line. */
export interface StartMessage {
  type: 'start';
  task: string;
  params: Record<string, unknown>;
  /** Real path of the target that the `read` power is rooted at. */
  target: string | null;
  /** File with the task, when it comes from a plug-in. */
  module?: string;
}

/** Before a run of a plug-in's task: what it declares, or whether it takes these parameters. Answered with `done`. */
export type AskMessage =
  | { type: 'declare'; module: string }
  | { type: 'validate'; module: string; params: Record<string, unknown> };

export type ToChild =
  | StartMessage
  | AskMessage
  /** To a process of the pool, before its first run: load this task. Answered with `prepared`. */
  | { type: 'prepare'; task: string }
  /** While a packed program is built: answered with the code that V8 has compiled so far. */
  | { type: 'code-cache' }
  /** Everything up to event number `upTo` is committed. */
  | { type: 'ack'; upTo: number }
  | { type: 'reply'; id: number; value: unknown }
  | { type: 'refusal'; id: number; code: string; message: string }
  | { type: 'cancel' };

/** A task's event as it travels: the body of an artifact follows in `chunk` messages. */
export type WireEvent = Exclude<TaskEvent<string>, { type: 'artifact' }>;

export type ToHost =
  /** The code of the task is loaded: what ends the process from here on is its run. */
  | { type: 'ready' }
  | { type: 'prepared' }
  | { type: 'code-cache'; bytes: Uint8Array }
  /** Events numbered from `from`; findings count for the acknowledgement. */
  | { type: 'events'; from: number; list: WireEvent[] }
  | { type: 'log'; time: number; level: LogLevel; text: string }
  | { type: 'call'; id: number; method: 'http' | 'tls' | 'secret'; argument: unknown }
  | { type: 'artifact'; id: number; name: string; mediaType: string }
  | { type: 'chunk'; id: number; bytes: Uint8Array }
  | { type: 'artifact-end'; id: number }
  | { type: 'done'; output: unknown }
  | { type: 'failed'; code: string; message: string; fields: readonly FieldProblem[] };
