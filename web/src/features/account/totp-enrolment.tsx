import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { CodeField, isWrongCode } from '../sign-in/code-field.tsx';
import { QrCode } from './qr-code.tsx';
import './totp-enrolment.css';

interface TotpEnrolmentProps {
  enrolment: { secret: string; uri: string };
  onDone: (recoveryCodes: readonly string[]) => void;
  onClose: () => void;
}

/** The secret counts only when the app has shown one right code. */
export function TotpEnrolment({ enrolment, onDone, onClose }: TotpEnrolmentProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: accountApi.confirmTotp,
    onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes),
    onError: () => setCode(''),
  });
  const send = (text: string) => {
    if (text && !confirm.isPending) confirm.mutate(text);
  };
  return (
    <FormDialog
      title={t('totp.enrolTitle')}
      action={t('totp.confirm')}
      wide
      pending={confirm.isPending}
      error={isWrongCode(confirm.error) ? null : confirm.error}
      onSubmit={() => send(code)}
      onClose={onClose}
    >
      <div className="totp-steps">
        <QrCode text={enrolment.uri} label={t('totp.qr')} />
        <div className="form">
          <p>{t('totp.scan')}</p>
          <div>
            <p className="muted small totp-secret-label">{t('totp.secret')}</p>
            <CopyBlock text={grouped(enrolment.secret)} label={t('totp.secretLabel')} />
          </div>
        </div>
      </div>
      <CodeField
        id="totp-code"
        kind="totp"
        error={isWrongCode(confirm.error) ? t('code.wrong.totp') : undefined}
        value={code}
        onChange={setCode}
        onComplete={send}
      />
    </FormDialog>
  );
}

/** In fours, as one types it; apps ignore the spaces. */
function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
