import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckList } from '../../ui/check-list.tsx';
import { exactTime } from '../../ui/clock.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Warning } from '../../ui/states.tsx';
import { FORMATS } from './lists.ts';
import { reportsApi } from './reports-api.ts';
import type { Report, ReportFormat } from './types.ts';

/** Who gets such a link reaches their own machine by it, and not this one. */
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const DAYS = [1, 7, 14, 30, 90, 365];
const FIELDS = ['password', 'expiresInDays', 'formats'];

/** A link for readers without an account. Its address is shown once, and stored nowhere. */
export function ShareDialog({ report, onClose }: { report: Report; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [formats, setFormats] = useState<ReportFormat[]>(['html', 'pdf']);
  const [days, setDays] = useState(14);
  const [password, setPassword] = useState('');
  const [redact, setRedact] = useState(true);
  const share = useMutation({
    mutationFn: () =>
      reportsApi.share(report.id, {
        formats,
        expiresInDays: days,
        redact,
        ...(password ? { password } : {}),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['reports', 'one', report.id, 'shares'] }),
  });
  if (share.data) {
    const { url, share: made } = share.data;
    return (
      <SecretOnce
        title={t('share.madeTitle')}
        warning={t('share.once')}
        label={t('share.address')}
        value={url.startsWith('/') ? `${window.location.origin}${url}` : url}
        onClose={onClose}
      >
        <p className="muted">
          {t('share.endsAt', { time: exactTime(made.expires) })}{' '}
          {made.password ? t('share.tellPassword') : t('share.noPassword')}
        </p>
      </SecretOnce>
    );
  }
  return (
    <FormDialog
      title={t('share.dialogTitle')}
      lead={t('share.lead')}
      action={t('share.make')}
      pending={share.isPending}
      error={share.error}
      fields={FIELDS}
      onSubmit={() => share.mutate()}
      onClose={onClose}
    >
      {LOCAL.test(window.location.hostname) ? (
        <Warning title={t('share.local', { host: window.location.host })}>{t('share.localHint')}</Warning>
      ) : null}
      <SelectInput
        id="share-days"
        label={t('share.ends')}
        value={String(days)}
        error={problemOf(share.error, 'expiresInDays')}
        onChange={(value) => setDays(Number(value))}
        options={DAYS.map((count) => ({ value: String(count), label: t('newReport.days', { count }) }))}
      />
      <TextInput
        id="share-password"
        label={t('share.password')}
        hint={t('share.passwordHint')}
        autoComplete="off"
        spellCheck={false}
        value={password}
        error={
          problemOf(share.error, 'password') ??
          (password.length > 0 && password.length < 8 ? t('share.passwordShort') : undefined)
        }
        onChange={(event) => setPassword(event.target.value)}
      />
      <CheckList
        legend={t('share.formats')}
        options={FORMATS.map((value) => ({ value, label: t(`reports.format.${value}`) }))}
        chosen={formats}
        onChange={setFormats}
        error={
          problemOf(share.error, 'formats') ?? (formats.length === 0 ? t('evidence.noParts') : undefined)
        }
      />
      <label className="check">
        <input type="checkbox" checked={redact} onChange={(event) => setRedact(event.target.checked)} />
        <span>{t('share.redact')}</span>
      </label>
    </FormDialog>
  );
}
