import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CalendarClock, FileText, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Page, Section } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { reportsQuery, templatesQuery } from './queries.ts';
import { ReportRow } from './report-row.tsx';
import { ReportsNav } from './reports-nav.tsx';
import { useReportsRefresh } from './use-reports-refresh.ts';
import { VerifyFile } from './verify-file.tsx';
import '../../ui/rows.css';
import './reports.css';

const STATUSES = ['queued', 'rendering', 'ready', 'failed'] as const;

export function ReportsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const template = search.get('template') ?? '';
  const status = STATUSES.find((one) => one === search.get('status')) ?? '';
  const query = useInfiniteQuery(
    reportsQuery({ ...(template ? { template } : {}), ...(status ? { status } : {}) }),
  );
  const templates = useQuery(templatesQuery);
  useReportsRefresh();
  const reports = query.data?.pages.flatMap((page) => page.items) ?? [];
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const mayCreate = may('report:create');
  return (
    <Page title={t('reports.title')} lead={t('reports.lead')} actions={mayCreate ? <Actions /> : undefined}>
      <ReportsNav />
      <div className="report-filters">
        <SelectInput
          id="reports-template"
          label={t('reports.template')}
          value={template}
          onChange={(value) => set('template', value)}
          options={[
            { value: '', label: t('reports.all') },
            ...(templates.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
          ]}
        />
        <SelectInput
          id="reports-status"
          label={t('reports.state')}
          value={status}
          onChange={(value) => set('status', value)}
          options={[
            { value: '', label: t('reports.all') },
            ...STATUSES.map((value) => ({ value, label: t(`reports.status.${value}`) })),
          ]}
        />
      </div>
      <Loaded query={query} rows={3}>
        {reports.length === 0 ? (
          template || status ? (
            <Empty title={t('reports.noneFit')} action={<Link to="/reports">{t('reports.showAll')}</Link>} />
          ) : (
            <Empty
              title={t('reports.none')}
              icon={<FileText size={22} />}
              action={mayCreate ? <Link to="/reports/new">{t('reports.new')}</Link> : undefined}
            >
              {t('reports.noneHint')}
            </Empty>
          )
        ) : (
          <ul className="card rows" aria-label={t('reports.title')}>
            {reports.map((report) => (
              <ReportRow key={report.id} report={report} />
            ))}
          </ul>
        )}
        {query.hasNextPage ? (
          <div className="rows-foot">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </div>
        ) : null}
      </Loaded>
      <Section title={t('verify.title')}>
        <VerifyFile />
      </Section>
    </Page>
  );
}

function Actions() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      {may('workflow:write') ? (
        <Button component={Link} to="/reports/new?repeat=day" startIcon={<CalendarClock size={16} />}>
          {t('reports.schedule')}
        </Button>
      ) : null}
      <Button
        component={Link}
        to="/reports/new"
        variant="contained"
        color="primary"
        startIcon={<Plus size={16} />}
      >
        {t('reports.new')}
      </Button>
    </>
  );
}
