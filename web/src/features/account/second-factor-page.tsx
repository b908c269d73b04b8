import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { api } from '../../api/api.ts';
import { Gate } from '../../app/gate.tsx';
import { ownPath } from '../../app/own-path.ts';
import { ProofDialog } from '../../app/proof-dialog.tsx';
import { forgetUser, readSessionAgain, useUser } from '../../app/session.ts';
import { Loaded } from '../../ui/states.tsx';
import { Toasts } from '../../ui/toast.tsx';
import { ProofForm } from '../sign-in/proof-form.tsx';
import { Passkeys } from './passkeys.tsx';
import { secondFactorsQuery } from './queries.ts';
import { hasApp, Totp } from './totp.tsx';

/** Where a second factor is demanded: it is set up here, or shown, before anything else. */
export function SecondFactorPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const user = useUser();
  const [search] = useSearchParams();
  const next = ownPath(search.get('next'));
  // The page stays when the session is read again meanwhile: recovery codes that are just shown would be gone with it.
  const [due] = useState(user?.secondFactorDue ?? null);
  const [left, setLeft] = useState(false);
  const leave = useMutation({ mutationFn: api.signOut, onSuccess: () => forgetUser(client) });
  const goOn = async () => {
    await readSessionAgain(client);
    setLeft(true);
  };
  if (!user) return null;
  if (due === null || left) return <Navigate to={next} replace />;
  return (
    <Gate title={t(`demandedFactor.${due}.title`)} lead={t(`demandedFactor.${due}.lead`)}>
      {due === 'enrol' ? (
        <Enrolment onDone={() => void goOn()} />
      ) : (
        <ProofForm onProved={() => void goOn()} />
      )}
      <Button variant="text" onClick={() => leave.mutate()} fullWidth>
        {t('user.signOut')}
      </Button>
      <ProofDialog />
      <Toasts />
    </Gate>
  );
}

function Enrolment({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const factors = useQuery(secondFactorsQuery);
  const ready = factors.data !== undefined && (hasApp(factors.data) || factors.data.passkeys.length > 0);
  return (
    <Loaded query={factors} rows={4}>
      {factors.data ? (
        <>
          <h2>{t('totp.title')}</h2>
          <Totp factors={factors.data} />
          <h2>{t('passkey.title')}</h2>
          <Passkeys passkeys={factors.data.passkeys} />
          {ready ? (
            <Button variant="contained" color="primary" onClick={onDone} fullWidth>
              {t('demandedFactor.goOn')}
            </Button>
          ) : null}
        </>
      ) : null}
    </Loaded>
  );
}
