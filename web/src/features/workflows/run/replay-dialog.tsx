import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ApiError } from '../../../api/client.ts';
import type { Params } from '../../../api/types.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Loading } from '../../../ui/states.tsx';
import { Fields } from '../../tasks/form/fields.tsx';
import { sameValue } from '../../tasks/form/params.ts';
import { fieldsOf } from '../../tasks/form/schema.ts';
import { runDefinitionQuery, validationQuery } from '../queries.ts';
import type { RunState } from '../types.ts';
import { workflowRunsApi } from '../workflows-api.ts';
import '../../tasks/run-form.css';

interface ReplayDialogProps {
  run: RunState;
  /** All of it when absent. */
  from?: string;
  onClose: () => void;
}

/** The same document again, with other inputs if wanted, in a new run. */
export function ReplayDialog({ run, from, onClose }: ReplayDialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [inputs, setInputs] = useState<Params>(run.inputs);
  const definition = useQuery(runDefinitionQuery(run.id));
  // The form of the inputs, as the server draws it up for a document that has these.
  const source = useMemo(
    () => (definition.data ? inputsOnly(definition.data.name, definition.data.inputs) : ''),
    [definition.data],
  );
  const check = useQuery({ ...validationQuery(source), enabled: source !== '' });
  const fields = useMemo(() => fieldsOf(check.data?.inputs ?? {}), [check.data]);
  const replay = useMutation({
    mutationFn: () => {
      const changed = Object.fromEntries(
        Object.entries(inputs).filter(([name, value]) => !sameValue(value, run.inputs[name])),
      );
      return workflowRunsApi.replay(run.id, {
        ...(from === undefined ? {} : { from }),
        ...(Object.keys(changed).length === 0 ? {} : { inputs: changed }),
      });
    },
    onSuccess: ({ run: started }) => {
      onClose();
      void navigate(`/workflow-runs/${started.id}`);
    },
  });
  const problems = replay.error instanceof ApiError ? replay.error.fields : [];
  return (
    <FormDialog
      title={from === undefined ? t('wfRun.againTitle') : t('wfRun.fromTitle', { step: from })}
      lead={from === undefined ? t('wfRun.againHint') : t('wfRun.fromHint')}
      action={t('wfRun.start')}
      wide
      pending={replay.isPending}
      error={replay.error}
      fields={fields.map(({ path }) => path)}
      onSubmit={() => replay.mutate()}
      onClose={onClose}
    >
      {source !== '' && check.isPending ? <Loading rows={2} /> : null}
      {fields.length > 0 ? (
        <div className="params">
          <Fields
            fields={fields}
            params={inputs}
            errors={new Map(problems.map(({ field, message }) => [field.replace(/^inputs\./, ''), message]))}
            onChange={(next) => {
              setInputs(next);
              replay.reset();
            }}
            onBlur={() => undefined}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}

function inputsOnly(name: string, inputs: Readonly<Record<string, object>>): string {
  const written = Object.fromEntries(
    Object.entries(inputs).map(([key, input]) => [
      key,
      Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)),
    ]),
  );
  return JSON.stringify({ name, inputs: written, steps: [{ name: 'none', wait: '1s' }] });
}
