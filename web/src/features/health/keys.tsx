import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { systemApi } from '../../api/system-api.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { Loaded, Warning } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { ProgressBar } from '../runs/progress-bar.tsx';
import { rotationQuery } from './queries.ts';

type Rotation = Awaited<ReturnType<typeof systemApi.rotation>>;

export function Keys() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const rotation = useQuery(rotationQuery);
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title={t('health.keys')}
      aside={
        <Button
          startIcon={<KeyRound size={16} />}
          disabled={rotation.data?.status === 'running' && rotation.data.problem === null}
          onClick={() => setAsking(true)}
        >
          {t('health.rotate')}
        </Button>
      }
    >
      <p className="muted prose">{t('health.keysLead')}</p>
      <Loaded query={rotation} rows={1}>
        {rotation.data ? <RotationState rotation={rotation.data} /> : null}
      </Loaded>
      {asking ? (
        <Confirm
          title={t('health.rotateTitle')}
          action={t('health.rotate')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            client.setQueryData(rotationQuery.queryKey, await systemApi.rotateKeys());
          }}
        >
          {t('health.rotateHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}

function RotationState({ rotation }: { rotation: Rotation }) {
  const { t } = useTranslation();
  const { status, total, done, resealed, unreadable, ended, problem } = rotation;
  if (status === 'none') return null;
  if (status === 'running')
    return (
      <>
        <ProgressBar progress={{ done, total, note: null }} label={t('health.rotating')} />
        {problem === null ? null : <Warning title={t('health.rotationStuck')}>{problem}</Warning>}
      </>
    );
  return (
    <p role="status">
      {t('health.rotated', { count: resealed })} {ended === null ? null : <When time={ended} />}
      {unreadable > 0 ? (
        <>
          {' '}
          <strong>{t('health.rotatedBut', { count: unreadable })}</strong>
        </>
      ) : null}
    </p>
  );
}
