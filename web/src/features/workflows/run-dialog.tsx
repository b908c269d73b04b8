import Button from '@mui/material/Button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import type { Params } from '../../api/types.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { Fields } from '../tasks/form/fields.tsx';
import { fieldsOf } from '../tasks/form/schema.ts';
import { NeedsView } from './needs-view.tsx';
import { PlanView } from './plan-view.tsx';
import { validationQuery } from './queries.ts';
import type { RunOrder } from './workflows-api.ts';
import { workflowsApi } from './workflows-api.ts';
import '../tasks/run-form.css';
import './run-dialog.css';

interface RunDialogProps {
  title: string;
  /** A stored one by its name, or a document. */
  workflow: string;
  source: string;
  inputs?: Params;
  /** The steps with sample data are not run. */
  samples: boolean;
  onStarted: (run: string) => void;
  onClose: () => void;
}

/** Inputs, what will be used, and on request what each step would do; then it starts. */
export function RunDialog(props: RunDialogProps) {
  const { title, workflow, source, samples, onStarted, onClose } = props;
  const { t } = useTranslation();
  const [inputs, setInputs] = useState<Params>(props.inputs ?? {});
  const [withSamples, setWithSamples] = useState(samples);
  const check = useQuery(validationQuery(source));
  const fields = useMemo(() => fieldsOf(check.data?.inputs ?? {}), [check.data]);
  const order: RunOrder = { workflow, inputs, samples: withSamples };
  const plan = useMutation({ mutationFn: () => workflowsApi.plan(order) });
  const start = useMutation({
    mutationFn: () => workflowsApi.run(order),
    onSuccess: ({ run }) => onStarted(run.id),
  });
  const error = start.error ?? plan.error;
  const problems = error instanceof ApiError ? error.fields : [];
  const errors = new Map(problems.map(({ field, message }) => [field.replace(/^inputs\./, ''), message]));
  const hasSamples = /^\s*(- )?sample:/m.test(source) || source.includes('"sample"');
  const change = (next: Params) => {
    setInputs(next);
    start.reset();
    plan.reset();
  };
  return (
    <FormDialog
      title={title}
      action={t('runWorkflow.start')}
      wide
      pending={start.isPending}
      error={error}
      fields={fields.map(({ path }) => path)}
      onSubmit={() => start.mutate()}
      onClose={onClose}
    >
      {check.isPending ? <Loading rows={3} /> : null}
      {check.error ? <Failure error={check.error} /> : null}
      {fields.length > 0 ? (
        <div className="params">
          <Fields
            fields={fields}
            params={inputs}
            errors={errors}
            onChange={change}
            onBlur={() => undefined}
          />
        </div>
      ) : null}
      {check.data && fields.length === 0 ? <p className="muted">{t('runWorkflow.noInputs')}</p> : null}
      {hasSamples ? (
        <label className="check">
          <input
            type="checkbox"
            checked={withSamples}
            onChange={(event) => setWithSamples(event.target.checked)}
          />
          <span>
            {t('runWorkflow.samples')}
            <span className="check-note">{t('runWorkflow.samplesHint')}</span>
          </span>
        </label>
      ) : null}
      {check.data?.needs ? (
        <details className="wf-details" open>
          <summary>{t('runWorkflow.needs')}</summary>
          <NeedsView needs={check.data.needs} />
        </details>
      ) : null}
      {plan.data ? <PlanView plan={plan.data} /> : null}
      <div>
        <Button onClick={() => plan.mutate()} loading={plan.isPending}>
          {t('runWorkflow.plan')}
        </Button>
      </div>
    </FormDialog>
  );
}
