import type { createMasker } from '../findings/masker.ts';
import { appendLog, type LogEntry } from '../store/run-log.ts';
import type { Store, WriteContext } from '../store/store.ts';
import type { ToHost } from './isolation/messages.ts';

export interface LogBufferOptions {
  run: string;
  dialect: Store['dialect'];
  /** Lines that are kept. */
  limit: number;
  masker: ReturnType<typeof createMasker>;
  /** A transaction that only the owner of the run can make. */
  owned<T>(work: (context: WriteContext) => Promise<T>): Promise<T>;
}

const LOG_MS = 100;
const LOG_BATCH = 500;
const LINE_LENGTH = 8192;

/** The lines of a run's log on their way to the store: with what is stored anyway, or by themselves when nothing is for a while. */
export function createLogBuffer({ run, dialect, limit, masker, owned }: LogBufferOptions) {
  let seq = 0;
  let lines: LogEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function log(line: Extract<ToHost, { type: 'log' }>): Promise<void> {
    seq += 1;
    if (seq > limit) {
      if (seq === limit + 1)
        lines.push({
          seq,
          time: Date.now(),
          level: 'warn',
          text: 'The log is full: later lines are dropped.',
        });
      return;
    }
    lines.push({
      seq,
      time: line.time,
      level: line.level,
      text: masker.mask(line.text).slice(0, LINE_LENGTH),
    });
    if (lines.length >= LOG_BATCH) await flush();
    else timer ??= setTimeout(() => void flush().catch(() => undefined), LOG_MS);
  }

  function flush(): Promise<void> {
    writing = whenWritten().then(async () => {
      if (lines.length > 0) await owned(storeInside);
    });
    return writing;
  }

  /** Nothing of it is on its way to the store. */
  function whenWritten(): Promise<void> {
    return writing.catch(() => undefined);
  }

  /** Within a transaction of the owner. */
  async function storeInside({ tx }: WriteContext): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const now = lines;
    lines = [];
    if (now.length > 0) await appendLog(tx, dialect, run, now);
  }

  return { log, flush, storeInside, whenWritten };
}
