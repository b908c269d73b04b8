import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { ApiError, newKey } from '../../api/client.ts';
import { useMay } from '../../app/session.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { FormFailure, problemOf } from '../../ui/field-problems.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Page } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { usePreview } from '../schedules/schedule-preview.tsx';
import type { Schedule } from '../workflows/types.ts';
import { AboutFields } from './about-fields.tsx';
import { AgainstFields } from './against-fields.tsx';
import { FORMATS, FRAMEWORKS } from './lists.ts';
import { readyReportsQuery, templatesQuery } from './queries.ts';
import { cronOfRepeat } from './repeat.ts';
import { RepeatFields } from './repeat-fields.tsx';
import { Repeated } from './repeated.tsx';
import { type Draft, draftFrom, usualQuery, wishOf } from './report-draft.ts';
import { reportsApi } from './reports-api.ts';
import { repeatReport } from './set-up-repeat.ts';
import { TemplateChoice } from './template-choice.tsx';
import './reports.css';

const FIELDS = [
  'zone',
  'q',
  'title',
  'classification',
  'keepDays',
  'againstReport',
  'againstTime',
  'formats',
];

/** `/reports/new?q=…`, `?run=…`, `?workflowRun=…`, `?template=…`: what is known already stands in the address. */
export function NewReportPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const templates = useQuery(templatesQuery);
  const ready = useQuery(readyReportsQuery);
  const key = useRef(newKey());
  const [draft, setDraft] = useState<Draft>(() => draftFrom(search));
  const [repeated, setRepeated] = useState<Schedule | null>(null);
  const change = (to: Partial<Draft>) => {
    key.current = newKey();
    setDraft((before) => ({ ...before, ...to }));
  };
  const generate = useMutation({
    mutationFn: () => reportsApi.generate(wishOf(draft), key.current),
    onSuccess: (report) => {
      void client.invalidateQueries({ queryKey: ['reports', 'list'] });
      return navigate(`/reports/${encodeURIComponent(report.id)}`);
    },
  });
  const refreshSchedules = () => {
    for (const key of ['schedules', 'workflows']) void client.invalidateQueries({ queryKey: [key] });
  };
  const repeat = useMutation({
    mutationFn: () => repeatReport(wishOf(draft), draft),
    onSuccess: setRepeated,
    onSettled: refreshSchedules,
  });
  const barred = !may('workflow:write')
    ? t('repeat.mayNot')
    : draft.kind === 'query'
      ? undefined
      : t('repeat.onlyFilter');
  const repeats = barred === undefined && draft.repeat !== 'never';
  const { problem: badTime } = usePreview(cronOfRepeat(draft), draft.zone);
  const template = templates.data?.items.find(({ name }) => name === draft.template);
  const missing = [
    draft.kind === 'run' && !draft.run ? t('newReport.chooseRun') : '',
    draft.kind === 'workflow-run' && !draft.workflowRun ? t('newReport.chooseRun') : '',
    draft.formats.length === 0 ? t('newReport.chooseFormat') : '',
    repeats && badTime ? t('repeat.badTime') : '',
  ].find(Boolean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (generate.isPending || repeat.isPending || missing) return;
    generate.reset();
    repeat.reset();
    if (repeats) repeat.mutate();
    else generate.mutate();
  };
  if (!may('report:create'))
    return (
      <Page title={t('newReport.title')}>
        <Empty title={t('newReport.mayNot')} action={<Link to="/reports">{t('reports.title')}</Link>} />
      </Page>
    );
  if (repeated)
    return (
      <Page title={t('newReport.title')} width="reading">
        <Repeated
          schedule={repeated}
          onUndone={() => {
            toast(t('repeat.undone'));
            setRepeated(null);
            refreshSchedules();
          }}
        />
      </Page>
    );
  const error = generate.error ?? repeat.error;
  return (
    <Page title={t('newReport.title')} lead={t('newReport.lead')} width="reading">
      <Loaded query={templates} rows={6}>
        <form className="report-form" onSubmit={submit} noValidate>
          <TemplateChoice
            templates={templates.data?.items ?? []}
            chosen={draft.template}
            onChange={(name) =>
              change({
                template: name,
                // What somebody wrote stays.
                ...(draft.q === usualQuery(draft.template) ? { q: usualQuery(name) } : {}),
              })
            }
          />
          <AboutFields about={draft} onChange={change} problem={queryProblem(error)} />
          {template?.base === 'compliance' ? (
            <CheckList
              legend={t('newReport.frameworks')}
              options={FRAMEWORKS.map((value) => ({ value, label: t(`newReport.framework.${value}`) }))}
              chosen={draft.frameworks}
              onChange={(frameworks) => change({ frameworks })}
            />
          ) : null}
          {template?.base === 'delta' ? (
            <AgainstFields
              against={draft.against}
              reports={ready.data?.items ?? []}
              byTime={draft.kind === 'query'}
              problem={problemOf(error, 'againstReport') ?? problemOf(error, 'againstTime')}
              onChange={(against) => change({ against })}
            />
          ) : null}
          <div className="report-formats">
            <CheckList
              legend={t('newReport.formats')}
              options={FORMATS.map((value) => ({ value, label: t(`reports.format.${value}`) }))}
              chosen={draft.formats}
              error={problemOf(error, 'formats')}
              onChange={(formats) => change({ formats })}
            />
            <p className="field-hint">{t('newReport.formatsHint')}</p>
          </div>
          <div className="report-fields">
            <TextInput
              id="report-title"
              label={t('newReport.name')}
              hint={t('newReport.nameHint')}
              maxLength={200}
              value={draft.title}
              error={problemOf(error, 'title')}
              onChange={(event) => change({ title: event.target.value })}
            />
            <TextInput
              id="report-classification"
              label={t('newReport.classification')}
              hint={t('newReport.classificationHint')}
              maxLength={60}
              value={draft.classification}
              error={problemOf(error, 'classification')}
              onChange={(event) => change({ classification: event.target.value })}
            />
            <SelectInput
              id="report-keep"
              label={t('newReport.keep')}
              value={draft.keepDays}
              error={problemOf(error, 'keepDays')}
              onChange={(keepDays) => change({ keepDays })}
              options={[
                { value: '', label: t('newReport.keepUsual') },
                ...[7, 30, 90, 365].map((days) => ({
                  value: String(days),
                  label: t('newReport.days', { count: days }),
                })),
                { value: 'never', label: t('newReport.keepAlways') },
              ]}
            />
          </div>
          <RepeatFields
            draft={draft}
            barred={barred}
            zoneProblem={problemOf(repeat.error, 'zone')}
            onChange={change}
          />
          <FormFailure error={error} fields={FIELDS} />
          <div className="row wrap">
            <Button
              type="submit"
              variant="contained"
              color="primary"
              loading={generate.isPending || repeat.isPending}
              disabled={missing !== undefined}
            >
              {t(repeats ? 'repeat.setUp' : 'newReport.generate')}
            </Button>
            <Button component={Link} to="/reports">
              {t('action.cancel')}
            </Button>
            {missing ? <span className="muted">{missing}</span> : null}
          </div>
        </form>
      </Loaded>
    </Page>
  );
}

function queryProblem(error: unknown): string | undefined {
  return error instanceof ApiError && error.code === 'invalid-query' ? error.message : problemOf(error, 'q');
}
