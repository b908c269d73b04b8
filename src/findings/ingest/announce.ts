import type { NewEvent } from '../../model/event.ts';
import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import type { WriteContext } from '../../store/store.ts';
import type { Known } from './known.ts';
import type { Prepared } from './prepare.ts';
import type { FindingChange, IngestScope } from './scope.ts';

/** Puts what happened to a finding into the log of events. */
export function announce(
  context: WriteContext,
  scope: IngestScope,
  { item, before, change }: { item: Prepared; before: Known | undefined; change: FindingChange },
): void {
  const data = {
    finding: item.id,
    rule: item.event.rule,
    title: item.title,
    severity: (before?.own_severity ?? item.severity) as Severity,
    location: item.at,
  };
  const envelope = { project: scope.project, actor: scope.actor, subject: item.id, run: scope.run };
  const type = ({ new: 'finding.created', seen: 'finding.seen', reopened: 'finding.reopened' } as const)[
    change
  ];
  context.emit({ ...envelope, type, data } as NewEvent);
  if (before?.kind === 'renamed')
    context.emit({
      ...envelope,
      type: 'finding.moved',
      data: { ...data, from: JSON.parse(before.location) as Location },
    });
}
