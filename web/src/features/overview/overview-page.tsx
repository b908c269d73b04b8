import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { runsQuery } from '../runs/queries.ts';
import { useRunsRefresh } from '../runs/use-runs-refresh.ts';
import { Attention } from './attention.tsx';
import { Checklist } from './checklist.tsx';
import { SPANS, useDays } from './days.ts';
import { HealthCard } from './health-card.tsx';
import { OpenFindings } from './open-findings.tsx';
import { RecentRuns } from './recent-runs.tsx';
import { RunTotals } from './run-totals.tsx';
import { SampleScan } from './sample-scan.tsx';
import { TasksByCategory } from './tasks-by-category.tsx';
import './overview.css';

const Trends = lazy(async () => ({ default: (await import('./trends.tsx')).Trends }));

/** Counts are made anew at most this often, however much happens. */
const REFRESH_MS = 5000;

/**
 * Four questions in their order: what needs me, how bad is it, is it getting better, is the platform healthy. Before the
 * first run nothing is known: there are no axes and no zeros then, but what to do first.
 */
export function OverviewPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [days, setDays] = useDays();
  const runs = useInfiniteQuery({ ...runsQuery({}), enabled: may('run:read') });
  useRunsRefresh([['overview'], ['findings']], REFRESH_MS);
  const fresh = runs.data?.pages[0]?.items.length === 0;
  const nothing = !may('run:read') && !may('finding:read') && !may('task:read');
  return (
    <Page
      title={t('overview.title')}
      actions={
        fresh || nothing ? undefined : (
          <>
            <label className="row">
              <span className="muted small">{t('home.span')}</span>
              <select
                className="input"
                value={days}
                onChange={(event) => setDays(Number(event.target.value))}
              >
                {SPANS.map((span) => (
                  <option key={span} value={span}>
                    {t('home.days', { count: span })}
                  </option>
                ))}
              </select>
            </label>
            <SampleScan />
          </>
        )
      }
    >
      {nothing ? <Empty title={t('overview.nothing')}>{t('overview.nothingHint')}</Empty> : null}
      <Checklist fresh={fresh} />
      {fresh ? null : <Attention />}
      {fresh || !may('finding:read') ? null : (
        <>
          <OpenFindings days={days} />
          <Suspense fallback={<Loading rows={2} height={260} />}>
            <Trends days={days} />
          </Suspense>
        </>
      )}
      <div className="home-columns">
        {fresh || !may('run:read') ? null : <RunTotals days={days} />}
        {may('task:read') ? <TasksByCategory days={days} counting={!fresh && may('run:read')} /> : null}
      </div>
      {may('system:read') ? <HealthCard /> : null}
      {fresh || !may('run:read') ? null : <RecentRuns />}
    </Page>
  );
}
