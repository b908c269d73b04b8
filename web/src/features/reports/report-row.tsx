import { FileText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { EndDay, When } from '../../ui/time.tsx';
import { aboutLink, aboutName } from './about-text.ts';
import { isBusy } from './queries.ts';
import { ReportProgress, ReportState } from './report-state.tsx';
import type { Report } from './types.ts';

export function ReportRow({ report }: { report: Report }) {
  const { t } = useTranslation();
  const address = `/reports/${encodeURIComponent(report.id)}`;
  const about = aboutLink(report.about);
  return (
    <li>
      <span className="rows-icon">
        <FileText size={20} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <Link to={address}>{report.title}</Link>
          <ReportState report={report} />
          {report.classification ? <Badge tone="warning">{report.classification}</Badge> : null}
        </div>
        <div className="rows-facts">
          <span>{report.template}</span>
          {report.findings === null ? null : (
            <Link to={address}>{t('reports.findings', { count: report.findings })}</Link>
          )}
          {about ? (
            <Link to={about} translate="no">
              <bdi>{aboutName(report.about)}</bdi>
            </Link>
          ) : (
            <bdi translate="no">{aboutName(report.about)}</bdi>
          )}
          <span>
            {t('reports.made')} <When time={report.created} />
          </span>
          {report.files.length > 0 ? (
            <span>{report.files.map(({ format }) => t(`reports.format.${format}`)).join(', ')}</span>
          ) : null}
          {report.expires === null ? null : (
            <span>
              {t('reports.until')} <EndDay time={report.expires} />
            </span>
          )}
        </div>
        {isBusy(report) ? <ReportProgress report={report} /> : null}
        {report.error ? <p className="report-error">{report.error.message}</p> : null}
      </div>
    </li>
  );
}
