import type * as z from 'zod';
import { policyReplay } from '../../operations/policy-decisions.ts';
import { localTime, plural, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { oneLine, type Terminal } from '../terminal.ts';
import { readText } from '../workflow/read-file.ts';

type Answer = z.output<typeof policyReplay.output>;

export async function replayCommand(
  options: ProjectOptions & { since: string; file?: string },
): Promise<void> {
  const source = options.file === undefined ? undefined : readText(options.file);
  await withSession(options, async (session) => {
    const answer = await session.call(policyReplay, {
      body: { since: options.since, ...(source === undefined ? {} : { source }) },
    });
    print(answer, options, (terminal) => text(terminal, answer));
  });
}

function text(terminal: Terminal, answer: Answer): string {
  const { c } = terminal;
  const { runs, findings, overdue } = answer;
  const failed = runs.filter(({ passed }) => !passed);
  const parts = [
    `Since ${localTime(answer.since)}, with ${answer.revision === null ? 'this policy' : `revision ${answer.revision} of the policy`}; nothing was changed.`,
    `${c.bold('gate')}  ${failed.length} of ${plural(runs.length, 'run')} would not have passed${answer.moreRuns > 0 ? `; ${answer.moreRuns} older ones were not looked at` : ''}`,
    ...failed
      .slice(0, 10)
      .map(
        (run) =>
          `      ${shortId(run.run)} ${run.task} ${c.dim(localTime(run.ended))}  ${run.failed.map((one) => `${oneLine(one.rule)} (line ${one.line}): ${one.count}`).join(', ')}`,
      ),
    ...tallies(terminal, 'triaged', answer.triaged),
    ...tallies(terminal, 'assigned', answer.assigned),
    ...tallies(terminal, 'labelled', answer.labelled),
    ...tallies(terminal, 'told', answer.routed),
    `${c.bold('overdue')}  ${overdue.count} of ${plural(overdue.checked, 'finding')}${overdue.of > overdue.checked ? ` (${overdue.of - overdue.checked} were not looked at)` : ''}`,
  ];
  if (findings.lookedAt < findings.new)
    parts.push(c.yellow(`Of ${findings.new} new findings the newest ${findings.lookedAt} were looked at.`));
  return parts.join('\n');
}

function tallies(terminal: Terminal, title: string, list: Answer['triaged']): string[] {
  return list.flatMap(({ rule, line, count, examples }) => [
    `${terminal.c.bold(title)}  ${plural(count, 'finding')} by ${oneLine(rule)} ${terminal.c.dim(`(line ${line})`)}`,
    ...examples
      .slice(0, 3)
      .map((one) => `      ${shortId(one.id)} ${one.severity} ${oneLine(one.place)}: ${oneLine(one.title)}`),
  ]);
}
