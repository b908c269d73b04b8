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
import { ABOUT_KINDS, type AboutDraft, AboutFields } from './about-fields.tsx';
import { AgainstFields } from './against-fields.tsx';
import { FORMATS, FRAMEWORKS } from './lists.ts';
import { readyReportsQuery, templatesQuery } from './queries.ts';
import { reportsApi } from './reports-api.ts';
import { TemplateChoice } from './template-choice.tsx';
import type { Framework, ReportFormat, ReportWish } from './types.ts';
import './reports.css';

const FIELDS = ['q', 'title', 'classification', 'keepDays', 'againstReport', 'againstTime', 'formats'];

interface Draft extends AboutDraft {
  template: string;
  formats: ReportFormat[];
  frameworks: Framework[];
  title: string;
  classification: string;
  keepDays: string;
  against: string;
}

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
  const [draft, setDraft] = useState<Draft>(() => ({
    kind: ABOUT_KINDS.find((one) => search.has(one === 'workflow-run' ? 'workflowRun' : one)) ?? 'query',
    q: search.get('q') ?? usualQuery(search.get('template') ?? 'technical'),
    run: search.get('run') ?? '',
    workflowRun: search.get('workflowRun') ?? '',
    template: search.get('template') ?? 'technical',
    formats: ['html'],
    frameworks: [...FRAMEWORKS],
    title: '',
    classification: '',
    keepDays: '',
    against: '',
  }));
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
  const template = templates.data?.items.find(({ name }) => name === draft.template);
  const missing = [
    draft.kind === 'run' && !draft.run ? t('newReport.chooseRun') : '',
    draft.kind === 'workflow-run' && !draft.workflowRun ? t('newReport.chooseRun') : '',
    draft.formats.length === 0 ? t('newReport.chooseFormat') : '',
  ].find(Boolean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!generate.isPending && !missing) generate.mutate();
  };
  if (!may('report:create'))
    return (
      <Page title={t('newReport.title')}>
        <Empty title={t('newReport.mayNot')} action={<Link to="/reports">{t('reports.title')}</Link>} />
      </Page>
    );
  const { error } = generate;
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
          <FormFailure error={error} fields={FIELDS} />
          <div className="row wrap">
            <Button
              type="submit"
              variant="contained"
              color="primary"
              loading={generate.isPending}
              disabled={missing !== undefined}
            >
              {t('newReport.generate')}
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

/** An executive report says what was accepted as well. */
function usualQuery(template: string): string {
  return template === 'executive' ? 'is:open,accepted' : 'is:open';
}

function wishOf(draft: Draft): ReportWish {
  const { kind, template, formats, frameworks, against } = draft;
  const title = draft.title.trim();
  const classification = draft.classification.trim();
  return {
    template,
    formats,
    ...(kind === 'query'
      ? { q: draft.q }
      : kind === 'run'
        ? { run: draft.run }
        : { workflowRun: draft.workflowRun }),
    ...(title ? { title } : {}),
    ...(classification ? { classification } : {}),
    ...(frameworks.length > 0 ? { frameworks } : {}),
    ...(draft.keepDays ? { keepDays: draft.keepDays === 'never' ? null : Number(draft.keepDays) } : {}),
    ...(against.startsWith('rpt_') ? { againstReport: against } : against ? { againstTime: against } : {}),
  };
}
