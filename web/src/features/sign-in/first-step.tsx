import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint, LogIn } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { signInApi } from '../../api/access-api.ts';
import type { Entered, SecondFactorAsked } from '../../api/access-types.ts';
import { answerWithPasskey, passkeysWork } from '../../api/passkey.ts';
import { sessionQuery } from '../../app/session.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { Failure } from '../../ui/states.tsx';
import { PasswordStep } from './password-step.tsx';

interface FirstStepProps {
  login?: string;
  next: string;
  onAnswer: (answer: Entered | SecondFactorAsked) => void;
}

export function FirstStep({ login, next, onAnswer }: FirstStepProps) {
  const { t } = useTranslation();
  const { providers = [], passwordSignIn = true } = useQuery(sessionQuery).data ?? {};
  const passkey = useMutation({
    mutationFn: async () => {
      const { ticket, options } = await signInApi.passkeyOptions({});
      return signInApi.passkey({ ticket, response: await answerWithPasskey(options) });
    },
    onSuccess: onAnswer,
  });
  const others = providers.length > 0 || passkeysWork();
  return (
    <div className="sign-in">
      {others ? (
        <div className="sign-in-others">
          {providers.map((provider) => (
            <PlainButton
              key={provider.id}
              href={signInApi.providerAddress(provider.id, next)}
              startIcon={<LogIn size={16} />}
              fullWidth
            >
              {t('sso.continue', { name: provider.name })}
            </PlainButton>
          ))}
          {passkeysWork() ? (
            <PlainButton
              startIcon={<Fingerprint size={16} />}
              loading={passkey.isPending}
              onClick={() => passkey.mutate()}
              fullWidth
            >
              {t('signIn.passkey')}
            </PlainButton>
          ) : null}
          {passkey.isError ? <Failure error={passkey.error} /> : null}
        </div>
      ) : null}
      {passwordSignIn ? (
        <>
          {others ? <div className="sign-in-or">{t('signIn.or')}</div> : null}
          <PasswordStep {...(login === undefined ? {} : { login })} onAnswer={onAnswer} />
        </>
      ) : null}
    </div>
  );
}
