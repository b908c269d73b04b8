import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { FileUp, Plus, Workflow as WorkflowIcon } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { recentRunsQuery, schedulesQuery, workflowsQuery } from './queries.ts';
import { Templates } from './templates.tsx';
import type { RunSummary, Schedule } from './types.ts';
import { useWorkflowsRefresh } from './use-workflows-refresh.ts';
import { WorkflowRow } from './workflow-row.tsx';
import { WorkflowsNav } from './workflows-nav.tsx';
import '../../ui/rows.css';
import './workflows-page.css';

export function WorkflowsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const mayWrite = useMay()('workflow:write');
  const q = search.get('q') ?? '';
  const query = useInfiniteQuery(workflowsQuery(q));
  const recent = useQuery(recentRunsQuery);
  const schedules = useQuery(schedulesQuery());
  const box = useRef<HTMLInputElement>(null);
  useWorkflowsRefresh();
  useKeys({ '/': () => box.current?.focus() });

  const workflows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const runs = useMemo(() => byName(recent.data?.items ?? [], (run) => run.name), [recent.data]);
  const next = useMemo(() => nextTimes(schedules.data?.items ?? []), [schedules.data]);
  const setQuery = (text: string) => setSearch(text ? { q: text } : {}, { replace: true });

  return (
    <Page
      title={t('workflows.title')}
      lead={t('workflows.lead')}
      actions={
        mayWrite ? (
          <>
            <Button component={Link} to="/convert-workflow" startIcon={<FileUp size={16} />}>
              {t('workflows.convert')}
            </Button>
            <Button
              component={Link}
              to="/new-workflow"
              variant="contained"
              color="primary"
              startIcon={<Plus size={16} />}
            >
              {t('workflows.new')}
            </Button>
          </>
        ) : undefined
      }
    >
      <WorkflowsNav />
      <SearchField
        label={t('workflows.search')}
        shortcut="/"
        inputRef={box}
        value={q}
        onChange={(event) => setQuery(event.target.value)}
      />
      <Loaded query={query}>
        {workflows.length === 0 && q ? (
          <Empty
            title={t('workflows.noneFit', { words: q })}
            action={<Link to="/workflows">{t('workflows.showAll')}</Link>}
          />
        ) : null}
        {workflows.length === 0 && !q ? (
          <>
            <Empty title={t('workflows.none')} icon={<WorkflowIcon size={22} />}>
              {mayWrite ? t('workflows.noneHint') : t('workflows.noneReadOnly')}
            </Empty>
            {mayWrite ? <Templates /> : null}
          </>
        ) : null}
        {workflows.length > 0 ? (
          <ul className="card rows" aria-label={t('workflows.title')}>
            {workflows.map((workflow) => (
              <WorkflowRow
                key={workflow.name}
                workflow={workflow}
                runs={runs.get(workflow.name)}
                mayHaveOlder={recent.data !== undefined && recent.data.nextCursor !== null}
                next={next.get(workflow.name)}
              />
            ))}
          </ul>
        ) : null}
        {query.hasNextPage ? (
          <div className="rows-foot">
            <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
              {t('action.more')}
            </Button>
          </div>
        ) : null}
      </Loaded>
    </Page>
  );
}

function byName(runs: readonly RunSummary[], nameOf: (run: RunSummary) => string): Map<string, RunSummary[]> {
  const map = new Map<string, RunSummary[]>();
  for (const run of runs) {
    // A document that is run without being stored may be called like a stored one.
    if (run.workflow === null) continue;
    const list = map.get(nameOf(run));
    if (list) list.push(run);
    else map.set(nameOf(run), [run]);
  }
  return map;
}

function nextTimes(schedules: readonly Schedule[]): Map<string, { due: number | null; paused: boolean }> {
  const map = new Map<string, { due: number | null; paused: boolean }>();
  for (const { workflow, due, paused } of schedules) {
    const known = map.get(workflow);
    const own = paused ? null : due;
    if (!known) map.set(workflow, { due: own, paused: paused !== null });
    else
      map.set(workflow, {
        due: known.due === null ? own : own === null ? known.due : Math.min(known.due, own),
        paused: known.paused && paused !== null,
      });
  }
  return map;
}
