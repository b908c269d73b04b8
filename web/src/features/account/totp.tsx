import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import type { SecondFactors } from '../../api/access-types.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { secondFactorsQuery } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { TotpEnrolment } from './totp-enrolment.tsx';
import '../../ui/rows.css';

/** From here on the codes are few enough to make new ones. */
const FEW_CODES = 3;

/** An app that was begun and never confirmed counts for nothing. */
export function hasApp(factors: SecondFactors): boolean {
  return typeof factors.totp?.confirmed === 'number';
}

type Asking = 'enrol' | 'remove' | 'codes' | null;

export function Totp({ factors }: { factors: SecondFactors }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState<Asking>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
  const start = useMutation({ mutationFn: accountApi.startTotp, onSuccess: () => setAsking('enrol') });
  const gotCodes = (recoveryCodes: readonly string[]) => {
    setAsking(null);
    setCodes(recoveryCodes);
    void refresh();
  };
  const on = hasApp(factors);
  const recoverable = on || factors.passkeys.length > 0;
  const left = factors.recoveryCodesLeft;

  return (
    <>
      {start.isError ? <Failure error={start.error} /> : null}
      <ul className="rows card">
        <li>
          <span className="rows-icon">
            <Smartphone size={20} aria-hidden="true" />
          </span>
          <div className="rows-main">
            <p className="rows-title">
              {t('totp.app')}
              <Badge tone={on ? 'success' : 'plain'}>{t(on ? 'state.on' : 'state.off')}</Badge>
            </p>
            <p className="rows-facts">
              {on && factors.totp?.confirmed ? (
                <span>
                  {t('totp.since')} <When time={factors.totp.confirmed} />
                </span>
              ) : (
                t('totp.none')
              )}
            </p>
          </div>
          <div className="rows-actions">
            {on ? (
              <Button onClick={() => setAsking('remove')}>{t('totp.remove')}</Button>
            ) : (
              <Button
                variant="contained"
                color="primary"
                loading={start.isPending}
                onClick={() => start.mutate()}
              >
                {t('totp.enrol')}
              </Button>
            )}
          </div>
        </li>
        {recoverable ? (
          <li>
            <span className="rows-icon">
              <KeyRound size={20} aria-hidden="true" />
            </span>
            <div className="rows-main">
              <p className="rows-title">
                {t('recovery.title')}
                {left <= FEW_CODES ? <Badge tone="warning">{t('recovery.few')}</Badge> : null}
              </p>
              <p className="rows-facts">{t('recovery.left', { count: left })}</p>
            </div>
            <div className="rows-actions">
              <Button onClick={() => setAsking('codes')}>{t('recovery.renew')}</Button>
            </div>
          </li>
        ) : null}
      </ul>
      {asking === 'enrol' && start.data ? (
        <TotpEnrolment enrolment={start.data} onDone={gotCodes} onClose={() => setAsking(null)} />
      ) : null}
      {asking === 'remove' ? (
        <Confirm
          title={t('totp.removeTitle')}
          action={t('totp.remove')}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await accountApi.removeTotp();
            toast(t('totp.removed'));
            await refresh();
          }}
        >
          {t('totp.removeHint')}
        </Confirm>
      ) : null}
      {asking === 'codes' ? (
        <Confirm
          title={t('recovery.renewTitle')}
          action={t('recovery.renew')}
          harmless
          onClose={() => setAsking(null)}
          onConfirm={async () => gotCodes((await accountApi.newRecoveryCodes()).recoveryCodes)}
        >
          {t('recovery.renewHint')}
        </Confirm>
      ) : null}
      {codes ? <RecoveryCodes codes={codes} onClose={() => setCodes(null)} /> : null}
    </>
  );
}
