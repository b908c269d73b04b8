import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/states.tsx';
import { ActionButton } from './action-button.tsx';
import { DECISIONS, type DecisionId } from './decisions.ts';
import type { Group } from './list-state.ts';
import { facetsQuery } from './queries.ts';
import { withValues } from './query-text.ts';
import type { Facets } from './types.ts';
import './group-list.css';

/** Those that make sense for a whole group. */
const OFFERED: readonly DecisionId[] = ['confirm', 'false-positive', 'accept', 'assign'];

interface GroupListProps {
  q: string;
  group: Group;
  refusal: string | undefined;
  /** Shows the findings of one group. */
  onOpen: (q: string) => void;
  onDecide: (decision: DecisionId, about: { q: string; count: number }) => void;
}

/** The findings that fit, by what they have in common: a group is decided about as a whole. */
export function GroupList({ q, group, refusal, onOpen, onDecide }: GroupListProps) {
  const { t } = useTranslation();
  const query = useQuery(facetsQuery(q));
  const facet = query.data?.facets[group];
  return (
    <Loaded query={query}>
      <ul className="group-list card" aria-label={t('list.groups')}>
        {facet?.values.map(({ value, name, count }) => {
          const own = ownQuery(q, group, { value, name });
          return (
            <li key={value} className="group-row">
              <button
                type="button"
                className="group-open"
                data-row={groupId(value)}
                onClick={() => onOpen(own)}
              >
                <span className="break" translate="no">
                  {name ?? value}
                </span>
                <span className="group-count">{t('list.count', { count })}</span>
              </button>
              <span className="group-actions">
                {DECISIONS.filter(({ id }) => OFFERED.includes(id)).map(({ id }) => (
                  <ActionButton
                    key={id}
                    size="small"
                    refusal={refusal}
                    aria-label={t('list.decideGroup', {
                      action: t(`triage.button.${id}`),
                      name: name ?? value,
                    })}
                    onClick={() => onDecide(id, { q: own, count })}
                  >
                    {t(`triage.button.${id}`)}
                  </ActionButton>
                ))}
              </span>
            </li>
          );
        })}
      </ul>
      {facet && facet.more > 0 ? (
        <p className="muted small">{t('list.moreGroups', { count: facet.more })}</p>
      ) : null}
    </Loaded>
  );
}

/** A group as the keys know it: where the focus is, and what a decision about it is about. */
export interface GroupRow {
  id: string;
  q: string;
  count: number;
}

export function groupsOf(q: string, group: Group, facets: Facets | undefined): GroupRow[] {
  return (facets?.facets[group]?.values ?? []).map(({ value, name, count }) => ({
    id: groupId(value),
    q: ownQuery(q, group, { value, name }),
    count,
  }));
}

function groupId(value: string): string {
  return `group-${value}`;
}

function ownQuery(
  q: string,
  group: Group,
  { value, name }: { value: string; name?: string | undefined },
): string {
  return withValues(q, group, [group === 'asset' ? (name ?? value) : value]);
}
