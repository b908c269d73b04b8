/** The thread that makes the files of reports; `in-thread.ts` starts it. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { SentinelError } from '../../lib/errors.ts';
import { countLeftOut } from '../left-out.ts';
import { redacted } from '../redact.ts';
import { openSnapshot } from '../snapshot/read-snapshot.ts';
import type { Rendered } from './in-thread.ts';
import { renderFormat } from './render-format.ts';
import type { FromThread, RenderWork } from './work.ts';

const EVERY_MS = 250;

const tell = (message: FromThread) => parentPort?.postMessage(message);

try {
  tell({ type: 'done', ...(await perform(workerData as RenderWork)) });
} catch (error) {
  tell({
    type: 'failed',
    code: error instanceof SentinelError ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
  });
}

async function perform(work: RenderWork): Promise<Rendered> {
  if (work.kind === 'read-old-results') {
    const { readOldResults } = await import('../old-results/read-old-results.ts');
    return readOldResults(work);
  }
  const whole = await openSnapshot(work.snapshot);
  const snapshot = work.redacted ? redacted(whole) : whole;
  const { total } = snapshot.head.counts;
  const hash = createHash('sha256');
  let size = 0;
  const counted = { head: snapshot.head, findings: () => withProgress(snapshot.findings(), total) };
  const content = await renderFormat(work.format, {
    snapshot: counted,
    options: work.options,
    hash: work.hash,
    redacted: work.redacted,
  });
  await pipeline(
    Readable.from(content),
    async function* (chunks: AsyncIterable<Uint8Array | string>) {
      for await (const chunk of chunks) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        hash.update(bytes);
        size += bytes.length;
        yield bytes;
      }
    },
    createWriteStream(work.out, { mode: 0o600 }),
  );
  const leftOut = work.redacted ? await countLeftOut(whole) : undefined;
  return { sha256: hash.digest('hex'), size, findings: total, leftOut };
}

async function* withProgress<T>(findings: AsyncIterable<T>, total: number): AsyncGenerator<T> {
  let done = 0;
  let told = Date.now();
  for await (const finding of findings) {
    yield finding;
    done += 1;
    if (done % 100 !== 0 || Date.now() - told < EVERY_MS) continue;
    told = Date.now();
    tell({ type: 'progress', done, total });
  }
}
