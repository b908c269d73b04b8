import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { SeverityChip } from '../../ui/severity.tsx';
import { When } from '../../ui/time.tsx';
import { Due, isOpen } from './due.tsx';
import { placeOf } from './location.ts';
import type { ListedFinding } from './types.ts';
import './finding-row.css';
import './list-row.css';

interface ListRowProps {
  finding: ListedFinding;
  current: boolean;
  selected: boolean;
  /** Takes the click instead of the link, for example to open the panel beside the list. */
  onOpen: (id: string) => boolean;
  onSelect: (id: string, range: boolean) => void;
}

/** One finding to decide about. Plain markup with classes: rows made of styled parts do not scroll at 60 frames a second. */
export function ListRow({ finding, current, selected, onOpen, onSelect }: ListRowProps) {
  const { t } = useTranslation();
  const place = placeOf(finding.location);
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (onOpen(finding.id)) event.preventDefault();
  };
  const classes = ['frow', 'lrow', current ? 'frow-selected' : '', selected ? 'lrow-chosen' : ''];
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <input
        type="checkbox"
        className="lrow-check"
        aria-label={t('list.select', { title: finding.title })}
        checked={selected}
        onClick={(event) => onSelect(finding.id, event.shiftKey)}
        onChange={() => undefined}
      />
      <span className="frow-severity">
        <SeverityChip severity={finding.severity} />
      </span>
      <span className="lrow-what">
        <Link
          to={`/findings/${encodeURIComponent(finding.id)}`}
          className="frow-title"
          data-row={finding.id}
          aria-current={current ? 'true' : undefined}
          onClick={open}
        >
          {finding.title}
        </Link>
        <span className="lrow-rule" translate="no">
          {finding.rule}
        </span>
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
      </span>
      <span className="frow-place" translate="no">
        <bdi className="frow-place-main">{place.main}</bdi>
        <span className="frow-place-detail">{place.detail}</span>
      </span>
      <span className="lrow-priority" title={t('list.priority')}>
        {finding.priority ?? <span className="faint">{t('list.unknown')}</span>}
      </span>
      <span className="frow-when">
        {finding.due === null ? (
          <When time={finding.firstSeen} />
        ) : (
          <Due due={finding.due} open={isOpen(finding.status)} />
        )}
      </span>
      <span className="lrow-owner truncate">
        {finding.assigneeName ?? <span className="faint">{t('list.nobody')}</span>}
      </span>
      <span className="frow-state">
        {finding.snooze ? t('list.snoozed') : t(`findingStatus.${finding.status}`)}
      </span>
    </div>
  );
}

/** What stands over the columns; the same widths as the rows. */
export function ListHead({ all, some, onAll }: { all: boolean; some: boolean; onAll: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="frow lrow lrow-head">
      <input
        type="checkbox"
        className="lrow-check"
        aria-label={t('list.selectLoaded')}
        checked={all}
        ref={(box) => {
          if (box) box.indeterminate = some && !all;
        }}
        onChange={onAll}
      />
      <span>{t('list.column.severity')}</span>
      <span className="lrow-what">{t('list.column.what')}</span>
      <span className="lrow-head-place">{t('list.column.where')}</span>
      <span className="lrow-priority">{t('list.column.priority')}</span>
      <span className="frow-when">{t('list.column.age')}</span>
      <span className="lrow-owner">{t('list.column.owner')}</span>
      <span className="frow-state">{t('list.column.status')}</span>
    </div>
  );
}
