import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readOutline } from './outline.ts';
import { reportsApi } from './reports-api.ts';
import type { Report } from './types.ts';

/**
 * The report as it was made, confined: the server sends it with a policy of its own that allows only the script it was made
 * with, and the frame gives it no origin of ours.
 */
export function ReportView({ report }: { report: Report }) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState('');
  const address = reportsApi.viewAddress(report.id);
  const outline = useQuery({
    queryKey: ['reports', 'one', report.id, 'outline'],
    queryFn: ({ signal }) => readOutline(address, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const headings = outline.data ?? [];
  return (
    <section className="report-view" aria-label={t('report.view')}>
      {headings.length > 1 ? (
        <nav className="report-outline" aria-label={t('report.outline')}>
          <ul>
            {headings.map((heading) => (
              <li key={heading.id}>
                <button
                  type="button"
                  className={heading.level > 2 ? 'report-outline-part' : undefined}
                  aria-current={anchor === heading.id ? 'true' : undefined}
                  title={heading.text}
                  onClick={() => setAnchor(heading.id)}
                >
                  <span className="report-outline-text">{heading.text}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
      ) : outline.isPending ? (
        // Its room, so that the report beside it does not move.
        <div className="report-outline report-outline-awaited" />
      ) : null}
      <div className="report-frame-box">
        <iframe
          className="report-frame"
          title={t('report.frame', { title: report.title })}
          src={anchor ? `${address}#${encodeURIComponent(anchor)}` : address}
          sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
        />
        <Button
          size="small"
          href={address}
          target="_blank"
          rel="noopener noreferrer"
          startIcon={<ExternalLink size={14} />}
        >
          {t('report.ownTab')}
        </Button>
      </div>
    </section>
  );
}
