import Button from '@mui/material/Button';
import { FileInput, FileUp, X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes } from '../../ui/bytes.ts';
import { Failure } from '../../ui/states.tsx';
import type { useCatalogueFile } from './use-catalogue-file.ts';

/** The same as dropping a file, with a button. */
export function ChooseFile({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button startIcon={<FileUp size={16} />} onClick={() => input.current?.click()}>
        {t('catalogue.chooseFile')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('catalogue.chooseFile')}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          event.target.value = '';
        }}
      />
    </>
  );
}

interface CatalogueFileProps {
  given: ReturnType<typeof useCatalogueFile>;
  /** It may be a report of another tool, and one may import it. */
  importable: boolean;
}

/** What was dropped, and what can be done with it beside the tasks below. */
export function CatalogueFile({ given, importable }: CatalogueFileProps) {
  const { t } = useTranslation();
  const { file, sending, error } = given;
  if (!file) return null;
  return (
    <div className="card catalogue-file">
      <p className="grow" role="status">
        <strong className="break" translate="no">
          {file.name}
        </strong>{' '}
        <span className="muted small">{bytes(file.size)}</span>
        <br />
        <span className="muted">
          {sending
            ? t('catalogue.sending', { percent: Math.round(sending.share * 100) })
            : t('catalogue.takesFile')}
        </span>
      </p>
      {importable ? (
        <Button
          variant="contained"
          color="primary"
          startIcon={<FileInput size={16} />}
          disabled={sending !== null}
          onClick={given.importIt}
        >
          {t('catalogue.importIt')}
        </Button>
      ) : null}
      <Button startIcon={<X size={16} />} disabled={sending !== null} onClick={() => given.choose(null)}>
        {t('catalogue.noFile')}
      </Button>
      {error ? <Failure error={error} /> : null}
    </div>
  );
}
