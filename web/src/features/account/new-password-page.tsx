import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import { Gate } from '../../app/gate.tsx';
import { forgetUser, readSessionAgain, useUser } from '../../app/session.ts';
import { forgetTyped, typedFor } from '../sign-in/just-typed.ts';
import { PasswordForm } from './password-form.tsx';

/** After the first sign-in with a password that somebody else has chosen; the gate leads on when it is changed. */
export function NewPasswordPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const user = useUser();
  const leave = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      forgetTyped();
      forgetUser(client);
    },
  });
  if (!user) return null;
  return (
    <Gate title={t('newPassword.title')} lead={t('newPassword.lead')}>
      <PasswordForm
        login={user.login}
        currentLabel={t('newPassword.current')}
        known={typedFor(user.login)}
        onChanged={() => {
          forgetTyped();
          void readSessionAgain(client);
        }}
      />
      <Button variant="text" onClick={() => leave.mutate()} fullWidth>
        {t('user.signOut')}
      </Button>
    </Gate>
  );
}
