import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { GitCompare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { exactTime } from '../../ui/clock.ts';
import { Page } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { FindingRow } from '../findings/finding-row.tsx';
import { readyReportsQuery, reportDiffQuery, reportQuery } from './queries.ts';
import type { Change, Difference, Report } from './types.ts';
import './reports.css';

const CHANGES = ['new', 'reopened', 'changed', 'fixed', 'gone', 'open'] as const satisfies readonly Change[];

/** `/reports/:report/compare?with=rpt_…`; usually with the one before it about the same. */
export function ReportComparePage() {
  const { t } = useTranslation();
  const { report: id = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const report = useQuery(reportQuery(id));
  const ready = useQuery(readyReportsQuery);
  const others = (ready.data?.items ?? []).filter((one) => one.id !== id);
  const other = search.get('with') ?? (report.data ? previousOf(report.data, others)?.id : undefined);
  const change = CHANGES.find((one) => one === search.get('change')) ?? 'new';
  const set = (name: string, value: string) =>
    setSearch(
      (before) => new URLSearchParams([...[...before].filter(([key]) => key !== name), [name, value]]),
      {
        replace: true,
      },
    );
  return (
    <Page
      title={t('reportCompare.title')}
      lead={
        report.data ? <Link to={`/reports/${encodeURIComponent(id)}`}>{report.data.title}</Link> : undefined
      }
    >
      <Loaded query={report.data ? ready : report} rows={6}>
        <div className="report-filters">
          <SelectInput
            id="compare-with"
            label={t('reportCompare.with')}
            value={other ?? ''}
            onChange={(value) => set('with', value)}
            options={[
              { value: '', label: t('newReport.choose') },
              ...others.map((one) => ({
                value: one.id,
                label: `${one.title}, ${exactTime(one.asOf ?? one.created)}`,
              })),
            ]}
          />
        </div>
        {other ? (
          <Differences reports={[id, other]} change={change} onChange={(next) => set('change', next)} />
        ) : (
          <Empty title={t('reportCompare.none')} icon={<GitCompare size={22} />}>
            {t('reportCompare.noneHint')}
          </Empty>
        )}
      </Loaded>
    </Page>
  );
}

interface DifferencesProps {
  reports: readonly [string, string];
  change: Change;
  onChange: (change: Change) => void;
}

function Differences({ reports, change, onChange }: DifferencesProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(reportDiffQuery(reports[0], reports[1], change));
  const [first] = query.data?.pages ?? [];
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Tabs
        value={change}
        onChange={(_event, next: Change) => onChange(next)}
        aria-label={t('reportCompare.parts')}
        variant="scrollable"
        allowScrollButtonsMobile
      >
        {CHANGES.map((one) => (
          <Tab
            key={one}
            value={one}
            id={`change-${one}`}
            aria-controls="change-panel"
            label={
              first
                ? t('comparison.tab', {
                    name: t(`reportCompare.change.${one}`),
                    count: first.counts[one] ?? 0,
                  })
                : t(`reportCompare.change.${one}`)
            }
          />
        ))}
      </Tabs>
      <div role="tabpanel" id="change-panel" aria-labelledby={`change-${change}`} className="stack">
        <p className="muted">{t(`reportCompare.note.${change}`)}</p>
        <Loaded query={query} rows={5}>
          {items.length === 0 ? (
            <Empty title={t(`reportCompare.nothing.${change}`)} />
          ) : (
            <ul className="card diff-list">
              {items.map((item) => (
                <DifferenceRow key={item.id} item={item} />
              ))}
            </ul>
          )}
          {query.hasNextPage ? (
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          ) : null}
        </Loaded>
      </div>
    </>
  );
}

function DifferenceRow({ item }: { item: Difference }) {
  const { t } = useTranslation();
  const { before } = item;
  const was = before
    ? [
        before.severity === item.severity ? '' : t(`severity.${before.severity}`),
        before.status === item.status ? '' : t(`findingStatus.${before.status}`),
      ].filter(Boolean)
    : [];
  const { id, severity, title, rule, location, status } = item;
  return (
    <li>
      <FindingRow finding={{ id, severity, title, rule, location, status }} />
      {was.length > 0 ? <p className="diff-was">{t('comparison.was', { before: was.join(', ') })}</p> : null}
    </li>
  );
}

function previousOf(report: Report, others: readonly Report[]): Report | undefined {
  const about = JSON.stringify(report.about);
  const earlier = others.filter((one) => (one.asOf ?? 0) < (report.asOf ?? 0));
  return earlier.find((one) => JSON.stringify(one.about) === about) ?? earlier[0];
}
