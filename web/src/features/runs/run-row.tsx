import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '../../api/types.ts';
import { Badge } from '../../ui/badge.tsx';
import { duration, elapsed, exactTime, useNow } from '../../ui/clock.ts';
import { RowWhen } from '../../ui/row-time.tsx';
import { RunStatusMark } from '../../ui/run-status.tsx';
import { SEVERITIES, SeverityIcon } from '../../ui/severity.tsx';
import './run-row.css';

interface RunRowProps {
  run: Run;
  title: string;
  selected?: boolean;
  /** It can be chosen: with Shift, from the one that was chosen last. */
  onSelect?: (range: boolean) => void;
}

export function RunRow({ run, title, selected, onSelect }: RunRowProps) {
  const { t } = useTranslation();
  const running = run.started !== null && run.ended === null;
  return (
    <div className={`rrow ${onSelect ? 'rrow-choosable' : ''} ${selected ? 'rrow-chosen' : ''}`}>
      {onSelect ? (
        <input
          type="checkbox"
          className="rrow-check"
          aria-label={t('manyRuns.select', { title, time: exactTime(run.created) })}
          checked={selected ?? false}
          onClick={(event) => onSelect(event.shiftKey)}
          onChange={() => undefined}
        />
      ) : null}
      <span className="rrow-status">
        {run.undone === undefined ? (
          <RunStatusMark status={run.status} />
        ) : (
          <Badge>{t('imports.undone')}</Badge>
        )}
      </span>
      <Link to={`/runs/${encodeURIComponent(run.id)}`} className="rrow-title" data-row={run.id}>
        {title}
      </Link>
      <span className="rrow-target mono truncate" translate="no">
        {run.target}
      </span>
      <SeverityCounts run={run} />
      <span className="rrow-time">
        {running ? (
          <Elapsed since={run.started ?? run.created} />
        ) : run.ended && run.started ? (
          elapsed(run.ended - run.started)
        ) : (
          ''
        )}
      </span>
      <span className="rrow-when">
        <RowWhen time={run.created} />
      </span>
    </div>
  );
}

function SeverityCounts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const present = SEVERITIES.filter((severity) => run.counts[severity] > 0);
  if (present.length === 0)
    return <span className="rrow-counts faint">{run.counts.problems > 0 ? '' : '–'}</span>;
  return (
    <span className="rrow-counts">
      {present.map((severity) => (
        <span key={severity} className="sev-count">
          <SeverityIcon severity={severity} size={10} />
          <span className="visually-hidden">{t(`severity.${severity}`)}</span>
          {run.counts[severity]}
        </span>
      ))}
    </span>
  );
}

function Elapsed({ since }: { since: number }) {
  const now = useNow(1000);
  return duration(Math.max(0, now - since));
}
