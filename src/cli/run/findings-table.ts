import { stringify } from 'yaml';
import { visibleText } from '../../lib/visible-text.ts';
import { describeLocation } from '../../model/location.ts';
import type { Problem, Run } from '../../model/run.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { isOpen, type RunFinding } from '../../reports/run-findings.ts';
import { duration, plural } from '../print.ts';
import { table } from '../table.ts';
import { oneLine, pad, shorten, type Terminal, widthOf } from '../terminal.ts';
import type { RunReport } from './report.ts';

/** From here on a finding fits in one line. */
const ONE_LINE_WIDTH = 130;
const SEVERITY_WIDTH = 8;
const SHOWN_PROBLEMS = 20;
const SHOWN_INFO = 5;

/** Findings, most severe first; what could not be examined; lines that sum up. */
export function runText(terminal: Terminal, report: RunReport, all = false): string {
  const { findings, problems, output } = report;
  const parts = [
    findings.length > 0 ? findingsText(terminal, findings, all) : '',
    output !== null && findings.length === 0 ? outputText(terminal, output) : '',
    problems.length > 0 ? problemsText(terminal, problems, report.run) : '',
    summaryText(terminal, report),
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Many findings of the severity `info` would bury the others: some are shown, the rest is counted. */
export function findingsText(terminal: Terminal, findings: readonly RunFinding[], all: boolean): string {
  const serious = findings.filter((finding) => finding.severity !== 'info');
  const rest = findings.length - serious.length - SHOWN_INFO;
  const shown =
    all || serious.length === 0 || rest <= 0 ? findings : findings.slice(0, serious.length + SHOWN_INFO);
  const text = terminal.width >= ONE_LINE_WIDTH ? inOneLine(terminal, shown) : inTwoLines(terminal, shown);
  if (shown.length === findings.length) return text;
  return `${text}\n${terminal.c.dim(`${' '.repeat(SEVERITY_WIDTH + 2)}and ${rest} more of severity info: --verbose, or 'sentinelx findings list severity:info'`)}`;
}

function inOneLine(terminal: Terminal, findings: readonly RunFinding[]): string {
  const { c } = terminal;
  const severityAt = (row: number) => findings[row]?.severity ?? 'info';
  const columns = [
    { title: 'SEVERITY', paint: (text: string, row: number) => terminal.severity(severityAt(row))(text) },
    { title: 'WHERE', min: 30, cut: 'middle' as const, paint: c.bold },
    { title: 'WHAT', min: 30 },
    { title: 'RULE', min: 16, paint: c.dim },
    { title: '', paint: c.green },
  ];
  const rows = findings.map((finding) => [
    finding.severity,
    describeLocation(finding.location),
    finding.message,
    finding.rule,
    markOf(finding),
  ]);
  return table(terminal, columns, rows);
}

/** Place and rule on one line, the message below it: nothing is cut to a stump at 80 columns. */
function inTwoLines(terminal: Terminal, findings: readonly RunFinding[]): string {
  const { c, width } = terminal;
  const indent = ' '.repeat(SEVERITY_WIDTH + 2);
  const room = width - indent.length;
  return findings
    .flatMap((finding) => {
      const mark = markOf(finding);
      const tail = [shorten(finding.rule, Math.floor(room / 2)), mark].filter(Boolean).join('  ');
      const place = shorten(oneLine(describeLocation(finding.location)), room - widthOf(tail) - 2, 'middle');
      const gap = ' '.repeat(Math.max(2, room - widthOf(place) - widthOf(tail)));
      const rule = mark ? `${c.dim(tail.slice(0, -mark.length))}${c.green(mark)}` : c.dim(tail);
      const severity = terminal.severity(finding.severity)(pad(finding.severity, SEVERITY_WIDTH));
      return [
        `${severity}  ${c.bold(place)}${gap}${rule}`,
        `${indent}${shorten(oneLine(finding.message), room)}`,
      ];
    })
    .join('\n');
}

function markOf(finding: RunFinding): string {
  if (!isOpen(finding)) return finding.status;
  return finding.change === 'seen' ? '' : finding.change;
}

function problemsText(terminal: Terminal, problems: readonly Problem[], run: Run): string {
  const { c } = terminal;
  const lines = [c.yellow(`${plural(problems.length, 'part')} could not be examined:`)];
  const shown = problems.slice(0, SHOWN_PROBLEMS);
  lines.push(
    table(
      terminal,
      [
        { min: 20, cut: 'middle' },
        { min: 20, paint: c.dim },
      ],
      shown.map((problem) => [problem.at, problem.message]),
      2,
    ),
  );
  if (problems.length > shown.length)
    lines.push(c.dim(`  and ${problems.length - shown.length} more: sentinelx runs show ${shortId(run.id)}`));
  return lines.join('\n');
}

export function outputText(terminal: Terminal, output: unknown): string {
  const text = visibleText(stringify(output, { lineWidth: 0 }).trimEnd());
  return text.replace(
    /^(\s*(?:- )?)([\w.-]+:)/gm,
    (_all, space: string, key: string) => `${space}${terminal.c.dim(key)}`,
  );
}

/** Two lines: what was found, and what the run was. */
export function summaryText(terminal: Terminal, report: RunReport): string {
  const { c } = terminal;
  const { run } = report;
  const lines: string[] = [];
  if (run.error) lines.push(`${c.red('error:')} ${oneLine(run.error.message)}`);
  if (run.error === null || report.findings.length > 0) lines.push(foundText(terminal, report));
  const time = run.ended === null ? '' : ` in ${duration(run.ended - (run.started ?? run.created))}`;
  const target = run.target === null ? '' : ` on ${oneLine(run.target)}`;
  const ending = `${statusText(terminal, run.status)}${time}`;
  lines.push(
    `${ending}${c.dim(`, ${shorten(`${run.task}${target}`, Math.max(20, terminal.width - widthOf(ending) - 18))}, run ${shortId(run.id)}`)}`,
  );
  return lines.join('\n');
}

function foundText(terminal: Terminal, { run, findings, output }: RunReport): string {
  const { counts } = run;
  const changes = [
    counts.new > 0 ? `${counts.new} new` : '',
    counts.seen > 0 ? `${counts.seen} seen before` : '',
    counts.reopened > 0 ? `${counts.reopened} reopened` : '',
    counts.fixed > 0 ? `${counts.fixed} fixed` : '',
  ].filter(Boolean);
  const tail = changes.length > 0 ? `; ${changes.join(', ')}` : '';
  if (findings.length === 0) {
    if (output !== null && tail === '') return 'No findings.';
    const complete = run.status === 'done';
    return `${complete ? 'No findings' : 'No findings in what was examined'}${tail}.`;
  }
  const severities = SEVERITIES.filter((severity) => countOf(findings, severity) > 0).map((severity) =>
    terminal.severity(severity)(`${countOf(findings, severity)} ${severity}`),
  );
  return `${terminal.c.bold(plural(findings.length, 'finding'))}: ${severities.join(', ')}${tail}`;
}

function countOf(findings: readonly RunFinding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

export function statusText(terminal: Terminal, status: Run['status']): string {
  const { c } = terminal;
  if (status === 'done') return c.green(status);
  if (status === 'failed' || status === 'interrupted') return c.red(status);
  return status === 'partial' || status === 'cancelled' || status === 'cancelling'
    ? c.yellow(status)
    : c.cyan(status);
}

/** The end of an id is random and enough to name it: `runs show 4f2a91c3`. */
export function shortId(id: string): string {
  return id.slice(-8);
}
