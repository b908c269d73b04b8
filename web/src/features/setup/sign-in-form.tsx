import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import type { User } from '../../api/types.ts';
import { TextInput } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';
import { PasswordInput } from './password-input.tsx';
import './sign-in-form.css';

/** Used by the sign-in page and, with a fixed login, by the dialog over a page whose session has ended. */
export function SignInForm({ login, onSignedIn }: { login?: string; onSignedIn: (user: User) => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ login: login ?? '', password: '' });
  const signIn = useMutation({ mutationFn: api.signIn, onSuccess: ({ user }) => onSignedIn(user) });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.login && form.password) signIn.mutate({ ...form, login: form.login.trim() });
  };
  return (
    <form onSubmit={submit} className="sign-in-form">
      {signIn.isError ? <Failure error={signIn.error} /> : null}
      <TextInput
        id="sign-in-login"
        name="username"
        label={t('account.login')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        readOnly={login !== undefined}
        value={form.login}
        onChange={(event) => setForm({ ...form, login: event.target.value })}
      />
      <PasswordInput
        id="sign-in-password"
        autoComplete="current-password"
        value={form.password}
        onChange={(password) => setForm({ ...form, password })}
      />
      <Button type="submit" variant="contained" color="primary" loading={signIn.isPending}>
        {t('signIn.submit')}
      </Button>
    </form>
  );
}
