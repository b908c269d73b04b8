import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SentinelError } from '../../lib/errors.ts';
import type { WriteContext } from '../../store/store.ts';
import { collectReport } from '../collect/collect-report.ts';
import { ReportAbout, ReportOptions } from '../model.ts';
import { renderInThread } from '../render/in-thread.ts';
import { holdReport, type ReportRow, stillOurs } from './lease.ts';
import { type FileParts, fetchSnapshot, readReport, renderFile, storeFile } from './report-files.ts';

interface Parts extends FileParts {
  version: string;
  instance: string;
}

/** The whole way of one report: its snapshot, then each file; what an earlier try has stored is not made again. */
export async function performReport(parts: Parts, row: ReportRow): Promise<void> {
  const { store } = parts;
  const lost = new AbortController();
  const signal = AbortSignal.any([parts.signal, lost.signal]);
  const hold = holdReport(store, row, () => lost.abort());
  const work = { ...parts, signal };
  try {
    const taken =
      row.hash === null
        ? await takeSnapshot(work, row, hold.progress)
        : { row, path: await fetchSnapshot(work, row) };
    const options = ReportOptions.parse(JSON.parse(row.options));
    for (const format of options.formats) {
      if (await readReport(store.db, row.id, format)) continue;
      hold.progress({ phase: format, done: 0, total: Number(taken.row.findings ?? 0) });
      await renderFile(work, taken.row, {
        format,
        redacted: false,
        snapshot: taken.path,
        progress: (done, total) => hold.progress({ phase: format, done, total }),
        guard: (write) => mustBeOurs(write, row),
      });
    }
    await hold.end();
    await finish(work, taken.row);
  } catch (error) {
    await hold.end();
    if (signal.aborted) return release(parts, row);
    await fail(work, row, error);
    if (!(error instanceof SentinelError)) throw error;
  }
}

async function takeSnapshot(
  parts: Parts,
  row: ReportRow,
  progress: (value: { phase: string; done: number; total: number }) => void,
): Promise<{ row: ReportRow; path: string }> {
  const path = join(parts.folder, 'snapshot.json');
  const asOf = Date.now();
  progress({ phase: 'collecting', done: 0, total: 0 });
  const written = await writeAbout(parts, row, { path, asOf, progress });
  await storeFile(parts, row, {
    path,
    format: 'json',
    redacted: false,
    guard: (write) => mustBeOurs(write, row),
  });
  const set = { hash: written.sha256, as_of: asOf, findings: written.findings, status: 'rendering' };
  await parts.store.write({ lane: 'run', durable: true, label: 'report.snapshot' }, async (write) => {
    await mustBeOurs(write, row);
    await write.tx.updateTable('report').set(set).where('id', '=', row.id).execute();
  });
  return { row: { ...row, ...set }, path };
}

async function writeAbout(
  parts: Parts,
  row: ReportRow,
  target: {
    path: string;
    asOf: number;
    progress: (value: { phase: string; done: number; total: number }) => void;
  },
): Promise<{ sha256: string; findings: number }> {
  const { store, folder, version, signal } = parts;
  const { path, asOf } = target;
  const about = ReportAbout.parse(JSON.parse(row.about));
  const options = ReportOptions.parse(JSON.parse(row.options));
  const base = {
    report: row.id,
    title: row.title,
    classification: options.classification,
    template: row.template,
    actor: await actorName(parts, row.actor),
    version,
    asOf,
  };
  const told = (done: number, total: number) => target.progress({ phase: 'collecting', done, total });
  if (about.kind === 'file') {
    const file = await fetchUpload(parts, row.project, about.file);
    const project = await store.db
      .selectFrom('project')
      .select('name')
      .where('id', '=', row.project)
      .executeTakeFirst();
    const head = { ...base, project: { id: row.project, name: project?.name ?? row.project }, about };
    return renderInThread({ kind: 'read-old-results', file, out: path, head }, { signal, progress: told });
  }
  const { against } = options;
  const older =
    against?.kind === 'report'
      ? await fetchSnapshot(
          { ...parts, folder },
          await olderRow(parts, row.project, against.report),
          'older.json',
        )
      : undefined;
  const { sha256, head } = await collectReport(store, {
    ...base,
    me: row.actor,
    project: row.project,
    about,
    against,
    olderSnapshot: older,
    path,
    progress: told,
  });
  return { sha256, findings: head.counts.total };
}

