import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { upload } from '../../api/upload.ts';
import { useMay } from '../../app/session.ts';
import { bytes } from '../../ui/bytes.ts';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Failure } from '../../ui/states.tsx';
import { assetNamesQuery } from '../assets/assets-api.ts';
import { ActionButton } from '../findings/action-button.tsx';
import { formatsQuery } from './queries.ts';
import './imports.css';

interface Sending {
  file: File;
  share: number;
  stop: AbortController;
}

/** Drop a report or choose it. What was chosen stays when it is refused, to be sent again. */
export function ReportDrop() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending | null>(null);
  const [failed, setFailed] = useState<{ file: File; error: unknown } | null>(null);
  const [choices, setChoices] = useState({ format: 'auto', asset: '', covers: 'auto' });
  const refusal = may('finding:import') ? undefined : t('imports.mayNot');

  const send = async (file: File) => {
    const stop = new AbortController();
    setFailed(null);
    setSending({ file, share: 0, stop });
    const query = new URLSearchParams(
      Object.entries(choices).filter(([, value]) => value !== '' && value !== 'auto'),
    ).toString();
    try {
      const { run } = await upload<{ run: { id: string } }>(
        `/api/v1/imports/upload${query ? `?${query}` : ''}`,
        file,
        { signal: stop.signal, onProgress: (share) => setSending((now) => now && { ...now, share }) },
      );
      void navigate(`/findings/imports/${encodeURIComponent(run.id)}`);
    } catch (error) {
      setFailed({ file, error });
    }
    setSending(null);
  };
  // Dropped on the list of findings. Going back does not send it a second time.
  const { state } = useLocation();
  const given: unknown = state?.report;
  const sent = useRef<unknown>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each report
  useEffect(() => {
    if (!(given instanceof File) || refusal || sent.current === given) return;
    sent.current = given;
    void navigate('.', { replace: true, state: null });
    void send(given);
  }, [given, refusal]);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !refusal && !sending) void send(file);
  };
  const percent = Math.round((sending?.share ?? 0) * 100);
  return (
    <div className="stack">
      <Choices choices={choices} onChange={(change) => setChoices((now) => ({ ...now, ...change }))} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same without a pointer */}
      <div
        className={over ? 'import-drop import-drop-over' : 'import-drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Upload size={24} aria-hidden="true" />
        <p className="grow">{refusal ?? t('imports.drop')}</p>
        <ActionButton
          variant="contained"
          color="primary"
          refusal={refusal}
          loading={sending !== null}
          onClick={() => input.current?.click()}
        >
          {t('imports.choose')}
        </ActionButton>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t('imports.choose')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void send(file);
            event.target.value = '';
          }}
        />
      </div>
      {sending ? (
        <div className="card import-sending" role="status">
          <span className="break grow" translate="no">
            {sending.file.name}
          </span>
          <span className="muted small">
            {t('imports.sending', { percent, size: bytes(sending.file.size) })}
          </span>
          <Button size="small" onClick={() => sending.stop.abort()}>
            {t('action.cancel')}
          </Button>
          <progress
            max={100}
            value={percent}
            aria-label={t('imports.sendingOf', { name: sending.file.name })}
          />
        </div>
      ) : null}
      {failed ? (
        <>
          <Failure error={failed.error} />
          <div className="row wrap">
            <span className="break" translate="no">
              {failed.file.name}
            </span>
            <Button onClick={() => void send(failed.file)}>{t('imports.again')}</Button>
          </div>
        </>
      ) : null}
    </div>
  );
}

interface ChoicesProps {
  choices: { format: string; asset: string; covers: string };
  onChange: (change: Partial<ChoicesProps['choices']>) => void;
}

function Choices({ choices, onChange }: ChoicesProps) {
  const { t } = useTranslation();
  const formats = useQuery(formatsQuery);
  const assets = useQuery({ ...assetNamesQuery, enabled: useMay()('finding:read') });
  return (
    <>
      <TextInput
        id="import-asset"
        label={t('imports.asset')}
        hint={t('imports.assetHint')}
        list="import-assets"
        autoComplete="off"
        maxLength={200}
        value={choices.asset}
        onChange={(event) => onChange({ asset: event.target.value })}
      />
      <datalist id="import-assets">
        {assets.data?.items.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
      <details className="import-choices">
        <summary>{t('imports.choices')}</summary>
        <div className="import-choice-fields">
          <SelectInput
            id="import-format"
            label={t('imports.format')}
            value={choices.format}
            options={[
              { value: 'auto', label: t('imports.auto') },
              ...(formats.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title })),
            ]}
            onChange={(format) => onChange({ format })}
          />
          <SelectInput
            id="import-covers"
            label={t('imports.covers')}
            hint={t('imports.coversHint')}
            value={choices.covers}
            options={(['auto', 'yes', 'no'] as const).map((value) => ({
              value,
              label: t(`imports.coversAs.${value}`),
            }))}
            onChange={(covers) => onChange({ covers })}
          />
        </div>
      </details>
    </>
  );
}
