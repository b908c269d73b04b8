import { SEVERITIES } from '../../model/severity.ts';
import type { ColumnType } from '../../store/bulk.ts';
import { placeOf } from '../place.ts';
import type { Known } from './known.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

/** What a scan says anew each time that it sees a finding. */
export const SEEN_COLUMNS = {
  rule: 'text',
  rule_revision: 'int',
  title: 'text',
  message: 'text',
  severity: 'text',
  severity_rank: 'int',
  confidence: 'text',
  place: 'text',
  location: 'text',
  detail: 'text',
  content: 'text',
  last_seen: 'int',
  last_run: 'text',
  tool_severity: 'text',
} as const satisfies Record<string, ColumnType>;

export type SeenColumns = Record<keyof typeof SEEN_COLUMNS, string | number | null>;

/** A severity that a person gave stays. */
export function seenColumns(
  item: Prepared,
  { scope, now, before }: { scope: IngestScope; now: number; before?: Known },
): SeenColumns {
  const severity = (before?.own_severity ?? item.severity) as typeof item.severity;
  return {
    rule: item.event.rule,
    rule_revision: item.rule.revision ?? 1,
    title: item.title,
    message: item.message,
    severity,
    severity_rank: SEVERITIES.indexOf(severity),
    confidence: item.event.confidence ?? 'high',
    place: placeOf(item.at),
    location: item.location,
    detail: item.detail,
    content: item.content,
    last_seen: now,
    last_run: scope.run,
    tool_severity: before?.own_severity ? item.severity : null,
  };
}
