import { randomBytes } from 'node:crypto';
import { describeLocation } from '../../model/location.ts';
import { ruleTags } from '../../model/rule.ts';
import { changeChart } from '../charts/report-charts.ts';
import type { Block, Medium } from '../document/block.ts';
import {
  acceptedTable,
  charts,
  FINDING_COLUMNS,
  findingCells,
  problems,
  rowsOf,
  ruleChapter,
} from '../document/parts.ts';
import { type Summary, summarise } from '../document/summary.ts';
import { bySeverity } from '../document/technical.ts';
import { againstText, dayText, plural, timeText, verdict } from '../document/words.ts';
import { type ReportFinding, type ReportHead, ruleKey, type UsedTemplate } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
import { createLiquid, templateError } from './liquid.ts';
import { markdownBlocks } from './markdown-blocks.ts';

/** The template language holds them all at once. The tags `findings` and `findings_table` have no such limit. */
const MOST_LISTED = 20_000;
const MOST_OUTPUT = 4_000_000;

/** The contents that an own template gives, as the same blocks that the built-in ones are made of. */
export async function* ownDocument(
  snapshot: Snapshot,
  template: UsedTemplate,
  medium: Medium,
): AsyncGenerator<Block> {
  const { head } = snapshot;
  const summary = await summarise(snapshot);
  const mark = `\u0001${randomBytes(12).toString('hex')} `;
  const { values, omitted } = await valuesOf(snapshot, template);
  let text: string;
  try {
    text = await createLiquid(mark).parseAndRender(template.source, values);
  } catch (error) {
    throw templateError(error);
  }
  if (text.length > MOST_OUTPUT)
    throw templateError(
      new Error(`The template makes more than ${MOST_OUTPUT.toLocaleString('en-US')} characters.`),
    );
  if (omitted > 0)
    yield {
      kind: 'paragraph',
      tone: 'warning',
      text: `The list of findings that this template is given ends after ${MOST_LISTED.toLocaleString('en-US')}; ${plural(omitted, 'further one is', 'further ones are')} in the other files of this report.`,
    };
  // Whatever a template says: what is missing is told.
  yield* problems(head);
  for (const block of markdownBlocks(text)) {
    if (block.kind === 'paragraph' && typeof block.text === 'string' && block.text.startsWith(mark.trim()))
      yield* tagBlocks(block.text.slice(mark.length), { snapshot, summary, medium });
    else yield block;
  }
}

async function* tagBlocks(
  tag: string,
  { snapshot, summary, medium }: { snapshot: Snapshot; summary: Summary; medium: Medium },
): AsyncGenerator<Block> {
  const { head } = snapshot;
  const [name = '', argument = ''] = tag.trim().split(' ');
  switch (name) {
    case 'chart': {
      const all = argument === 'change' ? [changeChart(head.counts.change)] : charts(head, summary);
      yield { kind: 'charts', charts: all.filter(({ id }) => id === argument) };
      return;
    }
    case 'findings':
      if (medium === 'page') yield { kind: 'explorer' };
      else yield* bySeverity(snapshot, () => true, head.counts.severity);
      return;
    case 'findings_table':
      yield {
        kind: 'table',
        caption: 'Findings',
        columns: FINDING_COLUMNS,
        rows: rowsOf(snapshot.findings(), () => true, findingCells),
      };
      return;
    case 'accepted':
      yield* acceptedTable(summary);
      return;
    case 'rules':
      yield* ruleChapter(head);
      return;
    case 'page_break':
      yield { kind: 'page-break' };
  }
}

/** Plain values: nothing that a template could call. */
async function valuesOf(
  { head, findings }: Snapshot,
  { look }: UsedTemplate,
): Promise<{ values: object; omitted: number }> {
  const list: object[] = [];
  let omitted = 0;
  for await (const finding of findings()) {
    if (list.length < MOST_LISTED) list.push(findingValue(finding, head));
    else omitted += 1;
  }
  const values = {
    report: {
      id: head.report,
      title: head.title,
      scope: head.scope,
      classification: head.classification,
      project: head.project.name,
      time: timeText(head.asOf),
      date: dayText(head.asOf),
      actor: head.actor,
      verdict: verdict(head),
      compared: againstText(head),
    },
    organisation: look.organisation,
    footer: look.footer,
    counts: {
      total: head.counts.total,
      open: head.counts.open,
      ...head.counts.severity,
      open_by_severity: head.counts.openSeverity,
      by_status: head.counts.status,
      by_change: head.counts.change,
    },
    sections: head.sections.map(({ name, status, task, findings: count, problems: failed }) => ({
      name,
      status,
      task,
      findings: count,
      problems: failed,
    })),
    findings: list,
    findings_omitted: omitted,
  };
  return { values, omitted };
}

function findingValue(finding: ReportFinding, head: ReportHead): object {
  const rule = head.rules[ruleKey(finding)];
  return {
    id: finding.id,
    title: finding.title,
    message: finding.message,
    severity: finding.severity,
    status: finding.status,
    confidence: finding.confidence,
    change: finding.change,
    place: describeLocation(finding.location),
    asset: head.assets[finding.asset] ?? '',
    tool: finding.task,
    rule: finding.rule,
    tags: rule ? ruleTags(rule) : [],
    why: rule?.why ?? '',
    fix: rule?.fix ?? '',
    references: finding.about.map(({ value }) => value),
    first_seen: finding.firstSeen === 0 ? '' : dayText(finding.firstSeen),
    last_seen: finding.lastSeen === 0 ? '' : dayText(finding.lastSeen),
    due: finding.due === null ? '' : dayText(finding.due),
    assignee: finding.assignee ?? '',
    labels: finding.labels,
    reason: finding.decision?.reason ?? '',
    comment: finding.decision?.comment ?? '',
    sections: finding.sections.map((index) => head.sections[index]?.name ?? ''),
  };
}
