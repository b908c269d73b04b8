import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../../app/session.ts';
import { elapsed } from '../../../ui/clock.ts';
import { Failure, Loading } from '../../../ui/states.tsx';
import { ValueView } from '../../../ui/value-view.tsx';
import { runItemsQuery, runStepQuery } from '../queries.ts';
import type { RunState, StepState } from '../types.ts';
import { WorkflowStatusMark, workflowEnded } from '../workflow-status.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

interface StepPanelProps {
  run: RunState;
  step: StepState;
  onClose: () => void;
}

/** One step: its attempts with the runs of its task, the items of its list, what went in and what came out. */
export function StepPanel({ run, step, onClose }: StepPanelProps) {
  const { t } = useTranslation();
  const mayRun = useMay()('workflow:run');
  const [again, setAgain] = useState(false);
  const query = useQuery(runStepQuery(run.id, step.name, `${step.status} ${step.attempt}`));
  const detail = query.data;
  return (
    <aside className="card wf-step-panel" aria-label={t('wfRun.stepPanel', { step: step.name })}>
      <div className="wf-step-panel-head">
        <h2 className="grow break">{step.name}</h2>
        <WorkflowStatusMark status={step.status} />
        <IconButton aria-label={t('action.close')} onClick={onClose}>
          <X size={18} />
        </IconButton>
      </div>
      {step.error ? <p className="field-error">{step.error.message}</p> : null}
      <div className="row wrap">
        {step.run ? <Link to={`/runs/${step.run}`}>{t('wfRun.taskRun')}</Link> : null}
        {step.workflowRun ? (
          <Link to={`/workflow-runs/${step.workflowRun}`}>{t('wfRun.childRun')}</Link>
        ) : null}
        {mayRun && workflowEnded(run.status) ? (
          <Button size="small" startIcon={<RotateCw size={14} />} onClick={() => setAgain(true)}>
            {t('wfRun.fromHere')}
          </Button>
        ) : null}
      </div>
      {query.isPending ? <Loading rows={3} /> : null}
      {query.error ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {detail && detail.attempts.length > 0 ? (
        <section className="stack" aria-label={t('wfRun.attempts')}>
          <h3>{t('wfRun.attempts')}</h3>
          <ol className="wf-attempts">
            {detail.attempts.map((attempt) => (
              <li key={`${attempt.attempt} ${attempt.recovered}`}>
                <span>{t('wfRun.attemptNumber', { number: attempt.attempt })}</span>
                <span className="muted">{attempt.status}</span>
                <span className="muted">{elapsed(attempt.ended - attempt.started)}</span>
                {attempt.run ? <Link to={`/runs/${attempt.run}`}>{t('wfRun.taskRun')}</Link> : null}
                {attempt.error ? <span className="wf-step-note">{attempt.error.message}</span> : null}
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {step.items ? <Items run={run.id} step={step} /> : null}
      {detail && detail.input !== null ? (
        <section className="stack" aria-label={t('wfRun.input')}>
          <h3>{t('wfRun.input')}</h3>
          <ValueView value={detail.input} />
        </section>
      ) : null}
      {detail && detail.output !== null ? (
        <section className="stack" aria-label={t('data.output')}>
          <h3>{t('data.output')}</h3>
          <ValueView value={detail.output} />
        </section>
      ) : null}
      {again ? <ReplayDialog run={run} from={step.name} onClose={() => setAgain(false)} /> : null}
    </aside>
  );
}

function Items({ run, step }: { run: string; step: StepState }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(runItemsQuery(run, step.name, JSON.stringify(step.items)));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="stack" aria-label={t('wfRun.items')}>
      <h3>{t('wfRun.items')}</h3>
      {query.error ? <Failure error={query.error} /> : null}
      <ol className="wf-items">
        {items.map((item) => (
          <li key={item.item}>
            <WorkflowStatusMark status={item.status} />
            <code className="break grow">{short(item.input)}</code>
            {item.run ? <Link to={`/runs/${item.run}`}>{t('wfRun.taskRun')}</Link> : null}
            {item.error ? <span className="wf-step-note">{item.error.message}</span> : null}
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button size="small" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('action.more')}
        </Button>
      ) : null}
    </section>
  );
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
