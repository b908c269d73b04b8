import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import { ApiError } from '../../api/client.ts';
import { FormFailure, problemOf } from '../../ui/field-problems.tsx';
import { PasswordInput } from '../sign-in/password-input.tsx';
import { useWait, WaitOrFailure } from '../sign-in/wait.tsx';

interface PasswordFormProps {
  login: string;
  currentLabel?: string;
  /** It was typed a moment ago, and is not asked for again. */
  known?: string | undefined;
  onChanged: (endedSessions: number) => void;
}

/** What a password must be is decided by the server, whose answer stands at the field. */
export function PasswordForm({ login, currentLabel, known, onChanged }: PasswordFormProps) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ current: known ?? '', password: '' });
  const [missing, setMissing] = useState<Record<string, string>>({});
  const box = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: accountApi.changePassword,
    onSuccess: ({ endedSessions }) => {
      setForm({ current: '', password: '' });
      onChanged(endedSessions);
    },
  });
  const seconds = useWait(change.error);
  const wrongCurrent = change.error instanceof ApiError && change.error.code === 'wrong-credentials';
  const locked = change.error instanceof ApiError && change.error.code === 'too-many-attempts';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong: Record<string, string> = {};
    if (!form.current) wrong.current = t('signIn.passwordMissing');
    if (!form.password) wrong.password = t('accountPage.password.newMissing');
    setMissing(wrong);
    const first = Object.keys(wrong)[0];
    if (first) box.current?.querySelector<HTMLInputElement>(`#password-${first}`)?.focus();
    else if (!change.isPending && seconds === 0) change.mutate(form);
  };
  return (
    <form ref={box} onSubmit={submit} className="form form-narrow" noValidate>
      {/* Password managers store the new password under this name. */}
      <input type="hidden" name="username" autoComplete="username" value={login} readOnly />
      {locked ? <WaitOrFailure error={change.error} seconds={seconds} /> : null}
      {wrongCurrent || locked ? null : <FormFailure error={change.error} fields={['current', 'password']} />}
      {/* Only what turned out to be another one by now is asked for. */}
      {known !== undefined && form.current === known && !wrongCurrent ? null : (
        <PasswordInput
          id="password-current"
          label={currentLabel ?? t('accountPage.password.current')}
          autoComplete="current-password"
          value={form.current}
          error={
            missing.current ??
            (wrongCurrent ? t('accountPage.password.wrong') : problemOf(change.error, 'current'))
          }
          onChange={(current) => setForm({ ...form, current })}
        />
      )}
      <PasswordInput
        id="password-password"
        label={t('accountPage.password.new')}
        autoComplete="new-password"
        value={form.password}
        error={missing.password}
        problem={problemOf(change.error, 'password')}
        rulesFor={{ login }}
        onChange={(password) => setForm({ ...form, password })}
      />
      <Button
        type="submit"
        variant="contained"
        color="primary"
        loading={change.isPending}
        disabled={seconds > 0}
      >
        {t('accountPage.password.change')}
      </Button>
    </form>
  );
}
