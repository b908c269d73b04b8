import type { NewEvent } from '../../model/event.ts';
import type { Location } from '../../model/location.ts';
import type { WriteContext } from '../../store/store.ts';
import type { Matched } from './match.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';
import { isUnchanged, severityOf } from './store-known.ts';

/** A person who watches a small run sees each finding; of a large one, those that are as they were come in one event. */
const ONE_BY_ONE = 20;

/** Puts what happened to findings into the log of events. */
export function announce(
  { emit }: WriteContext,
  scope: IngestScope,
  { fresh, matched }: { fresh: readonly Prepared[]; matched: readonly Matched[] },
): void {
  const envelope = { project: scope.project, actor: scope.actor, run: scope.run };
  const dataOf = (item: Prepared, before?: Matched['before']) => ({
    finding: item.id,
    rule: item.event.rule,
    title: item.title,
    severity: severityOf(item, before),
    location: item.at,
  });
  for (const item of fresh)
    emit({ ...envelope, type: 'finding.created', subject: item.id, data: dataOf(item) });
  const unchanged = matched.filter(isUnchanged).map(({ item }) => item.id);
  const together = unchanged.length > ONE_BY_ONE;
  for (const one of matched) {
    const { item, before, by } = one;
    if (together && isUnchanged(one)) continue;
    const data = dataOf(item, before);
    const type = before.status === 'fixed' ? 'finding.reopened' : 'finding.seen';
    emit({ ...envelope, type, subject: item.id, data } as NewEvent);
    if (before.rule !== item.event.rule)
      emit({
        ...envelope,
        type: 'finding.upgraded',
        subject: item.id,
        data: { ...data, from: before.rule },
      });
    if (by === 'renamed')
      emit({
        ...envelope,
        type: 'finding.moved',
        subject: item.id,
        data: { ...data, from: JSON.parse(before.location) as Location },
      });
  }
  if (together)
    emit({
      ...envelope,
      type: 'findings.seen',
      subject: scope.run,
      data: { count: unchanged.length, findings: unchanged },
    });
}
