import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import { ApiError } from '../../api/client.ts';
import { exactTime } from '../../ui/clock.ts';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { recentRunsQuery } from '../workflows/queries.ts';
import { fittingQuery } from './queries.ts';

export const ABOUT_KINDS = ['query', 'run', 'workflow-run'] as const;
export type AboutKind = (typeof ABOUT_KINDS)[number];

export interface AboutDraft {
  kind: AboutKind;
  q: string;
  run: string;
  workflowRun: string;
}

interface AboutFieldsProps {
  about: AboutDraft;
  onChange: (change: Partial<AboutDraft>) => void;
  problem?: string | undefined;
}

/** Which findings: those that fit a filter, or those of a run. */
export function AboutFields({ about, onChange, problem }: AboutFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SelectInput
        id="report-about"
        label={t('newReport.about')}
        value={about.kind}
        onChange={(kind) => onChange({ kind: kind as AboutKind })}
        options={ABOUT_KINDS.map((value) => ({ value, label: t(`newReport.kind.${value}`) }))}
      />
      {about.kind === 'query' ? <FilterField about={about} onChange={onChange} problem={problem} /> : null}
      {about.kind === 'run' ? <RunField about={about} onChange={onChange} problem={problem} /> : null}
      {about.kind === 'workflow-run' ? (
        <WorkflowRunField about={about} onChange={onChange} problem={problem} />
      ) : null}
    </>
  );
}

function FilterField({ about, onChange, problem }: AboutFieldsProps) {
  const { t } = useTranslation();
  const q = useDeferredValue(about.q);
  const fitting = useQuery({ ...fittingQuery(q), placeholderData: keepPreviousData });
  const wrong = fitting.error instanceof ApiError ? fitting.error.message : undefined;
  return (
    <TextInput
      id="report-q"
      label={t('newReport.filter')}
      className="mono"
      spellCheck={false}
      value={about.q}
      placeholder="is:open severity:high,critical"
      error={wrong ?? problem}
      hint={
        wrong ? undefined : fitting.data ? (
          <span role="status">
            <Link to={`/findings?q=${encodeURIComponent(q)}`}>
              {t('newReport.fitting', { count: fitting.data.total })}
            </Link>
          </span>
        ) : (
          t('newReport.counting')
        )
      }
      onChange={(event) => onChange({ q: event.target.value })}
    />
  );
}

function RunField({ about, onChange, problem }: AboutFieldsProps) {
  const { t } = useTranslation();
  const runs = useQuery({
    queryKey: ['runs', 'list', 'for-report'],
    queryFn: ({ signal }) => api.runs({ limit: 100 }, signal),
  });
  const known = runs.data?.items ?? [];
  return (
    <SelectInput
      id="report-run"
      label={t('newReport.kind.run')}
      value={about.run}
      error={problem ?? (runs.error ? t('newReport.runsFailed') : undefined)}
      onChange={(run) => onChange({ run })}
      options={[
        { value: '', label: t('newReport.choose') },
        ...known.map((run) => ({
          value: run.id,
          label: `${run.task}, ${run.target ?? t('check.noTarget')}, ${exactTime(run.created)}`,
        })),
        ...(about.run && !known.some(({ id }) => id === about.run)
          ? [{ value: about.run, label: about.run }]
          : []),
      ]}
    />
  );
}

function WorkflowRunField({ about, onChange, problem }: AboutFieldsProps) {
  const { t } = useTranslation();
  const runs = useQuery(recentRunsQuery);
  const known = runs.data?.items ?? [];
  return (
    <SelectInput
      id="report-workflow-run"
      label={t('newReport.kind.workflow-run')}
      value={about.workflowRun}
      error={problem ?? (runs.error ? t('newReport.runsFailed') : undefined)}
      onChange={(workflowRun) => onChange({ workflowRun })}
      options={[
        { value: '', label: t('newReport.choose') },
        ...known.map((run) => ({ value: run.id, label: `${run.name}, ${exactTime(run.created)}` })),
        ...(about.workflowRun && !known.some(({ id }) => id === about.workflowRun)
          ? [{ value: about.workflowRun, label: about.workflowRun }]
          : []),
      ]}
    />
  );
}
