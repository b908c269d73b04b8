import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, PencilLine, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import type { Run } from '../../api/types.ts';
import { useCommands } from '../../app/commands.ts';
import { useMay } from '../../app/session.ts';
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
  useCommands([
    {
      id: 'run-again',
      label: t('run.again'),
      group: 'here',
      icon: RotateCw,
      shortcut: 'r',
      when: () => ended && mayStart,
      run: () => void (again.isPending || again.mutate()),
    },
    {
      id: 'run-edit',
      label: t('run.edit'),
      group: 'here',
      icon: PencilLine,
      when: () => ended && mayStart,
      run: () => void navigate(editAddress(run)),
    },
    {
      id: 'run-cancel',
      label: t('run.cancel'),
      group: 'here',
      icon: Ban,
      shortcut: 'c',
      when: () => !ended && run.status !== 'cancelling' && mayCancel,
      run: () => void (cancel.isPending || cancel.mutate()),
    },
  ]);

  const failure = cancel.error ?? again.error;
  if (!(ended ? mayStart : mayCancel)) return null;
  return (
    <>
      {ended ? (
        <>
          <Button component={Link} to={editAddress(run)} startIcon={<PencilLine size={16} />}>
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

function editAddress(run: Run): string {
  return `/tasks/${encodeURIComponent(run.task)}?params=${encodeURIComponent(JSON.stringify(run.params))}`;
}
