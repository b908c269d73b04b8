import { startThread, type ThreadLink } from './link.ts';

/** Pages that are left to the next commit that moves the log itself, which is a short pause then. */
const FEW_PAGES = 400;
const IDLE_MS = 30_000;

/**
 * Moves the write-ahead log into the database in a thread of its own while the writer goes on: a commit that did it would keep everybody
 * waiting for the whole log. The thread is there only while much is written.
 */
export function logMover(file: string): { move(): void; close(): Promise<void> } {
  let thread: Promise<ThreadLink> | undefined;
  let moving: Promise<void> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  async function moveAll(): Promise<void> {
    clearTimeout(idle);
    thread ??= startThread({ file, role: 'mover' });
    const link = await thread;
    for (let left = Number.POSITIVE_INFINITY; left > FEW_PAGES && !closed; ) {
      const { rows } = await link.ask({ op: 'move' });
      const { log, checkpointed } = rows[0] as { log: number; checkpointed: number };
      // Nothing more can be moved while a reader is at an older state.
      if (log - checkpointed >= left) break;
      left = log - checkpointed;
    }
    if (!closed) idle = setTimeout(() => void stop(), IDLE_MS).unref();
  }

  async function stop(): Promise<void> {
    const last = thread;
    thread = undefined;
    await (await last?.catch(() => undefined))?.close();
  }

  return {
    move() {
      if (moving || closed) return;
      moving = moveAll()
        // It is done by a commit then; what is wrong with the file, that one says.
        .catch(stop)
        .finally(() => {
          moving = undefined;
        });
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await moving;
      await stop();
    },
  };
}
