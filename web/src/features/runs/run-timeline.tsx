import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '../../api/types.ts';
import { clockTime, elapsed, exactTime, useNow } from '../../ui/clock.ts';
import { usePreference } from '../../ui/preferences.ts';
import { hasEnded, RunStatusMark } from '../../ui/run-status.tsx';
import { Loading } from '../../ui/states.tsx';
import type { TimelineFacts } from './timeline-facts.ts';
import { type Timeline, type TimelineRow, timelineOf, USUAL_STEPS } from './timeline-rows.ts';
import './run-timeline.css';

const numbers = new Intl.NumberFormat();
/** Events of a run that is long over may have been removed: what the run itself says is then all there is. */
const PATIENCE_MS = 3000;

/** What happened when: on one time axis as bars, and beside each bar in words. */
export function RunTimeline({ run, facts }: { run: Run; facts: TimelineFacts }) {
  const { t } = useTranslation();
  usePreference('zone');
  const ended = hasEnded(run.status);
  const now = useNow(1000, !ended);
  const [allSteps, setAllSteps] = useState(false);
  const told = facts.created !== null;
  const whole = told && (!ended || facts.ended !== null);
  const late = useLate(!whole);
  const timeline = timelineOf(run, facts, now, allSteps ? Number.POSITIVE_INFINITY : USUAL_STEPS);
  if (!whole && !late) return <Loading rows={4} />;
  const span = timeline.to - timeline.from;
  return (
    <div className="timeline">
      {told ? null : <p className="muted">{t('timeline.untold')}</p>}
      <div className="timeline-axis" aria-hidden="true">
        <span className="timeline-axis-line muted small">
          <span>{clockTime(timeline.from)}</span>
          <span>{`+ ${elapsed(span / 2)}`}</span>
          <span>{`+ ${elapsed(span)}`}</span>
        </span>
      </div>
      <ol className="timeline-rows" aria-label={t('run.tab.timeline')}>
        {timeline.rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what happened has no id, and rows are only added
          <Row key={`${row.kind}-${at}`} run={run} row={row} timeline={timeline} />
        ))}
      </ol>
      {timeline.hidden > 0 || allSteps ? (
        <div className="row wrap">
          {allSteps ? null : (
            <span className="muted">{t('timeline.hidden', { count: timeline.hidden })}</span>
          )}
          <Button size="small" aria-pressed={allSteps} onClick={() => setAllSteps(!allSteps)}>
            {t('timeline.allSteps')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Row({ run, row, timeline }: { run: Run; row: TimelineRow; timeline: Timeline }) {
  const { t } = useTranslation();
  const lasts = row.to > row.from || row.open;
  return (
    <li className={`timeline-row timeline-${row.kind}`}>
      <span className="timeline-what">
        <Words run={run} row={row} />
      </span>
      <span className="timeline-when muted small">
        <time dateTime={new Date(row.from).toISOString()} title={exactTime(row.from)}>
          {row.from === timeline.from
            ? clockTime(row.from)
            : t('timeline.after', { time: elapsed(row.from - timeline.from) })}
        </time>
        {lasts ? (
          <span>
            {t(row.open ? 'timeline.until' : 'timeline.took', { time: elapsed(row.to - row.from) })}
          </span>
        ) : null}
      </span>
      <span className="timeline-track" aria-hidden="true">
        {row.kind === 'found' ? <Strip strip={timeline.strip} /> : <Bar row={row} timeline={timeline} />}
      </span>
    </li>
  );
}

function Words({ run, row }: { run: Run; row: TimelineRow }) {
  const { t } = useTranslation();
  const { kind, text } = row;
  switch (kind) {
    case 'step':
      return (
        <>
          <span className="break">{text || t('timeline.step')}</span>
          {row.done === undefined ? null : (
            <span className="muted small">
              {row.total
                ? `${numbers.format(row.done)} / ${numbers.format(row.total)}`
                : numbers.format(row.done)}
            </span>
          )}
        </>
      );
    case 'first':
      return (
        <>
          <span>{t('timeline.first')}</span>
          <span className="muted break">{text}</span>
        </>
      );
    case 'found':
      return <Link to="?tab=findings">{t('timeline.found', { count: row.count ?? 0 })}</Link>;
    case 'problem':
    case 'artifact':
      return (
        <>
          <Link to={kind === 'problem' ? '?tab=problems' : '?tab=artifacts'}>{t(`timeline.${kind}`)}</Link>
          <span className="muted break">{text}</span>
        </>
      );
    case 'ended':
      return (
        <>
          <RunStatusMark status={run.status} />
          {row.count ? <span className="muted">{t('run.fixed', { count: row.count })}</span> : null}
        </>
      );
    default:
      return <span>{t(`timeline.${kind}`)}</span>;
  }
}

function Bar({ row, timeline: { from, to } }: { row: TimelineRow; timeline: Timeline }) {
  const part = (time: number) => `${Math.max(0, Math.min(100, ((time - from) / (to - from)) * 100))}%`;
  const lasts = row.to > row.from;
  return (
    <span
      className={lasts ? 'timeline-bar' : 'timeline-moment'}
      style={{
        insetInlineStart: part(row.from),
        ...(lasts ? { width: part(from + row.to - row.from) } : {}),
      }}
    />
  );
}

function Strip({ strip }: { strip: readonly number[] }) {
  const highest = Math.max(1, ...strip);
  return (
    <span className="timeline-strip">
      {strip.map((count, at) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of the axis are numbered
          key={at}
          style={{ height: count === 0 ? 0 : `${Math.max(20, (count / highest) * 100)}%` }}
        />
      ))}
    </span>
  );
}

function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return late;
}
