import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, CANCELLED, setProof } from '../api/client.ts';
import { useOpened } from '../ui/use-opened.ts';

const ProofForm = lazy(async () => ({
  default: (await import('../features/sign-in/proof-form.tsx')).ProofForm,
}));

/** A fresh proof over the page: what was typed stays, and the request that needed it is sent again by itself. */
export function ProofDialog() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const opened = useOpened(open);
  const waiting = useRef<PromiseWithResolvers<void> | null>(null);

  useEffect(() => {
    setProof(() => {
      waiting.current ??= Promise.withResolvers<void>();
      setOpen(true);
      return waiting.current.promise;
    });
    return () => setProof(undefined);
  }, []);

  const proved = () => {
    setOpen(false);
    waiting.current?.resolve();
    waiting.current = null;
  };
  const leave = () => {
    setOpen(false);
    waiting.current?.reject(new ApiError({ title: 'Not proved', status: 0, code: CANCELLED }));
    waiting.current = null;
  };
  if (!opened) return null;
  return (
    <Dialog open={open} onClose={leave} aria-labelledby="proof-title" maxWidth="xs" fullWidth>
      <DialogTitle id="proof-title">{t('proof.title')}</DialogTitle>
      <DialogContent>
        <p className="muted reauth-why">{t('proof.why')}</p>
        <Suspense>{open ? <ProofForm onProved={proved} /> : null}</Suspense>
        <Button variant="text" onClick={leave} fullWidth className="proof-leave">
          {t('action.cancel')}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
