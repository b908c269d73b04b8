import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { runsQuery } from '../runs/queries.ts';
import { RunRow } from '../runs/run-row.tsx';
import { tasksQuery } from '../tasks/queries.ts';
import { runsLink, type Scope } from './scope.ts';

const SHOWN = 6;

export function RecentRuns({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery);
  const query = useInfiniteQuery(runsQuery(scope.asset ? { asset: scope.asset } : {}));
  const runs = query.data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  const titleOf = (id: string) => tasks.data?.items.find((task) => task.id === id)?.title ?? id;
  return (
    <Section
      title={t('overview.recent')}
      aside={<Link to={runsLink(scope.asset, {})}>{t('overview.allRuns')}</Link>}
    >
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
