import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signInApi } from '../../api/access-api.ts';
import type { SecondFactorAsked } from '../../api/access-types.ts';
import { ApiError } from '../../api/client.ts';
import { answerWithPasskey, passkeysWork } from '../../api/passkey.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { Failure } from '../../ui/states.tsx';
import { CodeField, isWrongCode } from './code-field.tsx';
import { useWait, WaitOrFailure } from './wait.tsx';

interface SecondFactorStepProps {
  asked: SecondFactorAsked['secondFactor'];
  onSignedIn: () => void;
  onStartOver: () => void;
  /** The ticket is used up or too old. */
  onExpired: () => void;
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'ticket-expired';
}

export function SecondFactorStep({ asked, onSignedIn, onStartOver, onExpired }: SecondFactorStepProps) {
  const { t } = useTranslation();
  const { ticket, methods } = asked;
  const passkeyFits = methods.includes('passkey') && passkeysWork();
  const [kind, setKind] = useState<'totp' | 'recovery-code'>(
    methods.includes('totp') ? 'totp' : 'recovery-code',
  );
  const [value, setValue] = useState('');
  const [failures, setFailures] = useState(0);
  const code = useMutation({
    mutationFn: (text: string) => signInApi.code({ ticket, code: text.trim() }),
    onSuccess: onSignedIn,
    onError: (error) => {
      if (isExpired(error)) return onExpired();
      setFailures((count) => count + 1);
      setValue('');
    },
  });
  const passkey = useMutation({
    mutationFn: async () => {
      const asking = await signInApi.passkeyOptions({ ticket });
      return signInApi.passkey({ ticket: asking.ticket, response: await answerWithPasskey(asking.options) });
    },
    onSuccess: onSignedIn,
    onError: (error) => isExpired(error) && onExpired(),
  });
  const seconds = useWait(code.error);
  const send = (text: string) => {
    if (text.trim() && !code.isPending && seconds === 0) code.mutate(text);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    send(value);
  };
  const other = kind === 'totp' ? 'recovery-code' : 'totp';
  const codes = methods.includes('totp') || methods.includes('recovery-code');

  return (
    <div className="sign-in">
      <div>
        <h2>{t('secondFactor.title')}</h2>
        <p className="muted">{t(codes ? `secondFactor.why.${kind}` : 'secondFactor.why.passkey')}</p>
      </div>
      {passkeyFits ? (
        <PlainButton
          variant={codes ? 'outlined' : 'contained'}
          startIcon={<Fingerprint size={16} />}
          loading={passkey.isPending}
          onClick={() => passkey.mutate()}
          fullWidth
        >
          {t('secondFactor.passkey')}
        </PlainButton>
      ) : null}
      {passkey.isError ? <Failure error={passkey.error} /> : null}
      {codes ? (
        <form onSubmit={submit} className="form" noValidate>
          {passkeyFits ? <div className="sign-in-or">{t('signIn.or')}</div> : null}
          <WaitOrFailure error={isWrongCode(code.error) ? null : code.error} seconds={seconds} />
          {failures >= 2 && kind === 'totp' ? <p className="muted small">{t('secondFactor.clock')}</p> : null}
          <CodeField
            id="second-factor-code"
            kind={kind}
            error={isWrongCode(code.error) ? t(`code.wrong.${kind}`) : undefined}
            value={value}
            onChange={setValue}
            onComplete={send}
          />
          <PlainButton type="submit" variant="contained" loading={code.isPending} disabled={seconds > 0}>
            {t('secondFactor.submit')}
          </PlainButton>
        </form>
      ) : null}
      <div className="sign-in-links">
        {codes && methods.includes(other) ? (
          <PlainButton
            variant="text"
            onClick={() => {
              setKind(other);
              setValue('');
              code.reset();
            }}
          >
            {t(`secondFactor.use.${other}`)}
          </PlainButton>
        ) : null}
        <PlainButton variant="text" onClick={onStartOver}>
          {t('secondFactor.startOver')}
        </PlainButton>
      </div>
    </div>
  );
}
