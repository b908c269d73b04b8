import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Entered, SecondFactorAsked } from '../../api/access-types.ts';
import { Warning } from '../../ui/states.tsx';
import { FirstStep } from './first-step.tsx';
import { SecondFactorStep } from './second-factor-step.tsx';
import './sign-in.css';

interface SignInFlowProps {
  /** Who it must be: in the dialog over a page whose session has ended. */
  login?: string;
  /** Where single sign-on leads back to. */
  next?: string;
  onSignedIn: () => void;
}

/** Signing in, first with a password, a passkey or an account elsewhere, then with the second factor where there is one. */
export function SignInFlow({ login, next, onSignedIn }: SignInFlowProps) {
  const { t } = useTranslation();
  const [expired, setExpired] = useState(false);
  const [asked, setAsked] = useState<SecondFactorAsked['secondFactor'] | null>(null);
  const answered = (answer: Entered | SecondFactorAsked) => {
    if ('secondFactor' in answer) setAsked(answer.secondFactor);
    else onSignedIn();
  };
  const startOver = (late: boolean) => {
    setExpired(late);
    setAsked(null);
  };
  if (asked)
    return (
      <SecondFactorStep
        asked={asked}
        onSignedIn={onSignedIn}
        onStartOver={() => startOver(false)}
        onExpired={() => startOver(true)}
      />
    );
  return (
    <>
      {expired ? <Warning title={t('secondFactor.expired')} /> : null}
      <FirstStep {...(login === undefined ? {} : { login })} next={next ?? '/'} onAnswer={answered} />
    </>
  );
}
