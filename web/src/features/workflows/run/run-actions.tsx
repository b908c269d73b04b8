import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, PlayCircle, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMay } from '../../../app/session.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { Failure } from '../../../ui/states.tsx';
import { workflowRunQuery } from '../queries.ts';
import type { RunState } from '../types.ts';
import { workflowEnded } from '../workflow-status.tsx';
import { workflowRunsApi } from '../workflows-api.ts';
import { ReplayDialog } from './replay-dialog.tsx';

/** Cancel in two stages while it runs; afterwards go on where it failed, or again. */
export function RunActions({ run }: { run: RunState }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [forcing, setForcing] = useState(false);
  const [again, setAgain] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: workflowRunQuery(run.id).queryKey });
  const cancel = useMutation({ mutationFn: () => workflowRunsApi.cancel(run.id, false), onSettled: refresh });
  const resume = useMutation({
    mutationFn: () => workflowRunsApi.resume(run.id),
    onSuccess: ({ run: started }) => void navigate(`/workflow-runs/${started.id}`),
  });
  if (!may('workflow:run')) return null;
  const failure = cancel.error ?? resume.error;
  return (
    <>
      {workflowEnded(run.status) ? (
        <>
          <Button startIcon={<RotateCw size={16} />} onClick={() => setAgain(true)}>
            {t('run.again')}
          </Button>
          {run.status === 'failed' || run.status === 'cancelled' || run.status === 'partial' ? (
            <Button
              variant="contained"
              color="primary"
              startIcon={<PlayCircle size={16} />}
              loading={resume.isPending}
              loadingPosition="start"
              onClick={() => resume.mutate()}
            >
              {t('wfRun.resume')}
            </Button>
          ) : null}
        </>
      ) : run.status === 'cancelling' ? (
        <Button color="error" startIcon={<Ban size={16} />} onClick={() => setForcing(true)}>
          {t('wfRun.force')}
        </Button>
      ) : (
        <Button
          startIcon={<Ban size={16} />}
          loading={cancel.isPending}
          loadingPosition="start"
          onClick={() => cancel.mutate()}
        >
          {t('run.cancel')}
        </Button>
      )}
      {failure ? <Failure error={failure} /> : null}
      {forcing ? (
        <Confirm
          title={t('wfRun.forceTitle')}
          action={t('wfRun.force')}
          onConfirm={async () => {
            await workflowRunsApi.cancel(run.id, true);
            await refresh();
          }}
          onClose={() => setForcing(false)}
        >
          {t('wfRun.forceHint')}
        </Confirm>
      ) : null}
      {again ? <ReplayDialog run={run} onClose={() => setAgain(false)} /> : null}
    </>
  );
}
