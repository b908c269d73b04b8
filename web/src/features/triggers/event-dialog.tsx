import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../api/types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { toast } from '../../ui/toast.tsx';
import { workflowNamesQuery } from '../workflows/queries.ts';
import type { Trigger } from '../workflows/types.ts';
import { triggersApi } from '../workflows/workflows-api.ts';
import { InputsField } from './inputs-field.tsx';

/** Those that people wait for most; the server knows the others, and says which there are. */
const OFTEN = [
  'finding.created',
  'finding.reopened',
  'finding.fixed',
  'run.ended',
  'workflow-run.ended',
  'approval.requested',
];
const EXAMPLE = '{ "rule": "${{ event.data.rule }}" }';

/** A new trigger, or the event and the query of one that there is, with its inputs. */
export function EventDialog({ trigger, onClose }: { trigger?: Trigger; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const list = useId();
  const names = useQuery(workflowNamesQuery);
  const [workflow, setWorkflow] = useState(trigger?.workflow ?? '');
  const [event, setEvent] = useState(trigger?.event ?? 'finding.created');
  const [query, setQuery] = useState(trigger ? (trigger.query ?? '') : 'severity:high,critical');
  const [inputs, setInputs] = useState<Params | undefined>(trigger?.inputs ?? {});
  const [missing, setMissing] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      trigger
        ? triggersApi.edit(trigger.id, {
            event,
            query: query.trim() || null,
            ...(inputs ? { inputs } : {}),
          })
        : triggersApi.create({
            workflow,
            kind: 'event',
            event,
            ...(query.trim() ? { query: query.trim() } : {}),
            ...(inputs ? { inputs } : {}),
          }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      toast(t('trigger.saved'));
      onClose();
    },
  });
  return (
    <FormDialog
      title={trigger ? t('trigger.editOf', { name: trigger.name }) : t('trigger.newEvent')}
      action={t('action.save')}
      wide
      pending={save.isPending}
      error={save.error}
      fields={['workflow', 'event', 'query', 'inputs']}
      onSubmit={() => {
        setMissing(workflow === '');
        if (workflow !== '' && inputs) save.mutate();
      }}
      onClose={onClose}
    >
      {trigger ? null : (
        <WorkflowChoice
          names={names.data?.items.map(({ name }) => name) ?? []}
          value={workflow}
          error={missing && workflow === '' ? t('field.required') : problemOf(save.error, 'workflow')}
          onChange={setWorkflow}
        />
      )}
      <TextInput
        id="trigger-event"
        label={t('trigger.event')}
        className="mono"
        list={list}
        autoComplete="off"
        value={event}
        error={problemOf(save.error, 'event')}
        onChange={(changed) => setEvent(changed.target.value)}
      />
      <datalist id={list}>
        {OFTEN.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <TextInput
        id="trigger-query"
        label={t('trigger.query')}
        hint={t('trigger.queryHint')}
        className="mono"
        autoComplete="off"
        value={query}
        error={problemOf(save.error, 'query')}
        onChange={(changed) => setQuery(changed.target.value)}
      />
      <InputsField
        {...(trigger ? { saved: trigger.inputs } : {})}
        example={EXAMPLE}
        error={problemOf(save.error, 'inputs')}
        onChange={setInputs}
      />
    </FormDialog>
  );
}

interface WorkflowChoiceProps {
  names: readonly string[];
  value: string;
  error: string | undefined;
  onChange: (name: string) => void;
}

export function WorkflowChoice({ names, value, error, onChange }: WorkflowChoiceProps) {
  const { t } = useTranslation();
  return (
    <SelectInput
      id="trigger-workflow"
      label={t('schedule.workflow')}
      options={[
        { value: '', label: t('schedule.choose') },
        ...names.map((name) => ({ value: name, label: name })),
      ]}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}
