import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleStop, Clock, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Failure, Loaded } from '../../ui/states.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { type RunJob, runsApi } from './runs-api.ts';
import '../findings/bulk-bar.css';

const LOOK_MS = 400;

/** A job over many runs: how far it is, the way to stop it, what came of it, and why something was left. */
export function RunJobPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['run-jobs', id],
    queryFn: ({ signal }) => runsApi.job(id, signal),
    refetchInterval: ({ state }) => (state.data?.ended ? false : LOOK_MS),
  });
  const ended = query.data?.ended != null;
  const was = useRef(ended);
  useEffect(() => {
    if (ended && !was.current) void client.invalidateQueries({ queryKey: ['runs', 'list'] });
    was.current = ended;
  }, [client, ended]);
  return (
    <section className="card change-panel" aria-label={t('manyRuns.job')}>
      <Loaded query={query} rows={1}>
        {query.data ? <JobState job={query.data} onClose={onClose} /> : null}
      </Loaded>
    </section>
  );
}

const ICONS = {
  running: Clock,
  stopping: Clock,
  done: CircleCheck,
  stopped: CircleStop,
  failed: TriangleAlert,
} as const;

function JobState({ job, onClose }: { job: RunJob; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => runsApi.stopJob(job.id),
    onSuccess: (now) => client.setQueryData(['run-jobs', job.id], now),
    // It may have ended at this moment.
    onError: () => client.invalidateQueries({ queryKey: ['run-jobs', job.id] }),
  });
  const Icon = ICONS[job.status];
  const busy = job.ended === null;
  return (
    <>
      <div className="change-panel-head">
        <Icon size={18} aria-hidden="true" />
        <strong className="grow break" role="status">
          {textOf(t, job)}
        </strong>
        {job.status === 'running' ? (
          <ActionButton
            size="small"
            variant="outlined"
            refusal={may('run:cancel') ? undefined : t('manyRuns.mayNotCancel')}
            loading={stop.isPending}
            onClick={() => stop.mutate()}
          >
            {t('manyRuns.stop')}
          </ActionButton>
        ) : null}
        <Button size="small" aria-label={t('action.close')} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </Button>
      </div>
      {busy ? <progress max={job.total} value={job.done} aria-label={t('manyRuns.progress')} /> : null}
      {job.query === null ? null : <code className="small break">{job.query}</code>}
      {job.error ? <p className="field-error">{job.error}</p> : null}
      {busy || job.skipped.length === 0 ? null : (
        <ul className="change-skips">
          {job.skipped.map(({ reason, words, count }) => (
            <li key={reason}>{t('manyRuns.left', { count, words })}</li>
          ))}
        </ul>
      )}
      {stop.error && busy ? <Failure error={stop.error} /> : null}
    </>
  );
}

function textOf(t: ReturnType<typeof useTranslation>['t'], job: RunJob): string {
  const { action, status, done, total, changed } = job;
  if (status === 'running') return t(`manyRuns.running.${action}`, { done, total });
  if (status === 'stopping') return t('manyRuns.stopping');
  const result = t(`manyRuns.result.${action}`, { count: changed });
  if (status === 'stopped') return t('manyRuns.stopped', { result, done, total });
  return status === 'failed' ? t('manyRuns.failed', { result }) : result;
}
