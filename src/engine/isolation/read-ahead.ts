import type { ToHost } from './messages.ts';

/** What may wait here: messages, and bytes as they came. The run goes on meanwhile; beyond that, its pipe is full. */
const MESSAGES = 100;
const BYTES = 8 * 2 ** 20;

export interface Ahead {
  /** The next message; undefined when the other side is gone. Throws what reading it threw. */
  next(): Promise<ToHost | undefined>;
  /** The next message when it is here already and what is wanted. */
  nextIf(wanted: (message: ToHost) => boolean): ToHost | undefined;
}

/**
 * Messages of one run, read while those before are still being stored: else the run would wait for the store and the store for the run,
 * on two cores. It ends with the run's last message, because the process may have more runs.
 */
export function readAhead(
  messages: AsyncGenerator<ToHost>,
  { read, received }: { read(value: ToHost): ToHost; received(): number },
): Ahead {
  const queue: { message: ToHost; bytes: number }[] = [];
  let waiting = 0;
  let over = false;
  let failure: unknown;
  let wake: (() => void) | undefined;
  let room: (() => void) | undefined;

  async function pump(): Promise<void> {
    let before = received();
    for (;;) {
      if (queue.length >= MESSAGES || waiting >= BYTES)
        await new Promise<void>((resolve) => {
          room = resolve;
        });
      // Not `for await`: leaving that would close the pipe.
      const next = await messages.next();
      if (next.done) return;
      const message = read(next.value);
      const now = received();
      queue.push({ message, bytes: now - before });
      waiting += now - before;
      before = now;
      wake?.();
      if (message.type === 'done' || message.type === 'failed') return;
    }
  }

  void pump()
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      over = true;
      wake?.();
    });

  function shift(): ToHost | undefined {
    const first = queue.shift();
    if (!first) return undefined;
    waiting -= first.bytes;
    room?.();
    room = undefined;
    return first.message;
  }

  return {
    async next() {
      while (queue.length === 0 && !over)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (queue.length === 0 && failure !== undefined) throw failure;
      return shift();
    },
    nextIf(wanted) {
      const first = queue[0];
      return first && wanted(first.message) ? shift() : undefined;
    },
  };
}
