import { describeLocation } from '../../model/location.ts';
import { ruleTags } from '../../model/rule.ts';
import { type ReportFinding, type ReportHead, ruleKey } from '../model.ts';
import type { Rendering } from '../render/render-format.ts';

type Cell = string | number | null;

const COLUMNS: Record<string, (finding: ReportFinding, head: ReportHead) => Cell> = {
  id: ({ id }) => id,
  severity: ({ severity }) => severity,
  status: ({ status }) => status,
  change: ({ change }) => change,
  title: ({ title }) => title,
  message: ({ message }) => message,
  location: ({ location }) => describeLocation(location),
  asset: ({ asset }, head) => head.assets[asset] ?? '',
  tool: ({ task }) => task,
  rule: ({ rule }) => rule,
  tags: (finding, head) => ruleTags(head.rules[ruleKey(finding)] ?? {}).join(' '),
  references: ({ about }) => about.map(({ value }) => value).join(' '),
  confidence: ({ confidence }) => confidence,
  priority: ({ priority }) => priority,
  assignee: ({ assignee }) => assignee,
  labels: ({ labels }) => labels.join(', '),
  first_seen: ({ firstSeen }) => timeText(firstSeen),
  last_seen: ({ lastSeen }) => timeText(lastSeen),
  due: ({ due }) => timeText(due),
  closed: ({ closed }) => timeText(closed),
  reason: ({ decision }) => decision?.reason ?? null,
  comment: ({ decision }) => decision?.comment ?? null,
  sections: ({ sections }, head) => sections.map((index) => head.sections[index]?.name ?? '').join(', '),
  evidence: ({ evidence }) => evidence,
};

/** RFC 4180, UTF-8, a line a finding; nothing in it is a formula to a spreadsheet. */
export async function* csvReport({ snapshot: { head, findings } }: Rendering): AsyncGenerator<string> {
  yield `${Object.keys(COLUMNS).join(',')}\r\n`;
  const columns = Object.values(COLUMNS);
  for await (const finding of findings())
    yield `${columns.map((cell) => csvCell(cell(finding, head))).join(',')}\r\n`;
}

/**
 * A text that a spreadsheet would calculate (it begins with = + - @, a tab or a line break, also behind spaces or in full width) gets
 * an apostrophe: OWASP's advice on CSV injection. Numbers of ours stay numbers.
 */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n|%]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
