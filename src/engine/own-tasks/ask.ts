import type { ErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { openChannel } from '../isolation/channel.ts';
import { readFromOwnTask } from '../isolation/from-own-task.ts';
import type { AskMessage, ToChild, ToHost } from '../isolation/messages.ts';
import { spawnRun } from '../isolation/spawn.ts';
import { noteChild } from '../reaper.ts';

/** Processor time ends a loop soon; a busy machine has the whole time. */
export const ASK_LIMITS = { timeMs: 20_000, processorMs: 5_000, memoryMb: 384 };
const AT_ONCE = 2;
const POLL_MS = 100;

export type Ask = ReturnType<typeof createAsk>;

/** Asks a module of a plug-in in a process that may read its folder and nothing else: no target, no network, little time. */
export function createAsk(dataDir: string, limits = ASK_LIMITS) {
  let busy = 0;
  const waiting: (() => void)[] = [];

  async function ask(folder: string, question: AskMessage): Promise<unknown> {
    while (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
    try {
      return await askNow(folder, question);
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  }

  async function askNow(folder: string, question: AskMessage): Promise<unknown> {
    const child = spawnRun({
      run: 'look',
      needs: [],
      target: null,
      memoryMb: limits.memoryMb,
      code: folder,
    });
    const forget = noteChild(dataDir, child.pid);
    const channel = openChannel<ToChild, ToHost>(child.socket);
    let exceeded: SentinelError | undefined;
    const exceed = (error: SentinelError) => {
      exceeded ??= error;
      child.kill('SIGKILL');
    };
    const time = setTimeout(
      () => exceed(new SentinelError('time-limit', `It did not answer in ${limits.timeMs / 1000} s.`)),
      limits.timeMs,
    );
    const poll = setInterval(() => {
      if (child.processorMs() > limits.processorMs)
        exceed(
          new SentinelError(
            'time-limit',
            `It used more than ${limits.processorMs / 1000} s of processor time.`,
          ),
        );
      if (child.memory() > limits.memoryMb * 1024 * 1024)
        exceed(new SentinelError('memory-limit', `It used more than ${limits.memoryMb} MB.`));
    }, POLL_MS);
    try {
      await channel.send(question);
      const first = await channel.messages().next();
      if (!first.done) return read(first.value);
      const end = await child.exited;
      const last = end.stderr.trim().split('\n').at(-1)?.slice(0, 300);
      throw (
        exceeded ??
        new SentinelError('task-crashed', `Its process ended before it answered. ${last ?? ''}`.trim())
      );
    } finally {
      clearTimeout(time);
      clearInterval(poll);
      channel.close();
      child.kill('SIGKILL');
      await child.exited;
      forget();
    }
  }

  function read(message: unknown): unknown {
    const end = readFromOwnTask(message);
    if (end.type === 'done') return end.output;
    if (end.type !== 'failed') throw new SentinelError('task-protocol', 'It answered something else.');
    throw new SentinelError(end.code as ErrorCode, end.message, { fields: end.fields });
  }

  return ask;
}
