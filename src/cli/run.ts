import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import pc from 'picocolors';
import { stringify } from 'yaml';
import type { App } from '../app.ts';
import { openLiveFeed } from '../engine/live-feed.ts';
import { loadTask } from '../engine/tasks.ts';
import { SentinelError } from '../lib/errors.ts';
import type { FindingSummary } from '../model/finding.ts';
import type { Problem, Run } from '../model/run.ts';
import { atLeast, SEVERITIES, Severity } from '../model/severity.ts';
import { runFindings } from '../operations/runs.ts';
import { toSummary } from '../store/findings.ts';
import { toRun } from '../store/runs.ts';
import { type GlobalOptions, VERSION } from './main.ts';
import { readParams } from './params.ts';
import { showProgress } from './progress.ts';
import { runTable } from './run-table.ts';
import { sarifLog } from './sarif.ts';
import { localCaller, withApp } from './session.ts';

type Format = 'table' | 'json' | 'yaml' | 'sarif';

export interface RunOptions {
  params?: string[];
  paramsFile?: string;
  json?: boolean;
  sarif?: boolean;
  output?: string;
  failOn?: string;
  format?: string;
}

export type RunFinding = FindingSummary & { change: 'new' | 'seen' | 'reopened' };

export interface RunReport {
  run: Run;
  findings: RunFinding[];
  output: unknown;
  problems: Problem[];
}

export async function runCommand(task: string, options: RunOptions, globals: GlobalOptions): Promise<void> {
  const format = formatOf(options, globals);
  const gate = gateOf(options.failOn);
  if (options.output !== undefined) checkWritable(options.output);
  const params = readParams(options);
  await withApp(globals, async (app) => {
    const started = await app.services.engine.start(task, params, localCaller());
    await finish(app, started.id, { format, gate, output: options.output });
  });
}

export async function rerunCommand(id: string, globals: GlobalOptions): Promise<void> {
  await withApp(globals, async (app) => {
    const started = await app.services.engine.rerun(id, localCaller());
    await finish(app, started.id, { format: formatOf({}, globals), gate: undefined, output: undefined });
  });
}

async function finish(
  app: App,
  id: string,
  options: { format: Format; gate: Severity | undefined; output: string | undefined },
): Promise<void> {
  const stopSignals = cancelOnSignal(app, id);
  const progress = showProgress(openLiveFeed(app.services.store), id);
  await app.services.engine.whenEnded(id).finally(progress.stop);
  stopSignals();
  const report = await readReport(app, id);
  const text = await render(app, report, options.format);
  if (options.output === undefined) process.stdout.write(text);
  else {
    await writeAtomically(options.output, text);
    process.stderr.write(`${pc.dim('written to')} ${options.output}\n`);
  }
  process.exitCode = exitCode(report, options.gate);
}

/** When several apply: cancelled, wrong use, failed, gate, partial. */
function exitCode(report: RunReport, gate: Severity | undefined): number {
  const { status } = report.run;
  if (status === 'cancelled') return 130;
  if (status === 'failed' || status === 'interrupted') {
    const usage = ['invalid-parameter', 'unreadable-target', 'out-of-scope'];
    return usage.includes(report.run.error?.code ?? '') ? 64 : 1;
  }
  const hit =
    gate !== undefined &&
    report.findings.some(
      (finding) => atLeast(finding.severity, gate) && ['open', 'confirmed'].includes(finding.status),
    );
  if (hit) return 2;
  return status === 'partial' ? 3 : 0;
}

async function readReport(app: App, id: string): Promise<RunReport> {
  const db = app.services.store.db;
  const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('occurrence as o')
    .innerJoin('finding as f', 'f.id', 'o.finding')
    .selectAll('f')
    .select('o.change')
    .where('o.run', '=', id)
    .orderBy('f.severity_rank')
    .orderBy('f.place')
    .orderBy('f.id')
    .execute();
  const problems = await db
    .selectFrom('problem')
    .select(['at', 'code', 'message'])
    .where('run', '=', id)
    .orderBy('seq')
    .execute();
  const run = toRun(row);
  return {
    run,
    findings: rows.map((item) =>
      runFindings.output.shape.items.element.parse({ ...toSummary(item), change: item.change }),
    ),
    output: run.output,
    problems,
  };
}

async function render(app: App, report: RunReport, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'yaml') return stringify(report);
  if (format === 'sarif')
    return `${JSON.stringify(await sarifLog(app.services.store, await loadTask(report.run.task), report, VERSION), null, 2)}\n`;
  return runTable(report);
}

function formatOf(options: RunOptions, globals: GlobalOptions): Format {
  const name = options.sarif
    ? 'sarif'
    : options.json
      ? 'json'
      : (options.format ?? globals.format ?? 'table');
  if (['table', 'json', 'yaml', 'sarif'].includes(name)) return name as Format;
  throw new SentinelError('wrong-usage', `--format: expects table, json, yaml or sarif, not '${name}'.`);
}

function gateOf(text: string | undefined): Severity | undefined {
  if (text === undefined) return undefined;
  const parsed = Severity.safeParse(text.toLowerCase());
  if (!parsed.success)
    throw new SentinelError(
      'wrong-usage',
      `--fail-on: expects one of ${SEVERITIES.join(', ')}, not '${text}'.`,
    );
  return parsed.data;
}

/** The first Ctrl-C cancels the run, the second ends at once. */
function cancelOnSignal(app: App, id: string): () => void {
  let asked = false;
  const cancel = () => {
    if (asked) process.exit(130);
    asked = true;
    process.stderr.write('\ncancelling … (again to end at once)\n');
    app.services.engine.cancel(id, localCaller()).catch(() => undefined);
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel);
  return () => void process.off('SIGINT', cancel).off('SIGTERM', cancel);
}

function checkWritable(file: string): void {
  const path = resolve(file);
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new SentinelError(
      'output-unwritable',
      `--output: ${dirname(path)} ${existsSync(dirname(path)) ? 'may not be written' : 'does not exist'}.`,
      { cause },
    );
  }
  if (existsSync(path) && statSync(path).isDirectory())
    throw new SentinelError('output-unwritable', `--output: ${file} is a folder.`);
}

async function writeAtomically(file: string, text: string): Promise<void> {
  const part = `${resolve(file)}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, resolve(file));
  } catch (cause) {
    await rm(part, { force: true });
    throw new SentinelError('output-unwritable', `--output: ${file} cannot be written.`, { cause });
  }
}
