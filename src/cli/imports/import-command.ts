import { existsSync, readFileSync } from 'node:fs';
import type * as z from 'zod';
import { ERROR_CODES } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { importGet, importStart, importUpload } from '../../operations/imports.ts';
import { cancelRun } from '../../operations/runs.ts';
import { formatOf, type GlobalOptions } from '../globals.ts';
import { mediaTypeOf } from '../media-type.ts';
import { parseYaml } from '../params-input.ts';
import { print } from '../print.ts';
import { showProgress } from '../run/progress.ts';
import { whenEnded } from '../run/when-ended.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { onStop } from '../signals.ts';
import { openTerminal } from '../terminal.ts';
import { receiptText } from './receipt-text.ts';
import { openReportFile, type ReportFile } from './spool.ts';

export interface ImportOptions extends ProjectOptions {
  asset?: string;
  covers?: string;
  root?: string;
  mapping?: string;
}

type FullImport = z.output<typeof importGet.output>;
type Choices = Omit<z.input<typeof importStart.body>, 'report'>;

const OUTPUTS = ['table', 'json', 'yaml'];

/** Starts the import, shows how it goes, and prints its receipt. */
export async function importCommand(named: string, options: ImportOptions): Promise<void> {
  // `--format` names the report's format here, and also the one of the answer where it is one of those.
  const output =
    options.format !== undefined && OUTPUTS.includes(options.format) ? options.format : undefined;
  const format = output === undefined ? options.format : undefined;
  const { format: _format, ...rest } = options;
  const wanted: GlobalOptions = { ...rest, ...(output === undefined ? {} : { format: output }) };
  formatOf(wanted);
  await using file = await openReportFile(named);
  const choices = choicesOf({ ...options, ...(format === undefined ? {} : { format }) }, format);
  await withSession(options, async (session) => {
    const errors = openTerminal(process.stderr, wanted);
    const { id } = (await start(session, file, choices)).run;
    const off = cancelOnSignal(session, id);
    try {
      const progress = showProgress(errors);
      await whenEnded(session, id, progress).finally(progress.stop);
    } finally {
      off();
    }
    const done = await session.call(importGet, { path: { run: id } });
    process.exitCode = exitCode(done);
    show(done, wanted);
    if (done.error) errors.write(`${errors.c.red('error:')} ${visibleText(done.error.message)}\n`);
  });
}

function choicesOf(options: ImportOptions, format: string | undefined): Choices {
  const { asset, covers, root } = options;
  if (covers !== undefined && covers !== 'auto' && covers !== 'yes' && covers !== 'no')
    throw new SentinelError('wrong-usage', `--covers expects auto, yes or no, not '${covers}'.`);
  return {
    ...(format === undefined ? {} : { format }),
    ...(asset === undefined ? {} : { asset }),
    ...(covers === undefined ? {} : { covers }),
    ...(root === undefined ? {} : { root }),
    ...(options.mapping === undefined ? {} : { mapping: mappingOf(options.mapping) }),
  };
}

/** A file with a mapping, or the name of a stored one. */
function mappingOf(named: string): NonNullable<Choices['mapping']> {
  if (!existsSync(named)) return named;
  return parseYaml(readFileSync(named, 'utf8'), named) as NonNullable<Choices['mapping']>;
}

/** A server that is not ours cannot read our files: it gets the report itself. */
async function start(session: Session, file: ReportFile, choices: Choices) {
  const { place } = session;
  if (place.kind === 'embedded' || place.own)
    return session.call(importStart, { body: { ...choices, report: file.path } });
  const { mapping, ...query } = choices;
  if (typeof mapping === 'object') return startUploaded(session, file, choices);
  return session.upload(
    importUpload,
    { query: { ...query, ...(mapping === undefined ? {} : { mapping }) } },
    { name: file.name, mediaType: mediaTypeOf(file.path), path: file.path },
  );
}

async function startUploaded(session: Session, file: ReportFile, choices: Choices) {
  const { fileUpload } = await import('../../operations/files.ts');
  const uploaded = await session.upload(
    fileUpload,
    {},
    { name: file.name, mediaType: mediaTypeOf(file.path), path: file.path },
  );
  return session.call(importStart, { body: { ...choices, report: uploaded.target } });
}

function cancelOnSignal(session: Session, id: string): () => void {
  return onStop(
    () => {
      process.stderr.write('\rcancelling … (once more to end at once)\n');
      session.call(cancelRun, { path: { id } }).catch(() => undefined);
    },
    () => process.exit(130),
  );
}

function exitCode({ status, error }: FullImport): number {
  if (status === 'cancelled') return 130;
  if (status === 'partial') return 3;
  if (status === 'done') return 0;
  const code = error?.code;
  return code !== undefined && Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES].exit
    : 1;
}

/** Why it failed stands on the standard error for a person; a program finds it with the other problems. */
function failure({ error, name }: FullImport): FullImport['problems'] {
  return error === null ? [] : [{ at: name, code: error.code, message: error.message }];
}

function show(done: FullImport, options: GlobalOptions): void {
  const { receipt, run, format, tools, skips, notes, asset, status, merged, closings } = done;
  print(
    {
      receipt,
      run,
      status,
      format,
      tools,
      asset: asset?.name ?? null,
      skips,
      notes,
      merged,
      closings,
      problems: [...failure(done), ...done.problems],
    },
    options,
    (terminal) => receiptText(terminal, done),
  );
}
