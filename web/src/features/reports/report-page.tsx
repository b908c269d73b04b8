import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { GitCompare, RotateCcw, Share2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { EndDay, When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { aboutLink, aboutName } from './about-text.ts';
import { isBusy, reportQuery } from './queries.ts';
import { ReportFiles } from './report-files.tsx';
import { ReportProgress, ReportState } from './report-state.tsx';
import { ReportView } from './report-view.tsx';
import { reportsApi } from './reports-api.ts';
import { ShareDialog } from './share-dialog.tsx';
import { Shares } from './shares.tsx';
import type { Report } from './types.ts';
import { useReportsRefresh } from './use-reports-refresh.ts';
import '../../ui/rows.css';
import './reports.css';

export function ReportPage() {
  const { t } = useTranslation();
  const { report: id = '' } = useParams();
  const query = useQuery(reportQuery(id));
  const may = useMay();
  const report = query.data;
  const [sharing, setSharing] = useState(false);
  useReportsRefresh();
  return (
    <Page
      title={report?.title ?? t('report.title')}
      actions={report ? <Actions report={report} onShare={() => setSharing(true)} /> : undefined}
    >
      <Loaded query={query} rows={8}>
        {report ? (
          <>
            <Facts report={report} />
            {isBusy(report) ? <ReportProgress report={report} /> : null}
            {report.status === 'failed' ? <FailedReport report={report} /> : null}
            {report.status === 'ready' ? (
              <>
                <ReportView report={report} />
                <Section title={t('report.files')}>
                  <ReportFiles report={report} />
                </Section>
                {may('report:share') ? (
                  <Section title={t('share.title')}>
                    <Shares report={report} />
                  </Section>
                ) : null}
              </>
            ) : null}
          </>
        ) : null}
      </Loaded>
      {sharing && report ? <ShareDialog report={report} onClose={() => setSharing(false)} /> : null}
    </Page>
  );
}

function Actions({ report, onShare }: { report: Report; onShare: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const ready = report.status === 'ready';
  return (
    <>
      {may('report:create') && !isBusy(report) ? (
        <Button startIcon={<Trash2 size={16} />} onClick={() => setRemoving(true)}>
          {t('action.remove')}
        </Button>
      ) : null}
      {ready ? (
        <Button
          component={Link}
          to={`/reports/${encodeURIComponent(report.id)}/compare`}
          startIcon={<GitCompare size={16} />}
        >
          {t('report.compare')}
        </Button>
      ) : null}
      {ready && may('report:share') ? (
        <Button variant="contained" color="primary" startIcon={<Share2 size={16} />} onClick={onShare}>
          {t('share.share')}
        </Button>
      ) : null}
      {removing ? (
        <Confirm
          title={t('report.removeTitle', { title: report.title })}
          action={t('action.remove')}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await reportsApi.remove(report.id);
            client.removeQueries({ queryKey: reportQuery(report.id).queryKey });
            void client.invalidateQueries({ queryKey: ['reports', 'list'] });
            toast(t('report.removed'));
            await navigate('/reports');
          }}
        >
          {t('report.removeHint')}
        </Confirm>
      ) : null}
    </>
  );
}

function Facts({ report }: { report: Report }) {
  const { t } = useTranslation();
  const about = aboutLink(report.about);
  return (
    <div className="report-facts">
      <ReportState report={report} />
      {report.classification ? <Badge tone="warning">{report.classification}</Badge> : null}
      <span className="muted">{report.template}</span>
      {report.findings === null ? null : <span>{t('reports.findings', { count: report.findings })}</span>}
      <span className="muted break">
        {t('report.about')}{' '}
        {about ? (
          <Link to={about} translate="no">
            {aboutName(report.about)}
          </Link>
        ) : (
          <bdi translate="no">{aboutName(report.about)}</bdi>
        )}
      </span>
      <span className="muted">
        {report.asOf === null ? (
          <>
            {t('reports.made')} <When time={report.created} />
          </>
        ) : (
          t('report.asOf', { time: exactTime(report.asOf) })
        )}
      </span>
      {report.workflowRun ? (
        <Link to={`/workflow-runs/${encodeURIComponent(report.workflowRun)}`}>{t('report.byWorkflow')}</Link>
      ) : null}
      {report.expires === null ? null : (
        <span className="muted">
          {t('reports.until')} <EndDay time={report.expires} />
        </span>
      )}
      {report.hash ? (
        <span className="muted">
          SHA-256 <IdChip value={report.hash} short={`${report.hash.slice(0, 12)}…`} />
        </span>
      ) : null}
    </div>
  );
}

function FailedReport({ report }: { report: Report }) {
  const { t } = useTranslation();
  const may = useMay();
  const search = new URLSearchParams({ template: report.template });
  if (report.about.kind === 'query') search.set('q', report.about.q);
  if (report.about.kind === 'run') search.set('run', report.about.run);
  if (report.about.kind === 'workflow-run') search.set('workflowRun', report.about.workflowRun);
  return (
    <div className="notice notice-danger" role="alert">
      <div className="grow">
        <p className="notice-title">{t('report.failed')}</p>
        <p className="break">{report.error?.message}</p>
      </div>
      {may('report:create') ? (
        <Button component={Link} to={`/reports/new?${search}`} startIcon={<RotateCcw size={16} />}>
          {t('report.again')}
        </Button>
      ) : null}
    </div>
  );
}
