import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import { useMay } from '../../app/session.ts';
import { Failure } from '../../ui/states.tsx';
import { SAMPLE } from '../tasks/form/sample.ts';

const TASK = 'secrets-scan';

/** One click to real findings: the deliberately vulnerable sample that ships with the product. */
export function SampleScan({ primary = false }: { primary?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const start = useMutation({
    mutationFn: () => api.startTask(TASK, { path: SAMPLE }),
    onSuccess: ({ run }) => void navigate(`/runs/${encodeURIComponent(run.id)}`),
  });
  if (!may('run:create')) return null;
  return (
    <>
      <Button
        {...(primary ? { variant: 'contained', color: 'primary' } : {})}
        startIcon={<FlaskConical size={16} />}
        loading={start.isPending}
        loadingPosition="start"
        onClick={() => start.mutate()}
      >
        {t('overview.sample')}
      </Button>
      {start.isError ? <Failure error={start.error} /> : null}
    </>
  );
}
