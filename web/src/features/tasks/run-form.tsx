import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { CircleCheck, Play } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldProblem, Params, TaskCheck, TaskInfo } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { Failure } from '../../ui/states.tsx';
import { Fields } from './form/fields.tsx';
import { JsonEditor } from './form/json-editor.tsx';
import { asCommand, asCurl } from './form/params.ts';
import { type FormField, fieldsOf } from './form/schema.ts';
import { useRunForm } from './use-run-form.ts';

const VIEWS = ['form', 'json', 'cli', 'curl'] as const;
type View = (typeof VIEWS)[number];

/** Form, JSON, command line and curl are views of the same parameters. */
export function RunForm({ info, prefilled }: { info: TaskInfo; prefilled: Params | undefined }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('form');
  const mayStart = useMay()('run:create');
  const form = useRunForm(info.id, prefilled);
  const fields = useMemo(() => fieldsOf(info.params), [info.params]);
  const errors = new Map(form.problems.map((problem) => [problem.field, withExample(t, problem, fields)]));
  const named = new Set(fields.map((field) => field.path));
  const general = form.problems.filter((problem) => !named.has(problem.field.split('.')[0] ?? ''));

  const start = () => {
    if (mayStart && !form.start.isPending) form.start.mutate();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    start();
  };

  return (
    <form className="card run-form" onSubmit={submit} onKeyDown={onKeyDown} noValidate>
      <Tabs value={view} onChange={(_event, next: View) => setView(next)} aria-label={t('form.views')}>
        {VIEWS.map((name) => (
          <Tab
            key={name}
            value={name}
            label={t(`form.view.${name}`)}
            id={`view-${name}`}
            aria-controls="view-panel"
          />
        ))}
      </Tabs>
      <div className="run-form-body" role="tabpanel" id="view-panel" aria-labelledby={`view-${view}`}>
        {view === 'form' ? (
          <div className="params">
            <ExamplePicker info={info} onPick={(params) => form.change(params)} />
            <Fields
              fields={fields}
              params={form.params}
              errors={errors}
              onChange={form.change}
              onBlur={(path) => void form.checkField(path)}
            />
          </div>
        ) : null}
        {view === 'json' ? (
          <JsonEditor params={form.params} onChange={(params) => form.change(params)} />
        ) : null}
        {view === 'cli' ? (
          <CopyBlock text={asCommand(info.id, form.params)} label={t('form.view.cli')} />
        ) : null}
        {view === 'curl' ? (
          <CopyBlock
            text={asCurl(window.location.origin, info.id, form.params)}
            label={t('form.view.curl')}
          />
        ) : null}
      </div>
      {general.map((problem) => (
        <p key={problem.field} className="run-form-note field-error" role="alert">
          {problem.field === '(all)' ? problem.message : `${problem.field}: ${problem.message}`}
        </p>
      ))}
      {view !== 'form' && form.problems.length > general.length ? (
        <p className="run-form-note field-error">
          {t('form.problemsInForm', { count: form.problems.length })}
        </p>
      ) : null}
      {form.start.isError && form.problems.length === 0 ? <Failure error={form.start.error} /> : null}
      {form.check.isError ? <Failure error={form.check.error} /> : null}
      {form.check.data?.ok ? <CheckResult result={form.check.data} /> : null}
      <div className="run-form-actions">
        {mayStart ? (
          <Button
            type="submit"
            variant="contained"
            color="primary"
            startIcon={<Play size={16} />}
            loading={form.start.isPending}
            loadingPosition="start"
          >
            {t('form.start')}
          </Button>
        ) : null}
        <Button onClick={() => form.check.mutate()} loading={form.check.isPending}>
          {t('form.check')}
        </Button>
        {mayStart ? (
          <span className="faint small wide-only">
            <kbd>Ctrl</kbd>
            <kbd>Enter</kbd>
            {t('form.starts')}
          </span>
        ) : (
          <span className="muted small">{t('form.mayNotStart')}</span>
        )}
      </div>
    </form>
  );
}

function withExample(
  t: ReturnType<typeof useTranslation>['t'],
  problem: FieldProblem,
  fields: readonly FormField[],
): string {
  const message = problem.message.charAt(0).toUpperCase() + problem.message.slice(1);
  // An example path is one of the command line's; here the suggestions below the field say what can be examined.
  const isPath = fields.some((field) => field.path === problem.field && field.kind === 'path');
  return problem.example && !isPath ? t('form.withExample', { message, example: problem.example }) : message;
}

function ExamplePicker({ info, onPick }: { info: TaskInfo; onPick: (params: Params) => void }) {
  const { t } = useTranslation();
  if (info.examples.length === 0 || info.accepts.includes('path')) return null;
  return (
    <div className="suggestions">
      <span className="faint small">{t('form.fillIn')}</span>
      {info.examples.map((example) => (
        <button
          key={example.title}
          type="button"
          className="suggestion"
          onClick={() => onPick(example.params)}
        >
          {example.title}
        </button>
      ))}
    </div>
  );
}

function CheckResult({ result }: { result: TaskCheck }) {
  const { t } = useTranslation();
  return (
    <div className="notice notice-success run-form-note" role="status">
      <CircleCheck size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{t('check.ready')}</p>
        <dl className="facts">
          <dt>{t('check.target')}</dt>
          <dd className="mono break">{result.target ?? t('check.noTarget')}</dd>
          <dt>{t('check.powers')}</dt>
          <dd>
            {result.needs.length === 0
              ? t('check.noPowers')
              : result.needs.map((power) => t(`power.${power}` as 'power.read', power)).join(', ')}
          </dd>
        </dl>
      </div>
    </div>
  );
}
