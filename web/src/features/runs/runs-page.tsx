import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ArrowUp, ListChecks } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Category, RunStatus } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { Facet } from '../../ui/facet.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { exactTime } from '../../ui/time.tsx';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { assetNamesQuery } from '../assets/assets-api.ts';
import { useRowKeys } from '../findings/use-row-keys.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { runsQuery } from './queries.ts';
import { RunRow } from './run-row.tsx';
import { RunStrip } from './run-strip.tsx';
import { useHeldBack } from './use-held-back.ts';
import { useRunsRefresh } from './use-runs-refresh.ts';
import '../../ui/news.css';

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
  const since = search.get('since') ?? '';
  const category = search.get('category') ?? '';
  const asset = search.get('asset') ?? '';
  const ofCategory = (tasks.data?.items ?? [])
    .filter((item) => item.category === category)
    .map(({ id }) => id);
  const wanted = task || (category ? ofCategory.join(',') : '');
  const filter = {
    ...(status ? { status } : {}),
    ...(wanted ? { task: wanted } : {}),
    ...(since ? { since } : {}),
    ...(asset ? { asset } : {}),
  };
  const query = useInfiniteQuery({ ...runsQuery(filter), enabled: !category || tasks.data !== undefined });
  useRunsRefresh();

  const all = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { rows: runs, news, show } = useHeldBack(all, JSON.stringify(filter));
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
  const filtered = [status, task, since, category, asset].some((value) => value !== '');

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
        {since || category || asset ? (
          <span className="row wrap">
            {since ? (
              <span className="muted small">{t('runsMore.since', { time: exactTime(Number(since)) })}</span>
            ) : null}
            {asset ? <AssetNote asset={asset} /> : null}
            {category ? (
              <span className="muted small">
                {t('runsMore.category', { category: t(`category.${category as Category}`) })}
              </span>
            ) : null}
            <Link to="/runs">{t('runsMore.clear')}</Link>
          </span>
        ) : null}
      </div>
      {runs.length > 1 ? <RunStrip runs={runs} titles={titles} /> : null}
      {news > 0 ? (
        <Button className="news" onClick={show} startIcon={<ArrowUp size={16} />}>
          {t('runsMore.news', { count: news })}
        </Button>
      ) : null}
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

/** That the list is about one asset only, with its name. */
function AssetNote({ asset }: { asset: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const names = useQuery({ ...assetNamesQuery, enabled: may('finding:read') });
  const name = names.data?.items.find(({ id }) => id === asset)?.name ?? asset;
  return <span className="muted small break">{t('runsMore.asset', { name })}</span>;
}
