import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { type ConfigPreview, type ConfigUploaded, systemApi } from '../../api/system-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Failure, Warning } from '../../ui/states.tsx';
import { readConfigFile } from './config-file.ts';
import { settingsQuery } from './queries.ts';

interface Looked {
  file: File;
  preview: ConfigPreview;
  /** Of the present file when the preview was made. */
  tag: string | undefined;
}

/** Another file is looked at first; it counts only after one has seen what it changes. */
export function ConfigUpload() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [done, setDone] = useState<ConfigUploaded | null>(null);
  const look = useMutation({
    mutationFn: async (file: File): Promise<Looked> => {
      const present = await readConfigFile();
      return { file, tag: present?.tag, preview: await systemApi.previewConfig(file) };
    },
    onSuccess: setLooked,
  });
  const replace = useMutation({
    mutationFn: ({ file, tag }: Looked) => systemApi.uploadConfig(file, tag),
    onSuccess: async (answer) => {
      setDone(answer);
      setLooked(null);
      await client.invalidateQueries({ queryKey: settingsQuery.queryKey });
    },
  });
  return (
    <div className="stack">
      <div>
        <Button
          startIcon={<Upload size={16} />}
          loading={look.isPending}
          loadingPosition="start"
          onClick={() => input.current?.click()}
        >
          {t('settings.upload')}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".yaml,.yml,.json"
          hidden
          aria-label={t('settings.upload')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            setDone(null);
            replace.reset();
            if (file) look.mutate(file);
          }}
        />
      </div>
      {look.isError ? <Failure error={look.error} /> : null}
      {look.error instanceof ApiError && look.error.fields.length > 0 ? (
        <ul className="card settings-problems">
          {look.error.fields.map(({ field, message }) => (
            <li key={`${field} ${message}`} className="break">
              <code translate="no">{field}</code> {message}
            </li>
          ))}
        </ul>
      ) : null}
      {done ? <Replaced answer={done} /> : null}
      {looked ? (
        <FormDialog
          title={t('settings.previewTitle')}
          lead={t('settings.previewLead', { count: looked.preview.changes.length })}
          action={t('settings.replace')}
          wide
          pending={replace.isPending}
          error={replace.error}
          onClose={() => setLooked(null)}
          onSubmit={() => replace.mutate(looked)}
        >
          <Changes preview={looked.preview} />
        </FormDialog>
      ) : null}
    </div>
  );
}

function Changes({ preview }: { preview: ConfigPreview }) {
  const { t } = useTranslation();
  const held = preview.changes.filter((change) => change.held);
  return (
    <>
      {held.length > 0 ? (
        <Warning title={t('settings.held')}>{held.map(({ key }) => key).join(', ')}</Warning>
      ) : null}
      <ul className="settings-changes">
        {preview.changes.map(({ key, before, after, restart, overridden }) => (
          <li key={key}>
            <p className="row wrap">
              <strong className="mono break" translate="no">
                {key}
              </strong>
              {restart ? <Badge tone="warning">{t('settings.restart')}</Badge> : null}
              {overridden ? <Badge tone="danger">{t('settings.overridden')}</Badge> : null}
            </p>
            <p className="settings-diff mono break" translate="no">
              <span className="settings-before">
                <span className="visually-hidden">{t('audit.before')}</span>
                {textOf(before) ?? t('settings.notSet')}
              </span>
              <span aria-hidden="true"> → </span>
              <span className="settings-after">
                <span className="visually-hidden">{t('audit.after')}</span>
                {textOf(after) ?? t('settings.notSet')}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Replaced({ answer }: { answer: ConfigUploaded }) {
  const { t } = useTranslation();
  return (
    <div className="notice notice-success" role="status">
      <CircleCheck size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{t('settings.replaced', { count: answer.changed.length })}</p>
        {answer.restart.length > 0 ? (
          <p className="muted">{t('settings.restartFor', { keys: answer.restart.join(', ') })}</p>
        ) : null}
        {answer.overridden.length > 0 ? (
          <p className="muted">{t('settings.overriddenFor', { keys: answer.overridden.join(', ') })}</p>
        ) : null}
        {answer.backup ? <p className="muted">{t('settings.backup', { file: answer.backup })}</p> : null}
      </div>
    </div>
  );
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
