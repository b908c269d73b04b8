import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kysely, Selectable } from 'kysely';
import type { Blobs } from '../../blobs/blobs.ts';
import { nameBlob } from '../../blobs/name-blob.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Database } from '../../store/schema.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import type { LeftOut } from '../left-out.ts';
import { type ReportFormat, ReportOptions } from '../model.ts';
import { renderInThread } from '../render/in-thread.ts';
import { FORMAT_FILES } from '../render/render-format.ts';
import type { ReportRow } from './lease.ts';

export type ReportFileRow = Selectable<Database['report_file']>;

export interface FileParts {
  store: Store;
  blobs: Blobs;
  folder: string;
  signal: AbortSignal;
}

/** The name under which a file is stored: its format, marked when it is for readers outside. */
export function fileKey(format: ReportFormat, redacted: boolean): string {
  return redacted ? `${format}.redacted` : format;
}

export function readReport(
  db: Kysely<Database>,
  report: string,
  format: ReportFormat,
  redacted = false,
): Promise<ReportFileRow | undefined> {
  return db
    .selectFrom('report_file')
    .selectAll()
    .where('report', '=', report)
    .where('format', '=', fileKey(format, redacted))
    .executeTakeFirst();
}

/** The stored snapshot as a file of ours, checked against the hash of the report. */
export async function fetchSnapshot(
  { store, blobs, folder }: FileParts,
  row: ReportRow,
  name = 'snapshot.json',
): Promise<string> {
  const stored = await readReport(store.db, row.id, 'json');
  if (!stored) throw new SentinelError('report-damaged', `The snapshot of the report ${row.id} is missing.`);
  const path = join(folder, name);
  const hash = createHash('sha256');
  await pipeline(
    Readable.from(blobs.open(stored.blob)),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o600 }),
  );
  if (hash.digest('hex') !== stored.sha256)
    throw new SentinelError('report-damaged', `The snapshot of the report ${row.id} is not what was stored.`);
  return path;
}

/** Makes one file from the snapshot and stores it. */
export async function renderFile(
  parts: FileParts,
  row: ReportRow,
  file: {
    format: ReportFormat;
    redacted: boolean;
    snapshot?: string;
    progress?: (done: number, total: number) => void;
    guard?: (write: WriteContext) => Promise<void>;
  },
): Promise<ReportFileRow> {
  const snapshot = file.snapshot ?? (await fetchSnapshot(parts, row));
  const out = join(parts.folder, fileKey(file.format, file.redacted));
  const { leftOut } = await renderInThread(
    {
      kind: 'render',
      snapshot,
      hash: row.hash ?? '',
      out,
      format: file.format,
      options: ReportOptions.parse(JSON.parse(row.options)),
      redacted: file.redacted,
    },
    { signal: parts.signal, progress: file.progress },
  );
  return storeFile(parts, row, {
    path: out,
    format: file.format,
    redacted: file.redacted,
    leftOut,
    guard: file.guard,
  });
}

export async function storeFile(
  { store, blobs }: FileParts,
  row: Pick<ReportRow, 'id' | 'project' | 'title'>,
  file: {
    path: string;
    format: ReportFormat;
    redacted: boolean;
    leftOut?: LeftOut | undefined;
    guard?: ((write: WriteContext) => Promise<void>) | undefined;
  },
): Promise<ReportFileRow> {
  const blob = await blobs.put(createReadStream(file.path) as AsyncIterable<Uint8Array>);
  const { ending, mediaType } = FORMAT_FILES[file.format];
  const stored = {
    report: row.id,
    format: fileKey(file.format, file.redacted),
    project: row.project,
    name: `${fileName(row.title)}-${row.id.slice(-8)}${file.redacted ? '-redacted' : ''}.${ending}`,
    media_type: mediaType,
    size: blob.size,
    sha256: blob.sha256,
    blob: blob.id,
    left_out: file.leftOut === undefined ? null : JSON.stringify(file.leftOut),
  };
  await store.write({ lane: 'run', durable: true, label: 'report.file' }, async (write) => {
    await nameBlob(blobs, blob.id);
    // A report that was removed meanwhile gets no file.
    const there = await write.tx
      .selectFrom('report')
      .select('id')
      .where('id', '=', row.id)
      .executeTakeFirst();
    if (!there) throw new SentinelError('not-found', `There is no report ${row.id}.`);
    await file.guard?.(write);
    await write.tx
      .insertInto('report_file')
      .values(stored)
      .onConflict((conflict) => conflict.columns(['report', 'format']).doNothing())
      .execute();
  });
  return (await readReport(store.db, row.id, file.format, file.redacted)) ?? stored;
}

/** Letters, digits and dashes: it stands in headers, folders and shells. */
function fileName(title: string): string {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain || 'report';
}
