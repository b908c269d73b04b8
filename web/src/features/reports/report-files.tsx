import Button from '@mui/material/Button';
import { Download, FileText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { bytes } from '../../ui/bytes.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { FORMATS } from './lists.ts';
import { reportsApi } from './reports-api.ts';
import type { Report } from './types.ts';

/** Every format: those that are there with size and hash, the others are made when they are asked for. */
export function ReportFiles({ report }: { report: Report }) {
  const { t } = useTranslation();
  return (
    <ul className="card rows" aria-label={t('report.files')}>
      {FORMATS.map((format) => {
        const file = report.files.find((one) => one.format === format);
        const name = t(`reports.format.${format}`);
        return (
          <li key={format}>
            <span className="rows-icon">
              <FileText size={20} aria-hidden="true" />
            </span>
            <div className="rows-main">
              <p className="rows-title">{name}</p>
              <p className="rows-facts">
                <span>{t(`report.formatNote.${format}`)}</span>
                {file ? (
                  <>
                    <span>{bytes(file.size)}</span>
                    <span>
                      SHA-256 <IdChip value={file.sha256} short={`${file.sha256.slice(0, 12)}…`} />
                    </span>
                  </>
                ) : (
                  <span>{t('report.madeWhenAsked')}</span>
                )}
              </p>
            </div>
            <div className="rows-actions">
              <Button
                size="small"
                href={reportsApi.fileAddress(report.id, format)}
                download
                startIcon={<Download size={14} />}
                aria-label={t('report.downloadNamed', { name })}
              >
                {t('action.download')}
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
