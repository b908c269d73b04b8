import { CircleAlert, CircleCheck, Hourglass, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/badge.tsx';
import type { Report } from './types.ts';

const LOOK = {
  queued: { tone: 'plain', icon: <Hourglass size={12} aria-hidden="true" /> },
  rendering: { tone: 'accent', icon: <LoaderCircle size={12} aria-hidden="true" /> },
  ready: { tone: 'success', icon: <CircleCheck size={12} aria-hidden="true" /> },
  failed: { tone: 'danger', icon: <CircleAlert size={12} aria-hidden="true" /> },
} as const;

export function ReportState({ report }: { report: Pick<Report, 'status'> }) {
  const { t } = useTranslation();
  const { tone, icon } = LOOK[report.status];
  return (
    <Badge tone={tone} icon={icon}>
      {t(`reports.status.${report.status}`)}
    </Badge>
  );
}

/** How far one is that is being made. */
export function ReportProgress({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { progress } = report;
  const words = progress
    ? t('report.progress', { phase: progress.phase, done: progress.done, total: progress.total })
    : t('report.waiting');
  return (
    <div className="report-progress" role="status">
      <progress
        aria-label={t('report.progressOf', { title: report.title })}
        {...(progress && progress.total > 0 ? { max: progress.total, value: progress.done } : {})}
      />
      <span className="muted small">{words}</span>
    </div>
  );
}
