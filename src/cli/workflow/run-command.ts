import { stringify } from 'yaml';
import { ERROR_CODES, isErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { atLeast, SEVERITIES, type Severity } from '../../model/severity.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import { templateGet } from '../../operations/workflow-check.ts';
import { workflowSource } from '../../operations/workflow-revisions.ts';
import { workflowRunReplay, workflowRunResume } from '../../operations/workflow-run-changes.ts';
import {
  workflowRunDefinition,
  workflowRunFindings,
  workflowRunGet,
} from '../../operations/workflow-runs.ts';
import { workflowDryRun, workflowRun } from '../../operations/workflow-start.ts';
import { workflowGet } from '../../operations/workflows.ts';
import { bySeverityAndPlace, isOpen, type RunFinding } from '../../reports/run-findings.ts';
import { configOf, type Format, formatOf, oneOf } from '../globals.ts';
import { print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { checkOutput, formatOfEnding, writeOutput } from '../run/output-file.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { cancelOnSignal } from './cancel-on-signal.ts';
import { whenWorkflowEnded } from './follow-run.ts';
import { showSteps } from './progress.ts';
import { isFile, readValid, readValidSource } from './read-file.ts';
import { type InputOptions, readInputs } from './read-inputs.ts';
import { lastRun, resolveWorkflowRun } from './resolve-workflow-run.ts';
import { needsText, planText, reportText, summaryText, type WorkflowReport } from './run-text.ts';

interface FollowOptions extends ProjectOptions {
  output?: string;
  failOn?: string;
  detach?: boolean;
}
export type RunOptions = FollowOptions &
  InputOptions & { dryRun?: boolean; samples?: boolean; revision?: number; from?: string };

interface Wanted {
  format: Format;
  gate: Severity | undefined;
  file: string | undefined;
  options: FollowOptions;
}

const FORMATS: readonly Format[] = ['table', 'json', 'yaml'];
const PAGE = 1000;

/** Everything that can be wrong is said before the run starts. */
export async function runWorkflowCommand(named: string, options: RunOptions): Promise<void> {
  const wanted = readWanted(options);
  await withSession(options, async (session) => {
    refuseDetached(session, options);
    const { definition, body } = await readWorkflow(session, named, options);
    const inputs = readInputs(definition, options);
    const order = { ...body, inputs, ...(options.samples ? { samples: true } : {}) };
    if (options.from !== undefined && !options.dryRun) {
      const id = await lastRun(session, definition.name);
      const { from } = options;
      await follow(session, wanted, () =>
        session.call(workflowRunReplay, { path: { id }, body: { from, inputs } }),
      );
      return;
    }
    const plan = await session.call(workflowDryRun, { body: order });
    if (options.dryRun) {
      const problem = plan.steps.find((step) => step.problem !== null)?.problem;
      if (problem) process.exitCode = exitOf(problem.code);
      print(plan, options, (terminal) => planText(terminal, plan), wanted.format);
      return;
    }
    const errors = openTerminal(process.stderr, options);
    errors.write(`${needsText(errors, plan)}\n`);
    await follow(session, wanted, async () => {
      const { run } = await session.call(workflowRun, { body: order });
      if (run === null) throw new SentinelError('internal', 'The run was not started.');
      return { run };
    });
  });
}

export async function resumeWorkflowCommand(named: string, options: FollowOptions): Promise<void> {
  const wanted = readWanted(options);
  await withSession(options, async (session) => {
    refuseDetached(session, options);
    const id = await resolveWorkflowRun(session, named);
    await follow(session, wanted, () => session.call(workflowRunResume, { path: { id } }));
  });
}

export async function replayWorkflowCommand(named: string, options: RunOptions): Promise<void> {
  const wanted = readWanted(options);
  await withSession(options, async (session) => {
    refuseDetached(session, options);
    const id = await resolveWorkflowRun(session, named);
    const definition = await session.call(workflowRunDefinition, { path: { id } });
    const inputs = readInputs(definition, options);
    const { from } = options;
    const body = { inputs, ...(from === undefined ? {} : { from }) };
    await follow(session, wanted, () => session.call(workflowRunReplay, { path: { id }, body }));
  });
}

function readWanted(options: FollowOptions): Wanted {
  const gate =
    options.failOn === undefined ? undefined : oneOf('--fail-on', options.failOn.toLowerCase(), SEVERITIES);
  const file =
    options.output === undefined
      ? undefined
      : checkOutput(options.output, configOf(options).config.output.directory);
  const ending =
    file === undefined || options.format !== undefined || options.json ? undefined : formatOfEnding(file);
  return {
    format: ending === 'sarif' || ending === undefined ? formatOf(options, FORMATS) : ending,
    gate,
    file,
    options,
  };
}

/** Alone, the steps are done by this process: without it nothing would go on. */
function refuseDetached(session: Session, options: FollowOptions): void {
  if (options.detach && session.place.kind === 'embedded')
    throw new SentinelError(
      'wrong-usage',
      "--detach needs a server that goes on with the run: 'sentinelx web start' starts one.",
    );
}

async function readWorkflow(
  session: Session,
  named: string,
  options: RunOptions,
): Promise<{
  definition: WorkflowDefinition;
  body: { workflow: string; revision?: number };
}> {
  if (isFile(named)) {
    const { source, definition } = await readValid(session, named);
    return { definition, body: { workflow: source } };
  }
  const { revision } = options;
  if (revision === undefined) {
    const stored = await storedOrNone(session, named);
    if (stored) return { definition: stored, body: { workflow: named } };
    const { source } = await templateOr(session, named);
    const { definition } = await readValidSource(session, { source, name: named });
    return { definition, body: { workflow: source } };
  }
  const { definition } = await session.call(workflowSource, { path: { name: named, revision } });
  return { definition, body: { workflow: named, revision } };
}

async function storedOrNone(session: Session, name: string): Promise<WorkflowDefinition | undefined> {
  try {
    return (await session.call(workflowGet, { path: { name } })).definition;
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** A template runs as it is, for who wants to see one at work before writing a file. */
async function templateOr(session: Session, name: string): Promise<{ source: string }> {
  try {
    return await session.call(templateGet, { path: { name } });
  } catch (error) {
    if (!(error instanceof SentinelError) || error.code !== 'not-found') throw error;
    throw new SentinelError(
      'not-found',
      `There is no workflow, no file and no template '${name}'. \`sentinelx workflow list\` and \`sentinelx workflow template\` show what there is.`,
    );
  }
}

/** Starts a run, shows how it goes, and hands over what it gave. */
async function follow(
  session: Session,
  wanted: Wanted,
  start: () => Promise<{ run: { id: string } }>,
): Promise<void> {
  const { options } = wanted;
  const errors = openTerminal(process.stderr, options);
  const signals = cancelOnSignal(session);
  try {
    const { id } = (await start()).run;
    if (options.detach) {
      print({ run: { id } }, options, () => `run ${id}\nsentinelx workflow status ${shortId(id)}`);
      return;
    }
    signals.watch(id);
    if (options.verbose) errors.write(`run ${id}\n`);
    const display = showSteps(errors);
    await whenWorkflowEnded(session, id, display).finally(display.stop);
    const report = await readReport(session, id);
    process.exitCode = exitCodeOf(report, wanted.gate);
    await deliver(report, wanted);
  } finally {
    signals.off();
  }
}

async function readReport(session: Session, id: string): Promise<WorkflowReport> {
  const run = await session.call(workflowRunGet, { path: { id } });
  const findings: RunFinding[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page = await session.call(workflowRunFindings, { path: { id }, query });
    findings.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { run, findings: findings.sort(bySeverityAndPlace) };
}

/** As those of `run`; when several apply: cancelled, failed, gate, partial. */
function exitCodeOf({ run, findings }: WorkflowReport, gate: Severity | undefined): number {
  if (run.status === 'cancelled') return 130;
  // Not the exit code of its error: wrong use is what is refused before anything runs.
  if (run.status === 'failed') return 1;
  if (gate !== undefined && findings.some((finding) => isOpen(finding) && atLeast(finding.severity, gate)))
    return 2;
  return run.status === 'partial' ? 3 : 0;
}

function exitOf(code: string | undefined): number {
  return code !== undefined && isErrorCode(code) ? ERROR_CODES[code].exit : 1;
}

async function deliver(report: WorkflowReport, { format, file, gate, options }: Wanted): Promise<void> {
  const errors = openTerminal(process.stderr, options);
  if (file === undefined) {
    print(report, options, (terminal) => reportText(terminal, report, options.verbose), format);
    if (format !== 'table' && report.run.error)
      errors.write(`${errors.c.red('error:')} ${report.run.error.message}\n`);
  } else {
    const plain = { ...openTerminal(process.stdout, { color: false }), interactive: false };
    await writeOutput(
      file,
      format === 'table' ? `${reportText(plain, report, true)}\n` : textOf(report, format),
    );
    errors.write(`${summaryText(errors, report)}\n${errors.c.dim(`${format} written to ${file}`)}\n`);
  }
  if (process.exitCode === 2 && gate !== undefined)
    errors.write(
      `${errors.c.red('gate:')} there are open findings of severity ${gate}${gate === 'critical' ? '' : ' or worse'}\n`,
    );
}

function textOf(report: WorkflowReport, format: Format): string {
  return format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : stringify(report, { lineWidth: 0 });
}
