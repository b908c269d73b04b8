import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../ui/secret-once.tsx';

export function PasswordOnce(props: { login: string; password: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <SecretOnce
      title={t('users.passwordOf', { login: props.login })}
      warning={t('users.passwordOnce')}
      label={t('account.password')}
      value={props.password}
      onClose={props.onClose}
    >
      <p className="muted">{t('users.passwordHint')}</p>
    </SecretOnce>
  );
}
