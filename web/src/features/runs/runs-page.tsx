import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ArrowUp } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiError } from '../../api/client.ts';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useSelection } from '../findings/use-selection.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { FailureGroups } from './failure-groups.tsx';
import { ManyRunsBar } from './many-runs-bar.tsx';
import { type ManyRuns, ManyRunsDialog } from './many-runs-dialog.tsx';
import { runsQuery } from './queries.ts';
import { RunJobPanel } from './run-job-panel.tsx';
import { RunStrip } from './run-strip.tsx';
import type { ManyAction } from './runs-api.ts';
import { RunsFilterBar } from './runs-filter-bar.tsx';
import { RunsList } from './runs-list.tsx';
import { useHeldBack } from './use-held-back.ts';
import { useRunsFilter } from './use-runs-filter.ts';
import { useRunsRefresh } from './use-runs-refresh.ts';
import '../../ui/news.css';

export function RunsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const tasks = useQuery(tasksQuery);
  const state = useRunsFilter(tasks.data?.items);
  const { filter, set, grouped } = state;
  const query = useInfiniteQuery({
    ...runsQuery(filter),
    enabled: !grouped && (!state.category || tasks.data !== undefined),
  });
  useRunsRefresh();

  const all = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const list = JSON.stringify(filter);
  const { rows: runs, news, show } = useHeldBack(all, list);
  const titles = useMemo(() => new Map(tasks.data?.items.map((item) => [item.id, item.title])), [tasks.data]);
  const selection = useSelection(runs, list);
  const [asked, setAsked] = useState<ManyRuns | null>(null);
  const ask = (action: ManyAction) =>
    setAsked({ action, which: selection.all ? { q: state.asQuery } : { ids: [...selection.ids] } });
  const unreadable =
    query.error instanceof ApiError && query.error.code === 'invalid-query' ? query.error.message : undefined;
  const choosing = selection.all || selection.ids.size > 0;
  const complete = !query.hasNextPage && runs.every(({ id }) => selection.ids.has(id));

  return (
    <Page
      title={t('runs.title')}
      actions={
        may('run:create') ? (
          <Button component={Link} to="/tasks" variant="contained" color="primary">
            {t('runs.start')}
          </Button>
        ) : undefined
      }
    >
      <RunsFilterBar filter={state} tasks={tasks.data?.items ?? []} problem={unreadable} />
      {state.job ? <RunJobPanel id={state.job} onClose={() => set({ job: '' })} /> : null}
      {grouped ? (
        <FailureGroups
          since={state.since}
          titles={titles}
          onRerun={(q) => setAsked({ action: 'rerun', which: { q } })}
        />
      ) : (
        <>
          {choosing ? (
            <div className="list-top">
              <ManyRunsBar selection={selection} complete={complete} onAct={ask} />
            </div>
          ) : runs.length > 1 ? (
            <RunStrip runs={runs} titles={titles} />
          ) : null}
          {news > 0 ? (
            <Button className="news" onClick={show} startIcon={<ArrowUp size={16} />}>
              {t('runsMore.news', { count: news })}
            </Button>
          ) : null}
          {unreadable ? (
            <Empty
              title={t('list.unreadable')}
              action={<Button onClick={() => set({ q: '' })}>{t('runs.showAll')}</Button>}
            />
          ) : (
            <Loaded query={query}>
              <RunsList
                runs={runs}
                titles={titles}
                filtered={state.filtered}
                selection={selection}
                hasMore={query.hasNextPage}
                onEnd={() => void (query.isFetchingNextPage || query.fetchNextPage())}
              />
            </Loaded>
          )}
        </>
      )}
      {asked ? (
        <ManyRunsDialog
          asked={asked}
          onStarted={(job) => {
            selection.clear();
            set({ job, group: '' });
          }}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </Page>
  );
}
