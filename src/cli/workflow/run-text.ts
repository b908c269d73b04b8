import { stringify } from 'yaml';
import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import { SEVERITIES } from '../../model/severity.ts';
import type { StepStatus, WorkflowRun } from '../../model/workflow.ts';
import type { workflowRunGet } from '../../operations/workflow-runs.ts';
import type { workflowDryRun } from '../../operations/workflow-start.ts';
import type { RunFinding } from '../../reports/run-findings.ts';
import { duration, localTime, plural } from '../print.ts';
import { findingsText, shortId } from '../run/findings-table.ts';
import { facts, table } from '../table.ts';
import { oneLine, pad, type Terminal } from '../terminal.ts';

export type RunPage = z.output<typeof workflowRunGet.output>;
export type Plan = z.output<typeof workflowDryRun.output>;

/** What `--json` prints: these two and nothing else. */
export interface WorkflowReport {
  run: RunPage;
  findings: RunFinding[];
}

/** Steps, findings, outputs, and a line that sums up. */
export function reportText(terminal: Terminal, { run, findings }: WorkflowReport, all = false): string {
  const parts = [
    stepsText(terminal, run),
    findings.length > 0 ? findingsText(terminal, findings, all) : '',
    outputsText(terminal, run),
    summaryText(terminal, { run, findings }),
  ];
  return parts.filter(Boolean).join('\n\n');
}

export function stepsText(terminal: Terminal, { steps }: RunPage): string {
  return table(
    terminal,
    [
      { title: 'STEP', paint: terminal.c.bold },
      {
        title: 'STATUS',
        paint: (text, row) =>
          text.replace(text.trim(), stepStatusText(terminal, steps[row]?.status ?? 'done')),
      },
      { title: 'TIME', align: 'right' },
      { title: 'ATTEMPTS', align: 'right', paint: terminal.c.dim },
      { title: 'ITEMS' },
      { title: 'WHAT', min: 20, paint: terminal.c.dim },
    ],
    steps.map((step) => [
      step.name,
      step.status,
      step.started !== null && step.ended !== null && step.ended > step.started
        ? duration(step.ended - step.started)
        : '',
      step.attempt > 1 ? String(step.attempt) : '',
      itemsText(step.items),
      step.error?.message ?? whatOf(step),
    ]),
  );
}

function whatOf(step: RunPage['steps'][number]): string {
  if (step.status === 'waiting') return `waits for ${step.waitsFor ?? 'its turn'}`;
  if (step.waitsFor === 'worker') return `waits for a worker with ${step.needs}`;
  if (step.run !== null) return `run ${shortId(step.run)}`;
  if (step.workflowRun !== null) return `workflow run ${shortId(step.workflowRun)}`;
  return '';
}

