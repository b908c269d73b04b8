import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { User } from '../../api/types.ts';
import { Brand } from '../../app/brand.tsx';
import { sessionQuery } from '../../app/session.ts';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const next = ownPath(search.get('next'));

  const signedIn = (user: User) => {
    client.setQueryData(sessionQuery.queryKey, { setupNeeded: false, user });
    void navigate(next, { replace: true });
  };
  return (
    <div className="gate">
      <title>{t('app.pageTitle', { title: t('signIn.title') })}</title>
      <header className="gate-head">
        <Brand />
      </header>
      <main className="gate-card">
        <div>
          <h1>{t('signIn.title')}</h1>
          {next === '/' ? null : <p className="muted break">{t('signIn.continuing', { page: next })}</p>}
        </div>
        <SignInForm onSignedIn={signedIn} />
      </main>
    </div>
  );
}

/** `next` comes from the address: only a path of this app may follow, never another site. */
function ownPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
