import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { RunStatus } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { Facet } from '../../ui/facet.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { useRowKeys } from '../findings/use-row-keys.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { runsQuery } from './queries.ts';
import { RunRow } from './run-row.tsx';
import { useRunsRefresh } from './use-runs-refresh.ts';

const STATUSES = [
  'queued',
  'running',
  'done',
  'partial',
  'failed',
  'cancelled',
  'interrupted',
] as const satisfies readonly RunStatus[];

export function RunsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const may = useMay();
  const status = search.get('status') ?? '';
  const task = search.get('task') ?? '';
  const tasks = useQuery(tasksQuery);
  const query = useInfiniteQuery(runsQuery({ ...(status ? { status } : {}), ...(task ? { task } : {}) }));
  useRunsRefresh();

  const runs = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const titles = useMemo(() => new Map(tasks.data?.items.map((item) => [item.id, item.title])), [tasks.data]);
  const list = useRef<VirtualListHandle>(null);
  useRowKeys(runs, list);

  const set = (key: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(key, value);
    else next.delete(key);
    setSearch(next, { replace: true });
  };
  const chosen = status.split(',').filter(Boolean);
  const filtered = status !== '' || task !== '';

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
      <div className="facets">
        <Facet
          label={t('runs.status')}
          options={STATUSES.map((value) => ({ value, label: t(`runStatus.${value}`) }))}
          chosen={chosen}
          onChange={(values) => set('status', values.join(','))}
        />
        <label className="row">
          <span className="muted small">{t('runs.task')}</span>
          <select className="input" value={task} onChange={(event) => set('task', event.target.value)}>
            <option value="">{t('runs.allTasks')}</option>
            {tasks.data?.items.map((item) => (
              <option key={item.id} value={item.id}>
                {item.title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Loaded query={query}>
        {runs.length === 0 ? (
          <Empty
            title={filtered ? t('runs.noneFit') : t('runs.none')}
            icon={<ListChecks size={22} />}
            action={
              filtered ? (
                <Link to="/runs">{t('runs.showAll')}</Link>
              ) : may('run:create') ? (
                <Link to="/tasks">{t('runs.choose')}</Link>
              ) : undefined
            }
          >
            {filtered ? undefined : t('runs.noneHint')}
          </Empty>
        ) : (
          <VirtualList
            label={t('runs.title')}
            count={runs.length}
            hasMore={query.hasNextPage}
            onEnd={() => void (query.isFetchingNextPage || query.fetchNextPage())}
            handle={list}
            rowKey={(index) => runs[index]?.id ?? String(index)}
            renderRow={(index) => {
              const run = runs[index];
              return run ? <RunRow run={run} title={titles.get(run.task) ?? run.task} /> : null;
            }}
          />
        )}
      </Loaded>
    </Page>
  );
}
