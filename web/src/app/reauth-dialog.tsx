import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setReauthentication } from '../api/client.ts';
import type { User } from '../api/types.ts';
import { SignInForm } from '../features/setup/sign-in-form.tsx';
import { sessionQuery } from './session.ts';

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
  };
  const leave = () => {
    setReauthentication(undefined);
    client.setQueryData(sessionQuery.queryKey, { setupNeeded: false, user: null });
  };

  return (
    <Dialog open={open} aria-labelledby="reauth-title" maxWidth="xs" fullWidth>
      <DialogTitle id="reauth-title">{t('reauth.title')}</DialogTitle>
      <DialogContent>
        <p className="muted">{t('reauth.why')}</p>
        <SignInForm login={user.login} onSignedIn={signedIn} />
        <Button variant="text" onClick={leave} fullWidth>
          {t('reauth.leave')}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
