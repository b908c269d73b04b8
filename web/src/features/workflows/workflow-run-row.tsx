import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { duration, elapsed, useNow } from '../../ui/clock.ts';
import { When } from '../../ui/time.tsx';
import type { RunSummary } from './types.ts';
import { WorkflowStatusMark } from './workflow-status.tsx';
import '../../ui/rows.css';
import './workflow-run-row.css';

export function WorkflowRunRow({ run, named }: { run: RunSummary; named: boolean }) {
  const { t } = useTranslation();
  const { done = 0, partial = 0, skipped = 0, failed = 0 } = run.counts;
  const all = Object.values(run.counts).reduce((sum, count) => sum + count, 0);
  return (
    <li className="wf-run-row">
      <span className="wf-run-status">
        <WorkflowStatusMark status={run.status} />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <Link to={`/workflow-runs/${run.id}`} data-row={run.id}>
            {named ? run.name : t('wfRuns.run', { id: run.id.slice(-8) })}
          </Link>
        </div>
        <div className="rows-facts">
          <span>{t('wfRuns.stepsDone', { done: done + partial + skipped, all })}</span>
          {failed > 0 ? (
            <span className="wf-run-failed">{t('wfRuns.stepsFailed', { count: failed })}</span>
          ) : null}
          <span>{t(`wfRuns.trigger.${run.trigger.kind}` as 'wfRuns.trigger.manual')}</span>
          {run.error ? <span className="break">{run.error.message}</span> : null}
        </div>
      </div>
      <span className="muted small wf-run-times">
        <When time={run.created} />
        <Duration run={run} />
      </span>
    </li>
  );
}

export function Duration({ run }: { run: Pick<RunSummary, 'started' | 'ended'> }) {
  const now = useNow(1000, run.started !== null && run.ended === null);
  if (run.started === null) return null;
  return (
    <span>
      {run.ended === null ? duration(Math.max(0, now - run.started)) : elapsed(run.ended - run.started)}
    </span>
  );
}
