import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import { describeLocation } from '../../model/location.ts';
import { findingGet } from '../../operations/findings.ts';
import { resolveFinding } from '../by-end.ts';
import { localTime, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { facts } from '../table.ts';
import { type Terminal, wrap } from '../terminal.ts';

type FullFinding = z.output<typeof findingGet.output>;

export async function showFindingCommand(named: string, options: ProjectOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveFinding(session, named);
    const finding = await session.call(findingGet, { path: { id } });
    print(finding, options, (terminal) => findingPage(terminal, finding));
  });
}

function findingPage(terminal: Terminal, finding: FullFinding): string {
  const { c } = terminal;
  const width = Math.min(terminal.width, 100);
  const paragraph = (title: string, text: string) =>
    text
      ? `${c.bold(title)}\n${wrap(text, width - 2)
          .map((line) => `  ${line}`)
          .join('\n')}`
      : '';
  const title = `${terminal.severity(finding.severity)(finding.severity)}  ${c.bold(wrap(finding.title, width - 10).join('\n          '))}`;
  const head = facts(terminal, [
    ['where', describeLocation(finding.location)],
    ['what', finding.message === finding.title ? null : finding.message],
    ['seen', finding.evidence],
    ['status', statusText(finding)],
    ['assigned to', finding.assigneeName],
    ['labels', finding.labels.length > 0 ? finding.labels.join(', ') : null],
    ['due', finding.due === null ? null : dueText(finding)],
    ['priority', finding.priority === null ? null : String(finding.priority)],
    ['hidden by', finding.hiddenBy],
    ['duplicate of', finding.mergedInto],
    ['rule', [finding.rule, ...finding.tags].join(', ')],
    ['about', finding.about.length > 0 ? finding.about.map((about) => about.value).join(', ') : null],
    ['first seen', `${localTime(finding.firstSeen)} in run ${shortId(finding.firstRun)}`],
    ['last seen', `${localTime(finding.lastSeen)} in run ${shortId(finding.lastRun)}`],
    ['id', finding.id],
  ]);
  const parts = [
    title,
    head,
    finding.excerpt ? excerptText(terminal, finding) : '',
    paragraph('Why', finding.ruleText.why),
    paragraph('What to do', finding.ruleText.fix),
    finding.ruleText.references?.length
      ? `${c.bold('More')}\n${finding.ruleText.references.map((link) => `  ${visibleText(link)}`).join('\n')}`
      : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

function statusText(finding: FullFinding): string {
  const { status, snooze } = finding;
  const parts = [
    finding.acceptUntil === null ? status : `${status} until ${localTime(finding.acceptUntil)}`,
    `confidence ${finding.confidence}`,
    finding.ownSeverity === null
      ? ''
      : `the tool says ${finding.toolSeverity ?? 'nothing'} and somebody ${finding.ownSeverity}`,
    snooze === null
      ? ''
      : `snoozed until ${snooze.until === null ? 'it gets worse' : localTime(snooze.until)}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function dueText({ due, status }: FullFinding): string {
  const over = due !== null && due < Date.now() && (status === 'open' || status === 'confirmed');
  return `${localTime(due ?? 0)}${over ? ', which is over' : ''}`;
}

/** The code with line numbers; the lines of the finding are marked. */
function excerptText(terminal: Terminal, { excerpt, location }: FullFinding): string {
  if (!excerpt) return '';
  const { c } = terminal;
  const region = 'region' in location ? location.region : undefined;
  const from = region?.startLine ?? 0;
  const to = region?.endLine ?? from;
  const digits = String(excerpt.firstLine + excerpt.lines.length - 1).length;
  return excerpt.lines
    .map((text, index) => {
      const number = excerpt.firstLine + index;
      const hit = number >= from && number <= to;
      const line = [...visibleText(text).replaceAll('\t', '  ')]
        .slice(0, terminal.width - digits - 5)
        .join('');
      return `${hit ? c.red('>') : ' '} ${c.dim(String(number).padStart(digits))} ${c.dim('│')} ${hit ? line : c.dim(line)}`;
    })
    .join('\n');
}
