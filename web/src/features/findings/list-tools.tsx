import Button from '@mui/material/Button';
import { SlidersHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { GROUP_SORTS, GROUPS, type ListState, SORTS } from './list-state.ts';
import { findingsAddress } from './query-text.ts';
import type { Hidden } from './types.ts';

interface ListToolsProps {
  state: ListState;
  total: number | undefined;
  hidden: Hidden | null | undefined;
  /** Opens the facets where there is no room beside the list. */
  onFilters: (() => void) | null;
}

const KINDS = ['suppressed', 'snoozed', 'merged'] as const;

/** How many there are and in which order, and how many are left out. */
export function ListTools({ state, total, hidden, onFilters }: ListToolsProps) {
  const { t } = useTranslation();
  return (
    <div className="list-tools">
      <strong role="status">{total === undefined ? '' : t('list.count', { count: total })}</strong>
      {hidden && hidden.any > 0 ? (
        <span className="muted small list-hidden">
          {t('list.hidden')}
          {KINDS.filter((kind) => hidden[kind] > 0).map((kind) => (
            <Link key={kind} to={findingsAddress(`${state.q} is:${kind} show:hidden`.trim())}>
              {t(`list.hiddenAs.${kind}`, { count: hidden[kind] })}
            </Link>
          ))}
        </span>
      ) : null}
      <span className="grow" />
      {onFilters ? (
        <Button size="small" onClick={onFilters} startIcon={<SlidersHorizontal size={14} />}>
          {t('list.filters')}
        </Button>
      ) : null}
      <label className="list-choice">
        <span className="muted small">{t('list.group')}</span>
        <select
          className="input"
          value={state.group ?? ''}
          onChange={(event) => state.set({ group: event.target.value || null, open: null, peek: null })}
        >
          <option value="">{t('list.noGroup')}</option>
          {GROUPS.map((group) => (
            <option key={group} value={group}>
              {t(`facet.${group}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="list-choice">
        <span className="muted small">{t('list.sort')}</span>
        <select
          className="input"
          value={state.group ? state.groupSort : state.sort}
          onChange={(event) => state.set({ [state.group ? 'groups' : 'sort']: event.target.value })}
        >
          {(state.group ? GROUP_SORTS : SORTS).map((sort) => (
            <option key={sort} value={sort}>
              {t(`list.sortBy.${sort}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
