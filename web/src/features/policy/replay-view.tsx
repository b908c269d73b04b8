import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { SEVERITIES } from '../../ui/severity.tsx';
import { When } from '../../ui/time.tsx';
import { Count, Examples, Tallies } from './tallies.tsx';
import type { Replay } from './types.ts';

/** The numbers of a replay, each with what stands behind it. */
export function ReplayView({ replay, onLine }: { replay: Replay; onLine: (line: number) => void }) {
  const { t } = useTranslation();
  const failed = replay.runs.filter(({ passed }) => !passed);
  const since = encodeURIComponent(`first-seen:>=${new Date(replay.since).toISOString()} show:hidden`);
  return (
    <div className="policy-replay">
      <p className="muted">
        <Link to={`/findings?q=${since}`}>{t('replay.new', { count: replay.findings.new })}</Link>
        {replay.findings.lookedAt < replay.findings.new
          ? `; ${t('replay.lookedAt', { count: replay.findings.lookedAt })}`
          : ''}
      </p>
      <section className="stack" aria-label={t('replay.gate')}>
        <h3>{t('replay.gate')}</h3>
        <p>
          {t('replay.runs', { failed: failed.length, count: replay.runs.length })}
          {replay.moreRuns > 0 ? ` ${t('replay.moreRuns', { count: replay.moreRuns })}` : ''}
        </p>
        {failed.length > 0 ? (
          <ul className="card policy-runs">
            {failed.map((run) => (
              <li key={run.run}>
                <CircleX size={16} aria-hidden="true" className="policy-bad" />
                <Link to={`/runs/${encodeURIComponent(run.run)}`} className="break">
                  {run.task}
                </Link>
                <When time={run.ended} />
                <span className="muted break">
                  {run.failed
                    .map(({ rule, count, most }) => t('replay.condition', { rule, count, most }))
                    .join(', ')}
                </span>
              </li>
            ))}
          </ul>
        ) : replay.runs.length > 0 ? (
          <p className="policy-ok">
            <CircleCheck size={16} aria-hidden="true" />
            {t('replay.allPass')}
          </p>
        ) : null}
      </section>
      <Tallies title={t('replay.triaged')} tallies={replay.triaged} onLine={onLine} />
      <Tallies title={t('replay.assigned')} tallies={replay.assigned} onLine={onLine} />
      <Tallies title={t('replay.labelled')} tallies={replay.labelled} onLine={onLine} />
      <Tallies title={t('replay.routed')} tallies={replay.routed} onLine={onLine} />
      <section className="stack" aria-label={t('replay.overdue')}>
        <h3>{t('replay.overdue')}</h3>
        <p className="row wrap">
          <Count count={replay.overdue.count} examples={replay.overdue.examples} />
          <span className="muted">
            {SEVERITIES.flatMap((severity) => {
              const count = replay.overdue.bySeverity[severity];
              return count ? [`${count} ${t(`severity.${severity}`)}`] : [];
            }).join(', ')}
          </span>
          {replay.overdue.checked < replay.overdue.of ? (
            <span className="muted">
              {t('replay.checked', { count: replay.overdue.checked, of: replay.overdue.of })}
            </span>
          ) : null}
        </p>
        <Examples
          examples={replay.overdue.examples}
          more={replay.overdue.count - replay.overdue.examples.length}
        />
      </section>
    </div>
  );
}
