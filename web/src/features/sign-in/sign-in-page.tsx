import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Gate } from '../../app/gate.tsx';
import { loadScreen } from '../../app/load-screen.ts';
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

  // The app comes while the server looks at what was typed, and not before: who only looks at this page loads none of it.
  useEffect(() => {
    const load = () => loadScreen(new URL(next, window.location.href).pathname);
    document.addEventListener('submit', load, { once: true, capture: true });
    return () => document.removeEventListener('submit', load, { capture: true });
  }, [next]);
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
