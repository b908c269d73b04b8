import pc from 'picocolors';
import { stringify } from 'yaml';
import { visibleText } from '../lib/visible-text.ts';
import { describeLocation } from '../model/location.ts';
import { SEVERITIES } from '../model/severity.ts';
import { fit, lineWidth, severityText } from './print.ts';
import type { RunReport } from './run.ts';

const SHOWN_PROBLEMS = 20;

/** The findings of a run, most severe first, then what could not be examined, then one line that sums up. */
export function runTable(report: RunReport): string {
  const { run, findings, problems } = report;
  const width = lineWidth();
  const ruleWidth = Math.min(30, Math.max(0, ...findings.map((finding) => finding.rule.length)));
  const rest = width - 10 - ruleWidth - 4;
  const lines = findings.map((finding) => {
    const place = fit(describeLocation(finding.location), Math.max(16, Math.floor(rest * 0.5)), 'middle');
    const message = fit(finding.message, Math.max(12, rest - place.length - 6));
    return `${severityText(finding.severity, 8)}  ${fit(finding.rule, ruleWidth).padEnd(ruleWidth)}  ${pc.bold(place)}  ${pc.dim(message)}${finding.change === 'new' ? pc.green(' new') : ''}`;
  });
  if (problems.length > 0) {
    lines.push(
      '',
      pc.yellow(`${problems.length} ${problems.length === 1 ? 'part' : 'parts'} could not be examined:`),
    );
    for (const problem of problems.slice(0, SHOWN_PROBLEMS))
      lines.push(`  ${fit(problem.at, 40, 'middle')}  ${fit(problem.message, width - 46)}`);
    if (problems.length > SHOWN_PROBLEMS)
      lines.push(`  and ${problems.length - SHOWN_PROBLEMS} more: sentinelx runs show ${run.id}`);
  }
  if (findings.length === 0 && run.output !== null) lines.push(visibleText(stringify(run.output).trimEnd()));
  if (run.error) lines.push('', pc.red(`error: ${visibleText(run.error.message)}`));
  return `${lines.join('\n')}\n\n${summary(report)}\n`.replace(/^\n+/, '');
}

function summary({ run, findings }: RunReport): string {
  const { counts } = run;
  const severities = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${severityText(severity)}`,
  );
  const seconds = ((run.ended ?? 0) - (run.started ?? run.created)) / 1000;
  const changes = `${counts.new} new, ${counts.seen} known, ${counts.reopened} reopened, ${counts.fixed} fixed`;
  const status =
    run.status === 'done'
      ? pc.green('done')
      : run.status === 'partial'
        ? pc.yellow('partial')
        : pc.red(run.status);
  return `${status} ${run.id} in ${seconds.toFixed(1)} s: ${findings.length} findings${severities.length ? ` (${severities.join(', ')})` : ''}; ${changes}`;
}
