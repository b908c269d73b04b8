import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { setReauthentication } from '../api/client.ts';
import type { User } from '../api/types.ts';
import { SignInFlow } from '../features/sign-in/sign-in-flow.tsx';
import { useOpened } from '../ui/use-opened.ts';
import { forgetUser, readSessionAgain } from './session.ts';

interface Waiting {
  promise: Promise<void>;
  resolve: () => void;
}

/** Signing in again over the page: everything typed stays, and the refused requests are sent again. */
export function ReauthDialog({ user }: { user: User }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { pathname, search } = useLocation();
  const [open, setOpen] = useState(false);
  const opened = useOpened(open);
  const waiting = useRef<Waiting | null>(null);

  useEffect(() => {
    setReauthentication(() => {
      if (!waiting.current) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.current = { promise, resolve };
        setOpen(true);
      }
      return waiting.current.promise;
    });
    return () => setReauthentication(undefined);
  }, []);

  const signedIn = async () => {
    const session = await readSessionAgain(client);
    // Somebody else: nothing that is open or waits here is theirs.
    if (session.user?.id !== user.id) return window.location.assign('/');
    setOpen(false);
    waiting.current?.resolve();
    waiting.current = null;
  };
  const leave = () => {
    setReauthentication(undefined);
    forgetUser(client);
  };

  if (!opened) return null;
  return (
    <Dialog open={open} aria-labelledby="reauth-title" maxWidth="xs" fullWidth>
      <DialogTitle id="reauth-title">{t('reauth.title')}</DialogTitle>
      <DialogContent>
        <p className="muted reauth-why">{t('reauth.why')}</p>
        <SignInFlow login={user.login} next={`${pathname}${search}`} onSignedIn={() => void signedIn()} />
        <Button variant="text" onClick={leave} fullWidth>
          {t('reauth.leave')}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
