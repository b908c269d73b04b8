import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RowWhen } from '../../ui/row-time.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { Due, isOpen } from './due.tsx';
import { Place } from './place.tsx';
import type { ListedFinding } from './types.ts';
import './finding-row.css';
import './list-row.css';

/** Roles of what stands in the grid: only the box and the title of a row take the focus. */
const CELL = { role: 'gridcell' } as const;
const HEAD_CELL = { role: 'columnheader' } as const;
const HEAD_ROW = { role: 'row', 'aria-rowindex': 1 } as const;

interface ListRowProps {
  finding: ListedFinding;
  current: boolean;
  selected: boolean;
  /** Tab comes to this row of the list. */
  stop: boolean;
  /** Takes the click instead of the link, for example to open the panel beside the list. */
  onOpen: (id: string) => boolean;
  onSelect: (id: string, range: boolean) => void;
}

/** One finding to decide about. Plain markup with classes: rows made of styled parts do not scroll at 60 frames a second. */
export function ListRow({ finding, current, selected, stop, onOpen, onSelect }: ListRowProps) {
  const { t } = useTranslation();
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (onOpen(finding.id)) event.preventDefault();
  };
  const classes = ['frow', 'lrow', current ? 'frow-selected' : '', selected ? 'lrow-chosen' : ''];
  return (
    <div role="presentation" className={classes.filter(Boolean).join(' ')}>
      <span className="lrow-box" {...CELL}>
        <input
          type="checkbox"
          className="lrow-check"
          tabIndex={-1}
          aria-label={t('list.select', { title: finding.title })}
          checked={selected}
          onClick={(event) => onSelect(finding.id, event.shiftKey)}
          onChange={() => undefined}
        />
      </span>
      <span className="frow-severity" {...CELL}>
        <SeverityChip severity={finding.severity} />
      </span>
      <span className="lrow-what" {...CELL}>
        <span className="lrow-first">
          <Link
            to={`/findings/${encodeURIComponent(finding.id)}`}
            className="frow-title"
            data-row={finding.id}
            tabIndex={stop ? 0 : -1}
            aria-current={current ? 'true' : undefined}
            onClick={open}
          >
            {finding.title}
          </Link>
          {finding.labels.slice(0, 2).map((label) => (
            <span key={label} className="lrow-label">
              {label}
            </span>
          ))}
          {finding.labels.length > 2 ? (
            <span className="lrow-label" title={finding.labels.slice(2).join(', ')}>
              +{finding.labels.length - 2}
            </span>
          ) : null}
        </span>{' '}
        {/* What tells it from its neighbours comes first: the rest is cut where there is no room. */}
        <span className="lrow-second">
          {finding.message && finding.message !== finding.title ? `${finding.message} ` : ''}
          <span className="mono" translate="no">
            {finding.rule}
          </span>
        </span>
      </span>
      <span className="frow-place" {...CELL} translate="no">
        <Place at={finding.location} />
      </span>
      <span className="lrow-priority" {...CELL} title={t('list.priority')}>
        {finding.priority ?? <span className="faint">{t('list.unknown')}</span>}
      </span>
      <span className="frow-when" {...CELL}>
        {finding.due === null ? (
          <RowWhen time={finding.firstSeen} />
        ) : (
          <Due due={finding.due} open={isOpen(finding.status)} />
        )}
      </span>
      <span className="lrow-owner truncate" {...CELL}>
        {finding.assigneeName ?? <span className="faint">{t('list.nobody')}</span>}
      </span>
      <span className="frow-state" {...CELL}>
        {finding.snooze ? t('list.snoozed') : t(`findingStatus.${finding.status}`)}
      </span>
    </div>
  );
}

/** What stands over the columns; the same widths as the rows. */
export function ListHead({ all, some, onAll }: { all: boolean; some: boolean; onAll: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="frow lrow lrow-head" {...HEAD_ROW}>
      <span className="lrow-box" {...HEAD_CELL}>
        <input
          type="checkbox"
          className="lrow-check"
          tabIndex={-1}
          aria-label={t('list.selectLoaded')}
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = some && !all;
          }}
          onChange={onAll}
        />
      </span>
      <span {...HEAD_CELL}>{t('list.column.severity')}</span>
      <span className="lrow-what" {...HEAD_CELL}>
        {t('list.column.what')}
      </span>
      <span className="lrow-head-place" {...HEAD_CELL}>
        {t('list.column.where')}
      </span>
      <span className="lrow-priority" {...HEAD_CELL}>
        {t('list.column.priority')}
      </span>
      <span className="frow-when" {...HEAD_CELL}>
        {t('list.column.age')}
      </span>
      <span className="lrow-owner" {...HEAD_CELL}>
        {t('list.column.owner')}
      </span>
      <span className="frow-state" {...HEAD_CELL}>
        {t('list.column.status')}
      </span>
    </div>
  );
}
