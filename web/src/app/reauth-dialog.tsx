import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setReauthentication } from '../api/client.ts';
import type { User } from '../api/types.ts';
import { SignInFlow } from '../features/sign-in/sign-in-flow.tsx';
import { forgetUser, readSessionAgain } from './session.ts';

interface Waiting {
  promise: Promise<void>;
  resolve: () => void;
}

/** Signing in again over the page: everything typed stays, and the refused requests are sent again. */
export function ReauthDialog({ user }: { user: User }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
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

  const signedIn = () => {
    setOpen(false);
    waiting.current?.resolve();
    waiting.current = null;
    // Another permission may have come or gone meanwhile.
    void readSessionAgain(client);
  };
  const leave = () => {
    setReauthentication(undefined);
    forgetUser(client);
  };

  return (
    <Dialog open={open} aria-labelledby="reauth-title" maxWidth="xs" fullWidth>
      <DialogTitle id="reauth-title">{t('reauth.title')}</DialogTitle>
      <DialogContent>
        <p className="muted reauth-why">{t('reauth.why')}</p>
        <SignInFlow login={user.login} onSignedIn={signedIn} />
        <Button variant="text" onClick={leave} fullWidth>
          {t('reauth.leave')}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