async function fetchUpload({ store, blobs, folder }: Parts, project: string, id: string): Promise<string> {
  const file = await store.db
    .selectFrom('stored_file')
    .select('blob')
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!file) throw new SentinelError('not-found', `There is no file ${id}.`);
  const path = join(folder, 'results');
  await pipeline(Readable.from(blobs.open(file.blob)), createWriteStream(path, { mode: 0o600 }));
  return path;
}

async function olderRow({ store }: Parts, project: string, id: string): Promise<ReportRow> {
  const row = await store.db
    .selectFrom('report')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row)
    throw new SentinelError(
      'not-found',
      `The report ${id}, with which this one was to be compared, is gone.`,
    );
  return row;
}

async function actorName({ store }: Parts, actor: string): Promise<string> {
  const row = await store.db
    .selectFrom('user_account')
    .select(['name', 'login'])
    .where('id', '=', actor)
    .executeTakeFirst();
  return row ? row.name || row.login : actor;
}

/** The next process goes on where this one was, at once. */
async function release({ store }: Parts, row: ReportRow): Promise<void> {
  await store.write({ lane: 'run' }, async ({ tx }) => {
    await tx
      .updateTable('report')
      .set({ lease: null, instance: null })
      .where('id', '=', row.id)
      .where('fence', '=', row.fence)
      .execute();
  });
}

async function mustBeOurs(write: WriteContext, row: ReportRow): Promise<void> {
  if (!(await stillOurs(write, row)))
    throw new SentinelError('not-possible-now', `The report ${row.id} is in other hands.`);
}

async function finish({ store }: Parts, row: ReportRow): Promise<void> {
  await store.write({ lane: 'run', durable: true, label: 'report.ready' }, async (write) => {
    await mustBeOurs(write, row);
    const { tx, emit } = write;
    await tx
      .updateTable('report')
      .set({ status: 'ready', ended: Date.now(), progress: null, instance: null, lease: null })
      .where('id', '=', row.id)
      .execute();
    const files = await tx
      .selectFrom('report_file')
      .select(['format', 'name', 'size'])
      .where('report', '=', row.id)
      .orderBy('format')
      .execute();
    emit({
      type: 'report.ready',
      project: row.project,
      actor: row.actor,
      subject: row.id,
      data: {
        report: row.id,
        title: row.title,
        template: row.template,
        findings: Number(row.findings ?? 0),
        sha256: row.hash ?? '',
        formats: files.map((file) => ({ ...file, size: Number(file.size) })),
      },
    });
  });
}

async function fail({ store }: Parts, row: ReportRow, error: unknown): Promise<void> {
  const known = error instanceof SentinelError;
  const told = {
    code: known ? error.code : 'internal',
    message: known
      ? error.message
      : 'Something broke while the report was made; the log of the server says more.',
  };
  await store.write({ lane: 'run', durable: true }, async (write) => {
    if (!(await stillOurs(write, row))) return;
    await write.tx
      .updateTable('report')
      .set({
        status: 'failed',
        ended: Date.now(),
        error: JSON.stringify(told),
        progress: null,
        instance: null,
        lease: null,
      })
      .where('id', '=', row.id)
      .execute();
    write.emit({
      type: 'report.failed',
      project: row.project,
      actor: row.actor,
      subject: row.id,
      data: { report: row.id, title: row.title, error: told },
    });
  });
}
