import { stringify } from 'yaml';
import type { App } from '../../app.ts';
import { openLiveFeed } from '../../engine/live-feed.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import type { Caller } from '../../operations/operation.ts';
import { rerun as rerunOperation, startRun } from '../../operations/runs.ts';
import { configOf, type Format, formatOf, type GlobalOptions, oneOf, VERSION } from '../globals.ts';
import { type ParamsOptions, readParams } from '../params-input.ts';
import { projectCaller } from '../project.ts';
import { resolveRun } from '../runs.ts';
import { call, localCaller, withApp } from '../session.ts';
import { onStop } from '../signals.ts';
import { openTerminal } from '../terminal.ts';
import { runText, summaryText } from './findings-table.ts';
import { checkOutput, formatOfEnding, writeOutput } from './output-file.ts';
import { showProgress } from './progress.ts';
import { exitCodeOf, type RunReport, readReport } from './report.ts';
import { sarifLog } from './sarif.ts';

export interface RunOptions extends GlobalOptions, ParamsOptions {
  json?: boolean;
  sarif?: boolean;
  output?: string;
  failOn?: string;
  project?: string;
}

interface Wanted {
  format: Format;
  gate: Severity | undefined;
  file: string | undefined;
  caller: Caller;
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
  await withApp(options, async (app) => {
    const caller = await projectCaller(app, options.project);
    await follow(app, { format, gate, file, caller, options }, () =>
      call(app, startRun, { path: { task }, body: { params } }, caller),
    );
  });
}

export async function rerunCommand(id: string, options: GlobalOptions): Promise<void> {
  const format = formatOf(options, ['table', 'json', 'yaml', 'sarif']);
  await withApp(options, async (app) => {
    const caller = localCaller();
    const old = await resolveRun(app, id);
    await follow(app, { format, gate: undefined, file: undefined, caller, options }, () =>
      call(app, rerunOperation, { path: { id: old } }, caller),
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
  app: App,
  wanted: Wanted,
  start: () => Promise<{ run: { id: string } }>,
): Promise<void> {
  const errors = openTerminal(process.stderr, wanted.options);
  const signals = cancelOnSignal(app, wanted.caller);
  const { id } = (await start()).run;
  signals.watch(id);
  if (wanted.options.verbose) errors.write(`run ${id}\n`);
  const progress = showProgress(errors, openLiveFeed(app.services.store), id);
  await app.services.engine.whenEnded(id).finally(progress.stop);
  const report = await readReport(app, id, wanted.caller);
  process.exitCode = exitCodeOf(report, wanted.gate);
  await deliver(app, report, wanted);
  signals.off();
}

async function deliver(app: App, report: RunReport, { format, file, gate, options }: Wanted): Promise<void> {
  const errors = openTerminal(process.stderr, options);
  if (file === undefined) {
    const terminal = openTerminal(process.stdout, options);
    terminal.write(
      format === 'table'
        ? `${runText(terminal, report, options.verbose)}\n`
        : await textOf(app, report, format),
    );
    if (format !== 'table' && report.run.error)
      errors.write(`${errors.c.red('error:')} ${report.run.error.message}\n`);
  } else {
    const plain = { ...openTerminal(process.stdout, { color: false }), interactive: false };
    await writeOutput(
      file,
      format === 'table' ? `${runText(plain, report, true)}\n` : await textOf(app, report, format),
    );
    errors.write(`${summaryText(errors, report)}\n${errors.c.dim(`${format} written to ${file}`)}\n`);
  }
  if (process.exitCode === 2 && gate !== undefined)
    errors.write(
      `${errors.c.red('gate:')} there are open findings of severity ${gate}${gate === 'critical' ? '' : ' or worse'}\n`,
    );
}

async function textOf(app: App, report: RunReport, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'yaml') return stringify(report, { lineWidth: 0 });
  return `${JSON.stringify(await sarifLog(app, report, VERSION), null, 2)}\n`;
}

/** The first Ctrl-C cancels the run, which ends with what it had; the second ends everything at once. */
function cancelOnSignal(app: App, caller: Caller): { watch(id: string): void; off(): void } {
  let run: string | undefined;
  let asked = false;
  const cancel = () => {
    if (run !== undefined && asked) app.services.engine.cancel(run, caller).catch(() => undefined);
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
