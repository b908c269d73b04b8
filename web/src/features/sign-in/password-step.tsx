import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signInApi } from '../../api/access-api.ts';
import type { Entered, SecondFactorAsked } from '../../api/access-types.ts';
import { TextInput } from '../../ui/input.tsx';
import { PlainButton } from '../../ui/plain-button.tsx';
import { keepTyped } from './just-typed.ts';
import { PasswordInput } from './password-input.tsx';
import { useWait, WaitOrFailure } from './wait.tsx';

interface PasswordStepProps {
  login?: string;
  onAnswer: (answer: Entered | SecondFactorAsked) => void;
}

export function PasswordStep({ login, onAnswer }: PasswordStepProps) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ login: login ?? '', password: '' });
  const [missing, setMissing] = useState<{ login?: string; password?: string }>({});
  const box = useRef<HTMLFormElement>(null);
  const signIn = useMutation({
    mutationFn: signInApi.password,
    onSuccess: (answer, given) => {
      keepTyped(given);
      onAnswer(answer);
    },
    // What was wrong is most likely the password: it can be typed again at once.
    onError: () => box.current?.querySelector<HTMLInputElement>('#sign-in-password')?.select(),
  });
  const seconds = useWait(signIn.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const wrong = {
      ...(form.login.trim() ? {} : { login: t('signIn.loginMissing') }),
      ...(form.password ? {} : { password: t('signIn.passwordMissing') }),
    };
    setMissing(wrong);
    const first = Object.keys(wrong)[0];
    if (first) box.current?.querySelector<HTMLInputElement>(`#sign-in-${first}`)?.focus();
    else if (!signIn.isPending && seconds === 0) signIn.mutate({ ...form, login: form.login.trim() });
  };
  return (
    <form ref={box} onSubmit={submit} className="form" noValidate>
      <WaitOrFailure error={signIn.error} seconds={seconds} />
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
        error={missing.login}
        onChange={(event) => setForm({ ...form, login: event.target.value })}
      />
      <PasswordInput
        id="sign-in-password"
        autoComplete="current-password"
        value={form.password}
        error={missing.password}
        onChange={(password) => setForm({ ...form, password })}
      />
      <PlainButton type="submit" variant="contained" loading={signIn.isPending} disabled={seconds > 0}>
        {t('signIn.submit')}
      </PlainButton>
    </form>
  );
}
