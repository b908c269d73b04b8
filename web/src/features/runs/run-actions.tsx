import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, PencilLine, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import type { Run } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import { Failure } from '../../ui/states.tsx';

export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const cancel = useMutation({
    mutationFn: () => api.cancelRun(run.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs', run.id] }),
  });
  const again = useMutation({
    mutationFn: () => api.rerun(run.id),
    onSuccess: (started) => {
      void client.invalidateQueries({ queryKey: ['runs', 'list'] });
      void navigate(`/runs/${encodeURIComponent(started.run.id)}`);
    },
  });
  const may = useMay();
  const ended = hasEnded(run.status);
  const mayStart = may('run:create');
  const mayCancel = may('run:cancel');
  useKeys({
    r: () => ended && mayStart && !again.isPending && again.mutate(),
    c: () => run.status === 'running' && mayCancel && cancel.mutate(),
  });

  const failure = cancel.error ?? again.error;
  if (!(ended ? mayStart : mayCancel)) return null;
  return (
    <>
      {ended ? (
        <>
          <Button
            component={Link}
            to={`/tasks/${encodeURIComponent(run.task)}?params=${encodeURIComponent(JSON.stringify(run.params))}`}
            startIcon={<PencilLine size={16} />}
          >
            {t('run.edit')}
          </Button>
          <Button
            variant="contained"
            color="primary"
            startIcon={<RotateCw size={16} />}
            loading={again.isPending}
            loadingPosition="start"
            onClick={() => again.mutate()}
          >
            {t('run.again')}
          </Button>
        </>
      ) : (
        <Button
          startIcon={<Ban size={16} />}
          disabled={run.status === 'cancelling'}
          loading={cancel.isPending}
          loadingPosition="start"
          onClick={() => cancel.mutate()}
        >
          {run.status === 'cancelling' ? t('runStatus.cancelling') : t('run.cancel')}
        </Button>
      )}
      {failure ? <Failure error={failure} /> : null}
    </>
  );
}
