import Button from '@mui/material/Button';
import { CircleCheck, CircleX, Upload, X } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, CANCELLED } from '../../api/client.ts';
import { projectApi } from '../../api/system-api.ts';
import { bytes } from '../../ui/bytes.ts';
import './uploads.css';

interface Sending {
  id: number;
  file: File;
  share: number;
  state: 'sending' | 'done' | 'failed';
  problem?: string;
  stop: AbortController;
}

let count = 0;

/** Drop files or choose them. Each has its own progress, can be stopped, and is sent again after a failure. */
export function Uploads({ onDone }: { onDone: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const change = (id: number, to: Partial<Sending>) =>
    setSending((all) => all.map((one) => (one.id === id ? { ...one, ...to } : one)));
  const leave = (id: number) => setSending((all) => all.filter((one) => one.id !== id));

  const send = async (file: File) => {
    const id = ++count;
    const stop = new AbortController();
    setSending((all) => [...all, { id, file, share: 0, state: 'sending', stop }]);
    try {
      await projectApi.uploadFile(file, {
        signal: stop.signal,
        onProgress: (share) => change(id, { share }),
      });
      change(id, { state: 'done', share: 1 });
      await onDone();
      setTimeout(() => leave(id), 4000);
    } catch (error) {
      if (error instanceof ApiError && error.code === CANCELLED) return leave(id);
      const known = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(' ') : '';
      change(id, { state: 'failed', problem: known || t('state.unexpected') });
    }
  };
  const sendAll = async (files: Iterable<File>) => {
    for (const file of files) await send(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void sendAll([...event.dataTransfer.files]);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same without a pointer */}
      <div
        className={over ? 'upload-drop upload-drop-over' : 'upload-drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Upload size={20} aria-hidden="true" />
        <span className="muted grow">{t('files.drop')}</span>
        <Button onClick={() => input.current?.click()}>{t('files.choose')}</Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t('files.choose')}
          onChange={(event) => {
            void sendAll([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {sending.length > 0 ? (
        <ul className="uploads card" aria-label={t('files.sending')}>
          {sending.map((one) => (
            <li key={one.id}>
              <UploadRow
                one={one}
                onStop={() => one.stop.abort()}
                onAgain={() => {
                  leave(one.id);
                  void send(one.file);
                }}
                onLeave={() => leave(one.id)}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

interface UploadRowProps {
  one: Sending;
  onStop: () => void;
  onAgain: () => void;
  onLeave: () => void;
}

function UploadRow({ one, onStop, onAgain, onLeave }: UploadRowProps) {
  const { t } = useTranslation();
  const { file, state, share } = one;
  const percent = Math.round(share * 100);
  return (
    <div className={`upload-row upload-row-${state}`}>
      <div className="upload-row-head">
        {state === 'done' ? <CircleCheck size={16} aria-hidden="true" /> : null}
        {state === 'failed' ? <CircleX size={16} aria-hidden="true" /> : null}
        <span className="grow truncate" translate="no">
          {file.name}
        </span>
        <span className="muted small">
          {state === 'sending'
            ? t('files.progress', { percent, size: bytes(file.size) })
            : t(state === 'done' ? 'files.done' : 'files.failed')}
        </span>
        {state === 'sending' ? (
          <Button size="small" onClick={onStop} aria-label={t('files.stopNamed', { name: file.name })}>
            {t('action.cancel')}
          </Button>
        ) : null}
        {state === 'failed' ? (
          <>
            <Button size="small" onClick={onAgain} aria-label={t('files.againNamed', { name: file.name })}>
              {t('action.retry')}
            </Button>
            <Button size="small" onClick={onLeave} aria-label={t('files.dismissNamed', { name: file.name })}>
              <X size={14} aria-hidden="true" />
            </Button>
          </>
        ) : null}
      </div>
      {state === 'sending' ? (
        <progress max={100} value={percent} aria-label={t('files.progressOf', { name: file.name })} />
      ) : null}
      {one.problem ? (
        <p className="upload-problem" role="alert">
          {one.problem}
        </p>
      ) : null}
    </div>
  );
}
