import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Page, Section } from '../../ui/page.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { FindingRow } from '../findings/finding-row.tsx';
import { PRIORITY } from '../findings/priority.ts';
import { findingsQuery } from '../findings/queries.ts';
import { runsQuery } from '../runs/queries.ts';
import { RunRow } from '../runs/run-row.tsx';
import { useRunsRefresh } from '../runs/use-runs-refresh.ts';
import { byCategory } from '../tasks/categories.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { SampleScan } from './sample-scan.tsx';
import { SeverityCount } from './severity-count.tsx';
import './overview.css';

const SHOWN = 6;

/**
 * What needs somebody, what ran lately, and the shortest way to start. Before the first run nothing is known: there are
 * no counts then, not zeros.
 */
export function OverviewPage() {
  const { t } = useTranslation();
  const may = useMay();
  const runs = useInfiniteQuery({ ...runsQuery({}), enabled: may('run:read') });
  useRunsRefresh([['findings']]);
  const fresh = runs.data?.pages[0]?.items.length === 0;
  const nothing = !may('run:read') && !may('finding:read') && !may('task:read');
  return (
    <Page title={t('overview.title')} actions={fresh ? undefined : <SampleScan />}>
      {fresh && may('run:create') ? <Welcome /> : null}
      {fresh && !may('run:create') ? <Empty title={t('runs.none')}>{t('overview.noneYet')}</Empty> : null}
      {nothing ? <Empty title={t('overview.nothing')}>{t('overview.nothingHint')}</Empty> : null}
      {fresh || !may('finding:read') ? null : (
        <>
          <Section title={t('overview.open')}>
            <div className="card counts">
              {SEVERITIES.map((severity) => (
                <SeverityCount key={severity} severity={severity} />
              ))}
            </div>
          </Section>
          <Attention />
        </>
      )}
      {fresh || !may('run:read') ? null : <RecentRuns />}
      {may('task:read') ? <StartTask /> : null}
    </Page>
  );
}

function Welcome() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <div className="card welcome">
      <div className="grow">
        <h2>{t('overview.welcome')}</h2>
        <p className="muted prose">{t('overview.welcomeHint')}</p>
      </div>
      <div className="row wrap">
        <SampleScan primary />
        {may('scope:write') ? <Link to="/scope">{t('overview.ownCode')}</Link> : null}
      </div>
    </div>
  );
}

function Attention() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(findingsQuery(PRIORITY));
  const findings = query.data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  return (
    <Section title={t('overview.attention')} aside={<Link to="/findings">{t('overview.allFindings')}</Link>}>
      <Loaded query={query} rows={3}>
        {findings.length === 0 ? (
          <Empty title={t('findings.nonePriority')}>{t('overview.calm')}</Empty>
        ) : (
          <ul className="overview-list">
            {findings.map((finding) => (
              <li key={finding.id}>
                <FindingRow finding={finding} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function RecentRuns() {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery);
  const query = useInfiniteQuery(runsQuery({}));
  const runs = query.data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  const titleOf = (id: string) => tasks.data?.items.find((task) => task.id === id)?.title ?? id;
  return (
    <Section title={t('overview.recent')} aside={<Link to="/runs">{t('overview.allRuns')}</Link>}>
      <Loaded query={query} rows={3}>
        <ul className="overview-list">
          {runs.map((run) => (
            <li key={run.id}>
              <RunRow run={run} title={titleOf(run.task)} />
            </li>
          ))}
        </ul>
      </Loaded>
    </Section>
  );
}

function StartTask() {
  const { t } = useTranslation();
  const may = useMay();
  const tasks = useQuery(tasksQuery);
  return (
    <Section
      title={t(may('run:create') ? 'overview.start' : 'tasks.title')}
      aside={<Link to="/tasks">{t('overview.allTasks')}</Link>}
    >
      <Loaded query={tasks} rows={2}>
        <ul className="start-list">
          {tasks.data?.items
            .toSorted(byCategory)
            .slice(0, 8)
            .map((task) => (
              <li key={task.id} className="card">
                <Link to={`/tasks/${encodeURIComponent(task.id)}`}>{task.title}</Link>
                <p className="muted small">{task.summary}</p>
              </li>
            ))}
        </ul>
      </Loaded>
    </Section>
  );
}
