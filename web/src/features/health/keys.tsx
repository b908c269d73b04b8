import Button from '@mui/material/Button';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { systemApi } from '../../api/system-api.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { toast } from '../../ui/toast.tsx';

export function Keys() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title={t('health.keys')}
      aside={
        <Button startIcon={<KeyRound size={16} />} onClick={() => setAsking(true)}>
          {t('health.rotate')}
        </Button>
      }
    >
      <p className="muted prose">{t('health.keysLead')}</p>
      {asking ? (
        <Confirm
          title={t('health.rotateTitle')}
          action={t('health.rotate')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            const { resealed, unreadable } = await systemApi.rotateKeys();
            toast(
              unreadable > 0
                ? t('health.rotatedBut', { count: resealed, unreadable })
                : t('health.rotated', { count: resealed }),
              unreadable > 0 ? 'failed' : 'done',
            );
          }}
        >
          {t('health.rotateHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}
