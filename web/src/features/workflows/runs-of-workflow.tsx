import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Empty, Loaded } from '../../ui/states.tsx';
import { workflowRunsQuery } from './queries.ts';
import { WorkflowRunRow } from './workflow-run-row.tsx';

interface RunsOfWorkflowProps {
  /** Of all workflows when absent. */
  workflow?: string;
  status?: string;
  trigger?: string;
}

export function RunsOfWorkflow({ workflow, status, trigger }: RunsOfWorkflowProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(
    workflowRunsQuery({
      ...(workflow ? { workflow } : {}),
      ...(status ? { status } : {}),
      ...(trigger ? { trigger } : {}),
    }),
  );
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Loaded query={query}>
      {runs.length === 0 ? (
        <Empty
          title={status || trigger ? t('wfRuns.noneFit') : t('wfRuns.none')}
          icon={<ListChecks size={22} />}
        >
          {status || trigger ? undefined : t('wfRuns.noneHint')}
        </Empty>
      ) : (
        <ul className="card rows" aria-label={t('wfRuns.title')}>
          {runs.map((run) => (
            <WorkflowRunRow key={run.id} run={run} named={workflow === undefined} />
          ))}
        </ul>
      )}
      {query.hasNextPage ? (
        <div className="rows-foot">
          <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
            {t('action.more')}
          </Button>
        </div>
      ) : null}
    </Loaded>
  );
}
