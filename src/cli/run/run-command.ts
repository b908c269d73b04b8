import { stringify } from 'yaml';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { runSarif } from '../../operations/run-sarif.ts';
import { cancelRun, rerun as rerunOperation, startRun } from '../../operations/runs.ts';
import { resolveRun } from '../by-end.ts';
import { configOf, type Format, formatOf, type GlobalOptions, oneOf } from '../globals.ts';
import { localPaths } from '../local-paths.ts';
import { type ParamsOptions, readParams } from '../params-input.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { onStop } from '../signals.ts';
import { openTerminal } from '../terminal.ts';
import { runText, summaryText } from './findings-table.ts';
import { checkOutput, formatOfEnding, writeOutput } from './output-file.ts';
import { showProgress } from './progress.ts';
import { exitCodeOf, type RunReport, readReport } from './report.ts';
import { uploadPaths, withUploadAdvice } from './upload.ts';
import { whenEnded } from './when-ended.ts';

export interface RunOptions extends ProjectOptions, ParamsOptions {
  json?: boolean;
  sarif?: boolean;
  output?: string;
  failOn?: string;
  upload?: boolean;
}

interface Wanted {
  format: Format;
  gate: Severity | undefined;
  file: string | undefined;
  options: GlobalOptions;
}

/** Everything that can be wrong is said before the run starts. */
export async function runCommand(task: string, options: RunOptions): Promise<void> {
  const gate =
    options.failOn === undefined ? undefined : oneOf('--fail-on', options.failOn.toLowerCase(), SEVERITIES);
  const file =
    options.output === undefined
      ? undefined
      : checkOutput(options.output, configOf(options).config.output.directory);
  const format = wantedFormat(options, file);
  const params = readParams(options);
  await withSession(options, async (session) => {
    const named = options.upload
      ? await uploadPaths(session, task, params)
      : await localPaths(session, task, params);
    await follow(session, { format, gate, file, options }, () =>
      session
        .call(startRun, { path: { task }, body: { params: named } })
        .catch((error: unknown) => Promise.reject(withUploadAdvice(error, session))),
    );
  });
}

export async function rerunCommand(id: string, options: ProjectOptions & { json?: boolean }): Promise<void> {
  const format = formatOf(options, ['table', 'json', 'yaml', 'sarif']);
  await withSession(options, async (session) => {
    const old = await resolveRun(session, id);
    await follow(session, { format, gate: undefined, file: undefined, options }, () =>
      session.call(rerunOperation, { path: { id: old } }),
    );
  });
}

function wantedFormat(options: RunOptions, file: string | undefined): Format {
  if (options.json) return 'json';
  if (options.sarif) return 'sarif';
  const ending = file === undefined || options.format !== undefined ? undefined : formatOfEnding(file);
  return ending ?? formatOf(options, ['table', 'json', 'yaml', 'sarif']);
}

/** Starts a run, shows how it goes, and hands over what it found. */
async function follow(
  session: Session,
  wanted: Wanted,
  start: () => Promise<{ run: { id: string } }>,
): Promise<void> {
  const errors = openTerminal(process.stderr, wanted.options);
  const signals = cancelOnSignal(session);
  try {
    const { id } = (await start()).run;
    signals.watch(id);
    if (wanted.options.verbose) errors.write(`run ${id}\n`);
    const progress = showProgress(errors);
    await whenEnded(session, id, progress).finally(progress.stop);
    const report = await readReport(session, id);
    process.exitCode = exitCodeOf(report, wanted.gate);
    await deliver(session, report, wanted);
  } finally {
    signals.off();
  }
}

async function deliver(
  session: Session,
  report: RunReport,
  { format, file, gate, options }: Wanted,
): Promise<void> {
  const errors = openTerminal(process.stderr, options);
  if (file === undefined) {
    const terminal = openTerminal(process.stdout, options);
    terminal.write(
      format === 'table'
        ? `${runText(terminal, report, options.verbose)}\n`
        : await textOf(session, report, format),
    );
    if (format !== 'table' && report.run.error)
      errors.write(`${errors.c.red('error:')} ${report.run.error.message}\n`);
  } else {
    const plain = { ...openTerminal(process.stdout, { color: false }), interactive: false };
    await writeOutput(
      file,
      format === 'table' ? `${runText(plain, report, true)}\n` : await textOf(session, report, format),
    );
    errors.write(`${summaryText(errors, report)}\n${errors.c.dim(`${format} written to ${file}`)}\n`);
  }
  if (process.exitCode === 2 && gate !== undefined)
    errors.write(
      `${errors.c.red('gate:')} there are open findings of severity ${gate}${gate === 'critical' ? '' : ' or worse'}\n`,
    );
}

async function textOf(session: Session, report: RunReport, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'yaml') return stringify(report, { lineWidth: 0 });
  return sarifOf(session, report.run.id);
}

async function sarifOf(session: Session, id: string): Promise<string> {
  const { content } = await session.download(runSarif, { path: { id } });
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** The first Ctrl-C cancels the run, which ends with what it had; the second ends everything at once. */
function cancelOnSignal(session: Session): { watch(id: string): void; off(): void } {
  let run: string | undefined;
  let asked = false;
  const cancel = () => {
    if (run !== undefined && asked) session.call(cancelRun, { path: { id: run } }).catch(() => undefined);
  };
  const off = onStop(
    () => {
      process.stderr.write('\rcancelling … (once more to end at once)\n');
      asked = true;
      cancel();
    },
    () => process.exit(130),
  );
  return {
    off,
    /** The run exists now; a signal may have come before. */
    watch(id) {
      run = id;
      cancel();
    },
  };
}
