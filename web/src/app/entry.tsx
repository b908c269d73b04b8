import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from 'react-router';
import { Failure } from '../ui/states.tsx';
import { sessionQuery } from './session.ts';
import './entry.css';

const OPEN = ['/setup', '/login'];

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
  const { setupNeeded, user } = session.data;
  if (setupNeeded && pathname !== '/setup') return <Navigate to="/setup" replace />;
  if (!setupNeeded && pathname === '/setup') return <Navigate to={user ? '/' : '/login'} replace />;
  if (!user && !OPEN.includes(pathname)) {
    const next = `${pathname}${search}`;
    return <Navigate to={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />;
  }
  return <Outlet />;
}
