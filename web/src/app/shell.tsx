import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation, useNavigation } from 'react-router';
import { api } from '../api/api.ts';
import { askToSignInAgain } from '../api/client.ts';
import { LiveRoot, useProjectEvents } from '../live/live.tsx';
import { Toasts } from '../ui/toast.tsx';
import { Brand } from './brand.tsx';
import { ConnectionBanner, ConnectionMark } from './connection.tsx';
import { BottomBar, SideNav } from './nav.tsx';
import { PaletteButton } from './palette-button.tsx';
import { ProjectSwitch } from './project-switch.tsx';
import { ProofDialog } from './proof-dialog.tsx';
import { ReauthDialog } from './reauth-dialog.tsx';
import { sessionQuery } from './session.ts';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useAppCommands } from './use-app-commands.ts';
import { UserMenu } from './user-menu.tsx';
import './shell.css';

/** What surrounds every page of a signed-in user. `main` is the one element that scrolls. */
export function Shell() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const navigation = useNavigation();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);

  useEffect(() => {
    // The first page is there already: to scroll it makes the browser lay it out before its other effects have run.
    if (shown.current === pathname) return;
    shown.current = pathname;
    // Newer browsers answer with a promise, which must not become the effect's clean-up.
    void main.current?.scrollTo(0, 0);
  }, [pathname]);
  useAppCommands();

  const user = session.data?.user;
  if (!user) return null;
  return (
    <LiveRoot key={user.project} onRefused={() => void checkSession()}>
      <a href="#main" className="skip-link">
        {t('app.skip')}
      </a>
      <div className="shell">
        <SideNav />
        <header className="topbar">
          <span className="topbar-brand">
            <Brand />
          </span>
          <ProjectSwitch user={user} />
          <span className="grow" />
          <PaletteButton />
          <ConnectionMark />
          <ShortcutHelp />
          <UserMenu user={user} />
        </header>
        {navigation.state === 'loading' ? <div className="route-loading" /> : null}
        <main id="main" ref={main} tabIndex={-1}>
          <ConnectionBanner />
          <Suspense>
            <Outlet key={user.project} />
          </Suspense>
        </main>
        <BottomBar />
      </div>
      <ReauthDialog user={user} />
      <ProofDialog />
      <Toasts />
      <ScopeWatch />
    </LiveRoot>
  );
}

/** Keeps the list of the authorised scope fresh, and with it the one connection that every page shows the state of. */
function ScopeWatch() {
  const client = useQueryClient();
  const refresh = () => void client.invalidateQueries({ queryKey: ['scope'] });
  useProjectEvents((events) => {
    if (events.some((event) => event.type.startsWith('scope.'))) refresh();
  }, refresh);
  return null;
}

/** A browser does not say why a WebSocket was refused: either the server is away, or the session has ended. */
async function checkSession(): Promise<void> {
  const session = await api.session().catch(() => null);
  if (session && !session.user) await askToSignInAgain();
}
