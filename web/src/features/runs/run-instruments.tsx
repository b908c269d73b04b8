import { CircleX, Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '../../api/types.ts';
import { duration, elapsed, useNow } from '../../ui/clock.ts';
import { hasEnded, RunStatusMark } from '../../ui/run-status.tsx';
import { SEVERITIES, SeverityIcon } from '../../ui/severity.tsx';
import { ProgressBar } from './progress-bar.tsx';

/**
 * Status, clock, progress and counts: what one looks at while it runs. A task without rules reports no findings, and its
 * run shows no zeros.
 */
export function RunInstruments({ run, counting }: { run: Run; counting: boolean }) {
  const { t } = useTranslation();
  const ended = hasEnded(run.status);
  return (
    <section className="card instruments" aria-label={t('run.state')}>
      <div className="instruments-head">
        <RunStatusMark status={run.status} />
        <RunClock run={run} />
        <span className="grow muted small truncate">{noteOf(run, t)}</span>
      </div>
      {ended ? null : <ProgressBar progress={run.progress} label={t('run.progress')} />}
      {run.error ? (
        <div className="instruments-error" role="alert">
          <CircleX size={16} aria-hidden="true" />
          <span className="break">
            {run.error.message} <code className="faint">{run.error.code}</code>
          </span>
        </div>
      ) : null}
      {counting ? <Counts run={run} ended={ended} /> : null}
    </section>
  );
}

function Counts({ run, ended }: { run: Run; ended: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="counts">
        {SEVERITIES.map((severity) => (
          <Link key={severity} to={`?tab=findings&severity=${severity}`} className="count sev-count">
            <span className={run.counts[severity] > 0 ? 'count-number' : 'count-number count-zero'}>
              {run.counts[severity]}
            </span>
            <span className="count-label">
              <SeverityIcon severity={severity} />
              {t(`severity.${severity}`)}
            </span>
          </Link>
        ))}
      </div>
      <div className="changes small muted">
        <Link to="?tab=findings&change=new">{t('run.new', { count: run.counts.new })}</Link>
        <Link to="?tab=findings&change=seen">{t('run.seen', { count: run.counts.seen })}</Link>
        <Link to="?tab=findings&change=reopened">{t('run.reopened', { count: run.counts.reopened })}</Link>
        {ended ? <span>{t('run.fixed', { count: run.counts.fixed })}</span> : null}
        <Link to="?tab=problems">{t('run.problems', { count: run.counts.problems })}</Link>
      </div>
    </>
  );
}

function RunClock({ run }: { run: Run }) {
  const { t } = useTranslation();
  const running = run.started !== null && run.ended === null;
  const now = useNow(1000, running);
  if (run.started === null) return null;
  return (
    <span className="run-clock" role="timer" aria-label={t('run.duration')}>
      <Clock size={14} aria-hidden="true" />
      {run.ended === null
        ? duration(Math.max(now, run.started) - run.started)
        : elapsed(run.ended - run.started)}
    </span>
  );
}

function noteOf(run: Run, t: ReturnType<typeof useTranslation>['t']): string {
  if (run.status === 'queued') return t('run.waiting');
  if (run.status === 'cancelling') return t('run.cancelling');
  if (run.status === 'cancelled') return t('run.kept');
  if (run.status === 'interrupted') return t('run.interrupted');
  if (run.status === 'partial') return t('run.partial');
  return hasEnded(run.status) ? '' : (run.progress?.note ?? '');
}
