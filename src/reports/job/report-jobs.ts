import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Blobs } from '../../blobs/blobs.ts';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Store } from '../../store/store.ts';
import { type ExportRequest, exportFindings } from '../export/export-findings.ts';
import type { ReportFormat } from '../model.ts';
import { expireReports } from './expire.ts';
import { type ReportRow, takeReport } from './lease.ts';
import { performReport } from './perform.ts';
import { type ReportFileRow, readReport, renderFile } from './report-files.ts';

/** So often a server looks for what a dead process left, and for what has expired. */
const SWEEP_MS = 5_000;
const EXPIRE_MS = 3600_000;
const FINISH_MS = 120_000;

export interface ReportParts {
  store: Store;
  blobs: Blobs;
  dataDir: string;
  version: string;
  /** A server goes on with what other processes left; a command line only does what it is told to. */
  sweeps: boolean;
  /** A command line does what it began before it ends: nobody else may come for a long time. */
  finishes?: boolean;
  failed?: ((error: unknown) => void) | undefined;
}

export type Reports = ReturnType<typeof openReports>;

/** Makes reports, one after the other; what a process did not finish is taken over by another one at the step where it was. */
export function openReports(parts: ReportParts) {
  const { store } = parts;
  const instance = newId('rpj');
  const ending = new AbortController();
  const known = new Set<string>();
  let queue: Promise<unknown> = Promise.resolve();
  let expired = 0;

  /** One at a time: two of them would take both cores and twice the memory. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  function start(id: string): void {
    if (known.has(id) || ending.signal.aborted) return;
    known.add(id);
    void inTurn(async () => {
      try {
        await withFolder(async (folder) => {
          const row = await takeReport(store, { id, instance });
          if (row) await performReport({ ...parts, instance, folder, signal: ending.signal }, row);
        });
      } catch (error) {
        if (!ending.signal.aborted) parts.failed?.(error);
      } finally {
        known.delete(id);
      }
    });
  }

  async function sweep(): Promise<void> {
    const now = Date.now();
    const rows = await store.db
      .selectFrom('report')
      .select('id')
      .where('ended', 'is', null)
      .where((e) => e.or([e('lease', 'is', null), e('lease', '<', now)]))
      .limit(100)
      .execute();
    // What was asked for in this moment is started by who asked.
    for (const { id } of rows) start(id);
    if (now - expired < EXPIRE_MS) return;
    expired = now;
    await expireReports(store, now);
  }

  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = parts.sweeps
    ? setInterval(() => {
        sweeping = sweep().catch((error: unknown) => parts.failed?.(error));
      }, SWEEP_MS)
    : undefined;
  timer?.unref();

  /** A folder of its own, gone afterwards: snapshots are as large as their findings. */
  async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await makeFolder();
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function makeFolder(): Promise<string> {
    const parent = join(parts.dataDir, 'tmp');
    await mkdir(parent, { recursive: true, mode: 0o700 });
    return mkdtemp(join(parent, 'report-'));
  }

  /** Not in turn with the reports: whoever asks waits for it. */
  async function* exportNow(request: ExportRequest): AsyncGenerator<Uint8Array> {
    const folder = await makeFolder();
    try {
      for await (const piece of exportFindings({ ...parts, folder }, request))
        yield typeof piece === 'string' ? Buffer.from(piece) : piece;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The file in this format; made now when nobody asked for it before. */
  async function fileOf(row: ReportRow, format: ReportFormat, redacted: boolean): Promise<ReportFileRow> {
    if (row.status !== 'ready') throw notReady(row);
    const stored = await readReport(store.db, row.id, format, redacted);
    if (stored) return stored;
    return inTurn(async () => {
      const before = await readReport(store.db, row.id, format, redacted);
      if (before) return before;
      return withFolder((folder) =>
        renderFile({ ...parts, folder, signal: ending.signal }, row, { format, redacted }),
      );
    });
  }

  return {
    start,
    fileOf,
    exportFindings: exportNow,
    /** For the command line, and for tests: when everything that this process has begun is done. */
    idle: () => queue.then(() => undefined),
    async close(): Promise<void> {
      if (parts.finishes) await Promise.race([queue, sleep(FINISH_MS, undefined, { ref: false })]);
      ending.abort();
      clearInterval(timer);
      await sweeping;
      await queue;
    },
  };
}

export function notReady(row: Pick<ReportRow, 'id' | 'status' | 'error'>): SentinelError {
  if (row.status !== 'failed')
    return new SentinelError('report-not-ready', `The report ${row.id} is ${row.status}.`);
  const why = row.error === null ? '' : ` ${(JSON.parse(row.error) as { message: string }).message}`;
  return new SentinelError('report-failed', `The report ${row.id} has failed.${why}`);
}
