import { describeLocation } from '../../model/location.ts';
import { ruleTags } from '../../model/rule.ts';
import type { Chart, Fill } from '../charts/chart.ts';
import { rankingChart, severityChart, weeksChart } from '../charts/report-charts.ts';
import { type ReportFinding, type ReportHead, ruleKey } from '../model.ts';
import type { Block, Cell, TableColumn } from './block.ts';
import type { Group, Summary } from './summary.ts';
import { dayText, plural, STATUS_NAMES, verdict } from './words.ts';

export function overview(head: ReportHead, summary: Summary): Block[] {
  return [
    { kind: 'paragraph', text: verdict(head) },
    ...(summary.overdue > 0
      ? [
          {
            kind: 'paragraph',
            text: `${plural(summary.overdue, 'open finding is', 'open findings are')} past the date that the policy set.`,
            tone: 'warning',
          } as const,
        ]
      : []),
    ...problems(head),
    { kind: 'charts', charts: charts(head, summary) },
  ];
}

/** A partial answer is never shown as a complete one. */
export function problems({ problems: list, notes }: ReportHead): Block[] {
  const told: Block[] = notes.map((text) => ({ kind: 'paragraph', text, tone: 'muted' }));
  if (list.length === 0) return told;
  return [
    { kind: 'paragraph', text: 'This report is not complete:', tone: 'warning' },
    { kind: 'list', items: list },
    ...told,
  ];
}

export function charts(head: ReportHead, summary: Summary): Chart[] {
  return [
    severityChart(head.counts.severity, 'By severity'),
    ...(head.about.kind === 'file' ? [] : [weeksChart(head.weeks)]),
    rankingChart(
      { id: 'rules', title: 'Most frequent rules', what: 'Rule', key: 'rule' },
      ranked(summary.rules, (key) => head.rules[key]?.title ?? key),
    ),
    rankingChart(
      { id: 'assets', title: 'Most findings by asset', what: 'Asset', key: 'asset' },
      ranked(summary.assets, (id) => head.assets[id] ?? id),
    ),
  ];
}

function ranked(groups: ReadonlyMap<string, Group>, nameOf: (key: string) => string) {
  return [...groups].map(([value, { count, worst }]) => ({
    value,
    label: nameOf(value),
    count,
    severity: worst as Fill,
  }));
}

export const FINDING_COLUMNS: readonly TableColumn[] = [
  { title: 'Severity', weight: 0.75 },
  { title: 'What', weight: 2.4 },
  { title: 'Where', weight: 2.6 },
  { title: 'Status', weight: 1 },
];

export function findingCells(finding: ReportFinding): Cell[] {
  return [
    { severity: finding.severity },
    finding.title,
    { code: describeLocation(finding.location) },
    STATUS_NAMES[finding.status] ?? finding.status,
  ];
}

export function acceptedTable({ accepted, moreAccepted }: Summary): Block[] {
  if (accepted.length === 0) return [];
  return [
    { kind: 'heading', level: 1, text: 'Accepted risks' },
    {
      kind: 'table',
      caption: 'Accepted risks with who accepted them, why, and until when',
      columns: [
        { title: 'Severity', weight: 0.8 },
        { title: 'What', weight: 2 },
        { title: 'Accepted by', weight: 1.2 },
        { title: 'Why', weight: 2 },
        { title: 'Until', weight: 0.9 },
      ],
      rows: accepted.map(({ severity, title, decision }) => [
        { severity },
        title,
        decision?.actor ?? '',
        [decision?.reason, decision?.comment].filter(Boolean).join(': '),
        decision?.until == null ? 'not said' : dayText(decision.until),
      ]),
    },
    ...(moreAccepted > 0
      ? [
          {
            kind: 'paragraph',
            text: `${plural(moreAccepted, 'further accepted risk')}: the technical report has all.`,
            tone: 'muted',
          } as const,
        ]
      : []),
  ];
}

/** Why and what to do, once for each rule. */
export function* ruleChapter(head: ReportHead): Generator<Block> {
  const rules = Object.entries(head.rules).filter(([, text]) => text.why !== '' || text.fix !== '');
  if (rules.length === 0) return;
  yield { kind: 'heading', level: 1, text: 'Rules' };
  yield { kind: 'paragraph', text: 'Why each of them matters and what to do about it.', tone: 'muted' };
  for (const [key, rule] of rules.sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield { kind: 'heading', level: 2, text: rule.title, anchor: `rule-${key}` };
    yield {
      kind: 'paragraph',
      text: [
        { text: key, style: 'code' },
        { text: ruleTags(rule).length > 0 ? `  ${ruleTags(rule).join(', ')}` : '' },
      ],
      tone: 'muted',
    };
    if (rule.why) yield { kind: 'paragraph', text: rule.why };
    if (rule.fix)
      yield { kind: 'paragraph', text: [{ text: 'What to do: ', style: 'strong' }, { text: rule.fix }] };
    const links = (rule.references ?? []).filter(isWebAddress);
    if (links.length > 0) yield { kind: 'list', items: links.map((href) => [{ text: href, href }]) };
  }
}

export function isWebAddress(text: string): boolean {
  const { protocol } = URL.parse(text) ?? {};
  return protocol === 'https:' || protocol === 'http:';
}

/** All that is known about one finding besides its code. */
export function findingFacts(finding: ReportFinding, head: ReportHead): [string, string][] {
  const { decision } = finding;
  const rule = head.rules[ruleKey(finding)];
  const decided =
    decision && decision.status !== 'open'
      ? [
          `${STATUS_NAMES[decision.status] ?? decision.status} on ${dayText(decision.time)}`,
          decision.actor && `by ${decision.actor}`,
          decision.reason,
          decision.until !== null && `until ${dayText(decision.until)}`,
        ]
          .filter(Boolean)
          .join(', ')
      : '';
  const rows: [string, string | null | undefined][] = [
    ['Status', STATUS_NAMES[finding.status] ?? finding.status],
    ['Change', changeText(finding)],
    ['Asset', head.assets[finding.asset]],
    [
      'Rule',
      `${ruleKey(finding)}${rule && ruleTags(rule).length > 0 ? ` (${ruleTags(rule).join(', ')})` : ''}`,
    ],
    ['About', finding.about.map(({ value }) => value).join(', ')],
    [
      'First seen',
      finding.firstSeen === 0 ? '' : `${dayText(finding.firstSeen)}, last ${dayText(finding.lastSeen)}`,
    ],
    [
      'Due',
      finding.due === null
        ? ''
        : `${dayText(finding.due)}${finding.due < head.asOf && finding.closed === null ? ' (overdue)' : ''}`,
    ],
    ['Assigned to', finding.assignee],
    ['Labels', finding.labels.join(', ')],
    ['Decision', decided],
    ['Comment', decision?.comment],
    ['Evidence', finding.evidence],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

function changeText({ change, before, severity, status }: ReportFinding): string {
  if (change === null || change === 'open') return '';
  const what = change === 'gone' ? 'no longer in the filter' : change;
  const was =
    before && change === 'changed'
      ? [
          before.severity !== severity ? `was ${before.severity}` : '',
          before.status !== status ? `was ${before.status}` : '',
        ]
          .filter(Boolean)
          .join(', ')
      : '';
  return was ? `${what} (${was})` : what;
}

/** Findings of the snapshot that fit, as rows of a table. */
export async function* rowsOf<T>(
  findings: AsyncIterable<ReportFinding>,
  fits: (finding: ReportFinding) => boolean,
  toRow: (finding: ReportFinding) => T,
): AsyncGenerator<T> {
  for await (const finding of findings) if (fits(finding)) yield toRow(finding);
}
