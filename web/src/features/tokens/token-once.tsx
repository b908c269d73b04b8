import { useTranslation } from 'react-i18next';
import type { NewToken } from '../../api/access-types.ts';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';

export function TokenOnce({ made, onClose }: { made: NewToken; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <SecretOnce
      title={t('token.made', { name: made.token.name })}
      warning={t('token.once')}
      label={t('token.value')}
      value={made.value}
      onClose={onClose}
    >
      <p className="muted">{t('token.use')}</p>
      <CopyBlock
        label={t('token.use')}
        text={`curl -H "Authorization: Bearer $TOKEN" ${window.location.origin}/api/v1/tasks`}
      />
    </SecretOnce>
  );
}
