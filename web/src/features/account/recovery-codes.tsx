import Button from '@mui/material/Button';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../ui/secret-once.tsx';

export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const text = codes.join('\n');
  return (
    <SecretOnce
      title={t('recovery.shown')}
      warning={t('recovery.once')}
      label={t('recovery.title')}
      value={text}
      many
      actions={
        <Button startIcon={<Download size={16} />} onClick={() => save('sentinelx-recovery-codes.txt', text)}>
          {t('action.download')}
        </Button>
      }
      onClose={onClose}
    >
      <p className="muted">{t('recovery.use')}</p>
    </SecretOnce>
  );
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Revoked at once, some browsers save nothing.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
