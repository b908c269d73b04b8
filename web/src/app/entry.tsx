import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { knownSsoError, takeErrorFromAddress } from '../features/sign-in/sso-error.ts';
import { Failure } from '../ui/states.tsx';
import { ownPath } from './own-path.ts';
import { gateOf, type KnownSession, sessionQuery } from './session.ts';
import './entry.css';

/** Pages before the app; the last one is where sign-in once stood. */
const GATES = ['/setup', '/sign-in', '/new-password', '/second-factor', '/login'];

/** The gate: an unclaimed server shows setup, a visitor the sign-in page, a user the page that was asked for. */
export function Entry() {
  const session = useQuery(sessionQuery);
  const { pathname, search } = useLocation();

  if (!session.data) {
    if (!session.isError) return null;
    return (
      <main className="entry-failure">
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data.user && pathname === '/sign-in')
    return <BackFromProvider to={ownPath(new URLSearchParams(search).get('next'))} />;
  const other = elsewhere(session.data, pathname, search);
  return other === undefined ? <Outlet /> : <Navigate to={other} replace />;
}

/** Who is signed in comes here only when connecting an account elsewhere, or proving with it, went wrong. */
function BackFromProvider({ to }: { to: string }) {
  const { t } = useTranslation();
  const [code] = useState(takeErrorFromAddress);
  useEffect(() => {
    if (!code) return;
    const text = `${t('sso.failed')}. ${t(`sso.error.${knownSsoError(code)}`)}`;
    // Comes with the app, to which this leads, and not with the page to sign in.
    void import('../ui/toast.tsx').then(({ toast }) => toast(text, 'failed'));
  }, [code, t]);
  return <Navigate to={to} replace />;
}

/** Where one has to go first; undefined: the page that was asked for may be shown. */
function elsewhere(
  { setupNeeded, user, left }: KnownSession,
  pathname: string,
  search: string,
): string | undefined {
  if (setupNeeded) return pathname === '/setup' ? undefined : '/setup';
  const gate = gateOf(user);
  if (pathname === gate) return undefined;
  const atGate = GATES.includes(pathname);
  const wanted = atGate ? ownPath(new URLSearchParams(search).get('next')) : `${pathname}${search}`;
  // That page leaves by itself, when the recovery codes that it shows are kept.
  if (gate === undefined) return atGate && pathname !== '/second-factor' ? wanted : undefined;
  return wanted === '/' || left ? gate : `${gate}?next=${encodeURIComponent(wanted)}`;
}
