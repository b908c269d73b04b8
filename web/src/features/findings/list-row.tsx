import { useTranslation } from 'react-i18next';
import { rowTime } from '../../ui/row-time.tsx';
import { severityChip } from '../../ui/severity.tsx';
import { dueTime, isOpen } from './due.tsx';
import { Place } from './place.tsx';
import type { ListedFinding } from './types.ts';
import type { RowWords } from './use-row-words.ts';
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
  words: RowWords;
}

/**
 * One finding to decide about. Plain markup with classes and without hooks or handlers of its own (`useRowClicks`, `useRowWords`): the
 * list draws dozens of them in each frame that it is scrolled.
 */
export function ListRow({ finding, current, selected, stop, words }: ListRowProps) {
  const { say, now } = words;
  const { labels, message, title } = finding;
  return (
    <div
      role="presentation"
      className={`frow lrow${current ? ' frow-selected' : ''}${selected ? ' lrow-chosen' : ''}`}
    >
      <span className="lrow-box" {...CELL}>
        <input
          type="checkbox"
          className="lrow-check"
          tabIndex={-1}
          aria-label={words.select(title)}
          checked={selected}
          onChange={nothing}
        />
      </span>
      <span className="frow-severity" {...CELL}>
        {severityChip(finding.severity, say(`severity.${finding.severity}`))}
      </span>
      <span className="lrow-what" {...CELL}>
        <span className={labels.length > 0 ? 'lrow-first lrow-labelled' : 'lrow-first'}>
          <a
            href={`/findings/${encodeURIComponent(finding.id)}`}
            className="frow-title"
            data-row={finding.id}
            tabIndex={stop ? 0 : -1}
            aria-current={current ? 'true' : undefined}
          >
            {title}
          </a>
          {labels.slice(0, 2).map((label) => (
            <span key={label} className="lrow-label">
              {label}
            </span>
          ))}
          {labels.length > 2 ? (
            <span className="lrow-label lrow-more" title={labels.slice(2).join(', ')}>
              +{labels.length - 2}
            </span>
          ) : null}
        </span>{' '}
        {/* What tells it from its neighbours comes first: the rest is cut where there is no room. */}
        <span className="lrow-second">
          {message && message !== title ? <bdi>{message} </bdi> : null}
          <span className="mono" translate="no">
            {finding.rule}
          </span>
        </span>
      </span>
      <span className="frow-place" {...CELL} translate="no">
        <Place at={finding.location} />
      </span>
      <span className="lrow-priority" {...CELL} title={say('list.priority')}>
        {finding.priority ?? <span className="faint">{say('list.unknown')}</span>}
      </span>
      <span className="frow-when" {...CELL}>
        {finding.due === null
          ? rowTime(finding.firstSeen, now)
          : dueTime({ due: finding.due, open: isOpen(finding.status), now, say })}
      </span>
      <span className="lrow-owner truncate" {...CELL}>
        {finding.assigneeName ?? <span className="faint">{say('list.nobody')}</span>}
      </span>
      <span className="frow-state" {...CELL}>
        {say(finding.snooze ? 'list.snoozed' : `findingStatus.${finding.status}`)}
      </span>
    </div>
  );
}

/** The list around the rows takes the click. */
const nothing = () => undefined;

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
