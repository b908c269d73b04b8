import { Worker } from 'node:worker_threads';
import { isErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { LeftOut } from '../left-out.ts';
import type { FromThread, RenderWork } from './work.ts';

/** A report of 2,000 findings takes a few seconds; one of a million some minutes. */
const LIMIT_MS = 30 * 60_000;
/** The largest is the PDF with its pages: they are in memory until their numbers are known. */
const MEMORY_MB = 768;
/** A small one is collected often: what is drawn is soon of no use, and 48 MB of it would stay. */
const YOUNG_MB = 8;

export interface Rendered {
  sha256: string;
  size: number;
  findings: number;
  /** Of a redacted file. */
  leftOut?: LeftOut | undefined;
}

/** Files are made in a thread of their own, which ends afterwards: the event loop goes on, and its memory comes back. */
export function renderInThread(
  work: RenderWork,
  options: {
    signal?: AbortSignal | undefined;
    progress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<Rendered> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: work,
      // The thread makes files of its own and needs nothing of the environment.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const stop = (error: Error) => {
      reject(error);
      void worker.terminate();
    };
    const aborted = () =>
      stop(new SentinelError('report-not-ready', 'The process ended before the report was made.'));
    const limit = setTimeout(
      () =>
        stop(new SentinelError('time-limit', `The report took longer than ${LIMIT_MS / 60_000} minutes.`)),
      LIMIT_MS,
    );
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted) aborted();
    worker.on('message', (message: FromThread) => {
      if (message.type === 'progress') options.progress?.(message.done, message.total);
      else if (message.type === 'done') resolve(message);
      else reject(errorOf(message));
    });
    worker.on('error', (error: Error & { code?: string }) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new SentinelError('memory-limit', `The report needed more than ${MEMORY_MB} MB.`, {
              cause: error,
            })
          : error,
      ),
    );
    worker.on('exit', () => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', aborted);
      reject(new SentinelError('internal', 'The thread that makes reports ended without an answer.'));
    });
  });
}

function errorOf({ code, message }: { code: string | null; message: string }): Error {
  return code !== null && isErrorCode(code)
    ? new SentinelError(code, message)
    : new SentinelError('internal', `The report could not be made: ${message}`);
}
