import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint, LogIn } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { proofApi, signInApi } from '../../api/access-api.ts';
import type { Account, SecondFactors } from '../../api/access-types.ts';
import { answerWithPasskey, passkeysWork } from '../../api/passkey.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { Failure, Loaded, Warning } from '../../ui/states.tsx';
import { accountQuery, secondFactorsQuery } from '../account/queries.ts';
import { hasApp } from '../account/totp.tsx';
import { CodeField, isWrongCode } from './code-field.tsx';
import { PasswordInput } from './password-input.tsx';
import { useWait, WaitOrFailure } from './wait.tsx';
import './sign-in.css';

type Typed = 'password' | 'totp' | 'recovery-code';

/** Proves it with whatever this account has: passkey, code or password. */
export function ProofForm({ onProved }: { onProved: () => void }) {
  const { t } = useTranslation();
  const account = useQuery(accountQuery);
  const factors = useQuery(secondFactorsQuery);
  const passkey = useMutation({
    mutationFn: async () => {
      const { ticket, options } = await proofApi.passkeyOptions();
      return proofApi.give({ ticket, response: await answerWithPasskey(options) });
    },
    onSuccess: onProved,
  });
  const passkeyFits = (factors.data?.passkeys.length ?? 0) > 0 && passkeysWork();
  const typed = factors.data && account.data ? typedOf(factors.data, account.data) : [];
  const providers = factors.data?.providers ?? [];
  return (
    <Loaded query={factors.data === undefined ? factors : account} rows={2}>
      <div className="sign-in">
        {passkeyFits ? (
          <PlainButton
            startIcon={<Fingerprint size={16} />}
            loading={passkey.isPending}
            onClick={() => passkey.mutate()}
            fullWidth
          >
            {t('secondFactor.passkey')}
          </PlainButton>
        ) : null}
        {passkey.isError ? <Failure error={passkey.error} /> : null}
        {passkeyFits && typed.length > 0 ? <div className="sign-in-or">{t('signIn.or')}</div> : null}
        <TypedProof kinds={typed} onProved={onProved} />
        {typed.length > 0 ? null : <Elsewhere providers={providers} />}
        {!passkeyFits && typed.length + providers.length === 0 ? (
          <Warning title={t('proof.nothing')} />
        ) : null}
      </div>
    </Loaded>
  );
}

/** With a second factor the password alone proves nothing. */
function typedOf(factors: SecondFactors, account: Account): Typed[] {
  if (!hasApp(factors) && factors.passkeys.length === 0) return account.hasPassword ? ['password'] : [];
  return [
    ...(hasApp(factors) ? (['totp'] as const) : []),
    ...(factors.recoveryCodesLeft > 0 ? (['recovery-code'] as const) : []),
  ];
}

/** Who has only an account elsewhere goes there and comes back to this page. */
function Elsewhere({ providers }: { providers: SecondFactors['providers'] }) {
  const { t } = useTranslation();
  const { pathname, search } = useLocation();
  if (providers.length === 0) return null;
  return (
    <>
      {providers.map((provider) => (
        <PlainButton
          key={provider.id}
          href={signInApi.proofAddress(provider.id, `${pathname}${search}`)}
          startIcon={<LogIn size={16} />}
          fullWidth
        >
          {t('proof.elsewhere', { name: provider.name })}
        </PlainButton>
      ))}
      <p className="muted small">{t('proof.elsewhereHint')}</p>
    </>
  );
}

function TypedProof({ kinds, onProved }: { kinds: readonly Typed[]; onProved: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Typed | null>(null);
  const [value, setValue] = useState('');
  const proof = useMutation({
    mutationFn: (text: string) =>
      proofApi.give(kind === 'password' ? { password: text } : { code: text.trim() }),
    onSuccess: onProved,
    onError: () => setValue(''),
  });
  const seconds = useWait(proof.error);
  const kind = chosen ?? kinds[0];
  if (!kind) return null;
  const other = kinds.find((one) => one !== kind);
  const send = (text: string) => {
    if (text && !proof.isPending && seconds === 0) proof.mutate(text);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    send(value);
  };
  return (
    <form onSubmit={submit} className="form" noValidate>
      <WaitOrFailure error={isWrongCode(proof.error) ? null : proof.error} seconds={seconds} />
      {kind === 'password' ? (
        <PasswordInput
          id="proof-password"
          autoComplete="current-password"
          autoFocus
          value={value}
          onChange={setValue}
        />
      ) : (
        <CodeField
          id="proof-code"
          kind={kind}
          error={isWrongCode(proof.error) ? t(`code.wrong.${kind}`) : undefined}
          value={value}
          onChange={setValue}
          onComplete={send}
        />
      )}
      <PlainButton type="submit" variant="contained" loading={proof.isPending} disabled={seconds > 0}>
        {t('proof.submit')}
      </PlainButton>
      {other ? (
        <PlainButton
          variant="text"
          onClick={() => {
            setChosen(other);
            setValue('');
            proof.reset();
          }}
        >
          {t(`proof.use.${other}`)}
        </PlainButton>
      ) : null}
    </form>
  );
}
