import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import type { Run } from '../../api/types.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Page } from '../../ui/page.tsx';
import { hasEnded } from '../../ui/run-status.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { tasksQuery } from '../tasks/queries.ts';
import type { LiveRun } from './live-run.ts';
import { runQuery } from './queries.ts';
import { RunActions } from './run-actions.tsx';
import { RunInstruments } from './run-instruments.tsx';
import { RunTabs } from './run-tabs.tsx';
import { useLiveRun } from './use-live-run.ts';
import './run-page.css';

export function RunPage() {
  const { run = '' } = useParams();
  return <RunContent key={run} id={run} />;
}

function RunContent({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(runQuery(id));
  const tasks = useQuery(tasksQuery);
  // Watched from the first sight of an unfinished run until the page is left, so that rows keep their order at the end.
  const [watched, setWatched] = useState(false);
  const unfinished = query.data !== undefined && !hasEnded(query.data.status);
  useEffect(() => {
    if (unfinished) setWatched(true);
  }, [unfinished]);
  // What happened when is told by the events, those of an ended run, too.
  const [search] = useSearchParams();
  const live = useLiveRun(id, watched || search.get('tab') === 'timeline');

  const liveStatus = live.status;
  const { gaps } = live;
  useEffect(() => {
    if (watched && (liveStatus || gaps)) void client.invalidateQueries({ queryKey: ['runs', id] });
  }, [client, id, watched, liveStatus, gaps]);

  const run = query.data ? merged(query.data, live) : undefined;
  const task = tasks.data?.items.find((item) => item.id === run?.task);
  return (
    <Page
      title={run ? t('run.title', { task: task?.title ?? run.task }) : t('run.untitled')}
      heading={run ? (task?.title ?? run.task) : undefined}
      lead={run ? <Facts run={run} /> : undefined}
      actions={run ? <RunActions run={run} /> : undefined}
    >
      <Loaded query={query}>
        {run ? (
          <>
            <RunInstruments run={run} counting={task === undefined || task.ruleCount > 0} />
            <RunTabs run={run} live={watched ? live : undefined} timeline={live.timeline} />
          </>
        ) : null}
      </Loaded>
    </Page>
  );
}

function Facts({ run }: { run: Run }) {
  const { t } = useTranslation();
  return (
    <div className="run-facts">
      {run.target ? (
        <span className="mono break" translate="no">
          {run.target}
        </span>
      ) : null}
      <span>
        {t('run.created')} <When time={run.created} />
      </span>
      {run.rerunOf ? <Link to={`/runs/${encodeURIComponent(run.rerunOf)}`}>{t('run.repeats')}</Link> : null}
      <IdChip value={run.id} short={`${run.id.slice(0, 4)}…${run.id.slice(-6)}`} />
    </div>
  );
}

/** The stored run with what the stream has told since. An ended run is never overruled by an older event. */
function merged(run: Run, live: LiveRun): Run {
  if (hasEnded(run.status) || !live.heard) return run;
  return {
    ...run,
    status: live.status ?? run.status,
    started: live.started ?? run.started,
    ended: live.ended ?? run.ended,
    progress: live.progress ?? run.progress,
    counts: live.counts,
  };
}
