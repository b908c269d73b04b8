import Button from '@mui/material/Button';
import type { UseQueryResult } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, type RefObject, useImperativeHandle, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Loaded } from '../../ui/states.tsx';
import type { VirtualListHandle } from '../../ui/virtual-list.tsx';
import { ActionButton } from './action-button.tsx';
import { DECISIONS, type DecisionId } from './decisions.ts';
import type { Group } from './list-state.ts';
import { exactName, withValues } from './query-text.ts';
import type { Groups } from './types.ts';
import './group-list.css';

/** Those that make sense for a whole group. */
const OFFERED: readonly DecisionId[] = ['confirm', 'false-positive', 'accept', 'assign'];

/** A group as the keys know it: where the focus is, and what a decision about it is about. */
export interface GroupRow {
  id: string;
  q: string;
  count: number;
}

export function groupsOf(q: string, group: Group, groups: Groups | undefined): GroupRow[] {
  return (groups?.items ?? []).map(({ value, name, count }) => ({
    id: `group-${value}`,
    q: withValues(q, group, [group === 'asset' ? exactName(name ?? value) : value]),
    count,
  }));
}

interface GroupListProps {
  query: UseQueryResult<Groups>;
  rows: readonly GroupRow[];
  /** The open group's findings stand below it. */
  open: string | null;
  opened: ReactNode;
  list: RefObject<VirtualListHandle | null>;
  refusal: string | undefined;
  onOpen: (value: string | null) => void;
  /** Shows the findings of one group and nothing else. */
  onOnly: (q: string) => void;
  onDecide: (decision: DecisionId, about: { q: string; count: number }) => void;
}

/** The findings that fit, by what they have in common: a group is decided about as a whole, or opened. */
export function GroupList(props: GroupListProps) {
  const { query, rows, open, opened, list, refusal, onOpen, onOnly, onDecide } = props;
  const { t } = useTranslation();
  const box = useRef<HTMLUListElement>(null);
  useImperativeHandle(list, () => ({
    scrollTo: (index) =>
      box.current?.querySelectorAll('[data-row]')[index]?.scrollIntoView({ block: 'nearest' }),
  }));
  return (
    <Loaded query={query}>
      <ul className="group-list card" aria-label={t('list.groups')} ref={box}>
        {query.data?.items.map((group, at) => {
          const row = rows[at];
          const name = group.name ?? group.value;
          const isOpen = open === group.value;
          if (!row) return null;
          return (
            <li key={group.value}>
              <div className="group-row">
                <button
                  type="button"
                  className="group-open"
                  data-row={row.id}
                  aria-expanded={isOpen}
                  onClick={() => onOpen(isOpen ? null : group.value)}
                >
                  {isOpen ? (
                    <ChevronDown size={16} aria-hidden="true" />
                  ) : (
                    <ChevronRight size={16} aria-hidden="true" />
                  )}
                  <span className="group-what">
                    {group.title ? <span className="group-title break">{group.title}</span> : null}{' '}
                    <span className="mono break" translate="no">
                      {name}
                    </span>
                  </span>{' '}
                  <span className="group-count">
                    {t('list.count', { count: group.count })}{' '}
                    <span className="group-severities">
                      {SEVERITIES.filter((one) => group.bySeverity[one])
                        .map((one) =>
                          t('list.groupSeverity', {
                            count: group.bySeverity[one],
                            severity: t(`severity.${one}`).toLowerCase(),
                          }),
                        )
                        .join(', ')}
                    </span>
                  </span>
                </button>
                <span className="group-actions">
                  {DECISIONS.filter(({ id }) => OFFERED.includes(id)).map(({ id }) => (
                    <ActionButton
                      key={id}
                      size="small"
                      refusal={refusal}
                      aria-label={t('list.decideGroup', { action: t(`triage.button.${id}`), name })}
                      onClick={() => onDecide(id, row)}
                    >
                      {t(`triage.button.${id}`)}
                    </ActionButton>
                  ))}
                </span>
              </div>
              {isOpen ? (
                <div className="group-opened">
                  {opened}
                  <Button size="small" onClick={() => onOnly(row.q)}>
                    {t('list.groupAlone')}
                  </Button>
                </div>
              ) : null}
            </li>
          );
        })}
      </ul>
      {query.data && query.data.more > 0 ? (
        <p className="muted small">{t('list.moreGroups', { count: query.data.more })}</p>
      ) : null}
    </Loaded>
  );
}
