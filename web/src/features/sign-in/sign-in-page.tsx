import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Gate } from '../../app/gate.tsx';
import { ownPath } from '../../app/own-path.ts';
import { readSessionAgain } from '../../app/session.ts';
import { Warning } from '../../ui/states.tsx';
import { SignInFlow } from './sign-in-flow.tsx';
import { knownSsoError, takeErrorFromAddress } from './sso-error.ts';

let errorFromAddress: string | undefined;

export function SignInPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const next = ownPath(search.get('next'));
  const [ssoError] = useState(() => {
    errorFromAddress = takeErrorFromAddress() ?? errorFromAddress;
    return errorFromAddress;
  });

  // The gate leads on to `next` as soon as the session says who is here.
  const signedIn = async () => {
    errorFromAddress = undefined;
    await readSessionAgain(client);
  };
  return (
    <Gate title={t('signIn.title')} lead={next === '/' ? undefined : t('signIn.continuing', { page: next })}>
      {ssoError ? (
        <Warning title={t('sso.failed')}>
          {t(`sso.error.${knownSsoError(ssoError)}`)} <code translate="no">{ssoError}</code>
        </Warning>
      ) : null}
      <SignInFlow next={next} onSignedIn={() => void signedIn()} />
    </Gate>
  );
}
