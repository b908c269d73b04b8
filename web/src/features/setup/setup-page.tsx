import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import { ApiError } from '../../api/client.ts';
import { Gate } from '../../app/gate.tsx';
import { readSessionAgain } from '../../app/session.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Failure, Warning } from '../../ui/states.tsx';
import { PasswordInput } from '../sign-in/password-input.tsx';

/** The token stands in the fragment, which no server log sees; it leaves the address bar at once. */
function takeTokenFromAddress(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}

let tokenFromLink: string | undefined;

/** First run: one form makes the first account and signs it in. */
export function SetupPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [linkToken] = useState(() => {
    tokenFromLink ??= takeTokenFromAddress();
    return tokenFromLink;
  });
  const [form, setForm] = useState({ token: linkToken, name: '', login: '', password: '' });
  const [missing, setMissing] = useState<Record<string, string>>({});

  const setup = useMutation({
    mutationFn: api.setup,
    onSuccess: async () => {
      await readSessionAgain(client);
      void navigate('/');
    },
  });
  const failure = setup.error instanceof ApiError ? setup.error : undefined;
  const wrongToken = failure?.code === 'wrong-setup-token';
  const errorOf = (field: string) =>
    missing[field] ?? failure?.fields.find((problem) => problem.field === field)?.message;
  const set = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
    setMissing({ ...missing, [field]: '' });
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong: Record<string, string> = {};
    if (!form.token.trim()) wrong.token = t('setup.tokenMissing');
    if (!form.name.trim()) wrong.name = t('setup.nameMissing');
    if (!form.login.trim()) wrong.login = t('setup.loginMissing');
    if (!form.password) wrong.password = t('setup.passwordMissing');
    setMissing(wrong);
    const first = Object.keys(wrong)[0];
    if (first) document.getElementById(`setup-${first}`)?.focus();
    else
      setup.mutate({ ...form, token: form.token.trim(), login: form.login.trim(), name: form.name.trim() });
  };

  return (
    <Gate title={t('setup.title')} lead={t('setup.lead')}>
      {wrongToken ? <Warning title={t('setup.wrongToken')}>{t('setup.newToken')}</Warning> : null}
      {setup.isError && !wrongToken && !failure?.fields.length ? <Failure error={setup.error} /> : null}
      <form onSubmit={submit} noValidate className="form">
        {!linkToken || wrongToken ? (
          <TextInput
            id="setup-token"
            label={t('setup.token')}
            hint={t('setup.tokenHint')}
            className="mono"
            autoComplete="off"
            spellCheck={false}
            value={form.token}
            error={errorOf('token')}
            onChange={(event) => set('token')(event.target.value)}
          />
        ) : null}
        <TextInput
          id="setup-name"
          name="name"
          label={t('setup.name')}
          autoComplete="name"
          required
          value={form.name}
          error={errorOf('name')}
          onChange={(event) => set('name')(event.target.value)}
        />
        <TextInput
          id="setup-login"
          name="username"
          label={t('account.login')}
          hint={t('setup.loginHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={form.login}
          error={errorOf('login')}
          onChange={(event) => set('login')(event.target.value)}
        />
        <PasswordInput
          id="setup-password"
          autoComplete="new-password"
          value={form.password}
          onChange={set('password')}
          error={missing.password}
          problem={problemOf(setup.error, 'password')}
          rulesFor={{ login: form.login }}
        />
        <Button type="submit" variant="contained" color="primary" loading={setup.isPending}>
          {t('setup.create')}
        </Button>
      </form>
    </Gate>
  );
}