function itemsText(items: Record<string, number> | null): string {
  if (items === null) return '';
  return Object.entries(items)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function outputsText(terminal: Terminal, { outputs }: RunPage): string {
  if (outputs === null || Object.keys(outputs).length === 0) return '';
  const text = visibleText(stringify(outputs, { lineWidth: 0 }).trimEnd());
  return `${terminal.c.cyan('outputs')}\n${text.replace(/^(?=.)/gm, '  ')}`;
}

export function summaryText(terminal: Terminal, { run, findings }: WorkflowReport): string {
  const lines: string[] = [];
  if (run.error) lines.push(`${terminal.c.red('error:')} ${oneLine(run.error.message)}`);
  if (findings.length > 0) {
    const counts = SEVERITIES.flatMap((severity) => {
      const count = findings.filter((finding) => finding.severity === severity).length;
      return count > 0 ? [terminal.severity(severity)(`${count} ${severity}`)] : [];
    });
    const fresh = findings.filter(({ change }) => change === 'new').length;
    const tail = fresh > 0 ? `; ${fresh} new` : '';
    lines.push(`${terminal.c.bold(plural(findings.length, 'finding'))}: ${counts.join(', ')}${tail}`);
  }
  const time = run.ended === null ? '' : ` in ${duration(run.ended - (run.started ?? run.created))}`;
  lines.push(
    `${runStatusText(terminal, run.status)}${time}${terminal.c.dim(`, workflow ${run.name}, run ${shortId(run.id)}`)}`,
  );
  return lines.join('\n');
}

export function runStatusText(terminal: Terminal, status: WorkflowRun['status']): string {
  const { c } = terminal;
  if (status === 'done') return c.green(status);
  if (status === 'failed') return c.red(status);
  return ['partial', 'cancelled', 'cancelling', 'waiting'].includes(status)
    ? c.yellow(status)
    : c.cyan(status);
}

export function stepStatusText(terminal: Terminal, status: StepStatus, width = 0): string {
  const { c } = terminal;
  const text = pad(status, width);
  if (status === 'done') return c.green(text);
  if (status === 'failed') return c.red(text);
  if (status === 'skipped' || status === 'pending') return c.dim(text);
  return ['partial', 'cancelled', 'waiting'].includes(status) ? c.yellow(text) : c.cyan(text);
}

/** What the whole workflow will use: said before it starts. */
export function needsText(terminal: Terminal, { name, needs, steps }: Plan): string {
  const targets = [...new Set(steps.flatMap(({ target }) => (target === null ? [] : [target])))];
  const unknown = steps.filter(
    ({ does, powers, target, problem }) => isLooking(does, powers) && target === null && problem === null,
  );
  const rows: [string, string | null][] = [
    ['workflow', `${name}: ${plural(steps.length, 'step')}`],
    ['tasks', listed(needs.tasks.map((task) => `${task.id} (${task.touches})`))],
    ['powers', listed(needs.powers) ?? (needs.tasks.length > 0 ? 'none' : null)],
    ['targets', listed([...targets, ...(unknown.length > 0 ? ['others that are known when it runs'] : [])])],
    ['operations', listed(needs.operations.map((one) => `${one.id} (${one.permission})`))],
    ['workflows', listed(needs.workflows)],
    ['secrets', listed(needs.secrets)],
    ['workers', listed(needs.labels)],
    ['approvals', needs.approvals > 0 ? String(needs.approvals) : null],
    ['missing', listed(needs.missing)],
  ];
  const problems = steps.flatMap(({ step, problem }) =>
    problem === null
      ? []
      : [`${terminal.c.yellow('as things are now')} ${step} fails: ${oneLine(problem.message)}`],
  );
  return [facts(terminal, rows), ...problems].join('\n');
}

function isLooking(does: string, powers: readonly string[]): boolean {
  return does.startsWith('task:') && powers.length > 0;
}

function listed(words: readonly string[]): string | null {
  return words.length > 0 ? words.join(', ') : null;
}

export function planText(terminal: Terminal, plan: Plan): string {
  const rows = plan.steps.map((step) => [
    step.step,
    step.section === 'steps' ? '' : step.section,
    step.does,
    step.needs.join(', '),
    step.powers.join(', '),
    step.problem?.message ?? step.target ?? '',
    step.condition ?? '',
  ]);
  const steps = table(
    terminal,
    [
      { title: 'STEP', paint: terminal.c.bold },
      { title: 'SECTION' },
      { title: 'DOES', min: 12 },
      { title: 'BEHIND', min: 8 },
      { title: 'POWERS' },
      { title: 'TARGET', min: 12, cut: 'middle' },
      { title: 'IF', min: 10, paint: terminal.c.dim },
    ],
    rows,
  );
  return `${needsText(terminal, plan)}\n\n${steps}\n\n${terminal.c.dim('Nothing was done.')}`;
}

export function statusPage(terminal: Terminal, run: RunPage): string {
  const head = facts(terminal, [
    ['run', run.id],
    ['workflow', run.revision === null ? run.name : `${run.name} (revision ${run.revision})`],
    ['status', runStatusText(terminal, run.status)],
    ['at', run.ended === null && run.section !== 'steps' ? run.section : null],
    ['inputs', Object.keys(run.inputs).length > 0 ? JSON.stringify(run.inputs) : null],
    ['by', run.principal],
    ['because of', run.trigger.kind === 'manual' ? null : run.trigger.kind],
    ['started', localTime(run.started ?? run.created)],
    ['repeats', run.rerunOf],
  ]);
  const left = run.carrier === 'nobody' ? leftText(terminal, run.id) : '';
  const asking = run.approvals.map(
    ({ id, step, message, url }) =>
      `${terminal.c.yellow('approval')}  ${step}: ${oneLine(message)}\n          sentinelx workflow approve ${shortId(id)} (or reject)${url.startsWith('http') ? `\n          ${visibleText(url)}` : ''}`,
  );
  return [
    head,
    left,
    stepsText(terminal, run),
    ...asking,
    outputsText(terminal, run),
    run.error === null ? '' : `${terminal.c.red('error:')} ${oneLine(run.error.message)}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Of a run that has not ended and whose process is gone. */
export function leftText(terminal: Terminal, run: string): string {
  const id = shortId(run);
  return `${terminal.c.yellow('stands still')}  no process goes on with it: sentinelx workflow resume ${id} does so here, sentinelx workflow cancel ${id} ends it, sentinelx web start goes on with all of them`;
}
