import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Change, FindingStatus, Location, Severity } from '../../api/types.ts';
import { RowWhen } from '../../ui/row-time.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { Place } from './place.tsx';
import './finding-row.css';

export interface RowFinding {
  id: string;
  severity: Severity;
  title: string;
  rule: string;
  location: Location;
  status?: FindingStatus;
  change?: Change;
  lastSeen?: number;
}

interface FindingRowProps {
  finding: RowFinding;
  selected?: boolean;
  /** Takes the click instead of the link, for example to open the panel beside the list. */
  onOpen?: (finding: RowFinding) => boolean;
}

/** One finding in a list. Plain markup with classes: rows made of styled parts do not scroll at 60 frames a second. */
export function FindingRow({ finding, selected, onOpen }: FindingRowProps) {
  const { t } = useTranslation();
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (onOpen?.(finding)) event.preventDefault();
  };
  return (
    <div className={selected ? 'frow frow-selected' : 'frow'}>
      <span className="frow-severity">
        <SeverityChip severity={finding.severity} />
      </span>
      <Link
        to={`/findings/${encodeURIComponent(finding.id)}`}
        className="frow-title"
        data-row={finding.id}
        aria-current={selected ? 'true' : undefined}
        onClick={open}
      >
        {finding.title}
      </Link>
      <span className="frow-place" translate="no">
        <Place at={finding.location} />
      </span>
      <span className="frow-state">
        {finding.change ? t(`change.${finding.change}`) : null}
        {finding.status ? t(`findingStatus.${finding.status}`) : null}
      </span>
      <span className="frow-when">
        {finding.lastSeen === undefined ? null : <RowWhen time={finding.lastSeen} />}
      </span>
    </div>
  );
}
