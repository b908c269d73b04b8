import Switch from '@mui/material/Switch';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { describedBy, Field, TextInput } from '../../../ui/input.tsx';
import { SelectInput } from '../../../ui/select-input.tsx';
import { setField } from '../document/edit.ts';
import { objectOf, type Step, textOf, textsOf } from '../document/graph.ts';
import { useDesigner } from './designer-context.ts';

/** What a step waits for before it acts: a person, a time, something that happens. */
export function StepGate({ step }: { step: Step }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft } = useDesigner();
  const asks = step.value.approval !== undefined && step.value.approval !== false;
  const waits = step.value.wait !== undefined;
  const only = step.action === 'wait' || step.action === 'approval';
  const set = (key: 'approval' | 'wait', value: unknown) => draft.edit(setField(step, [key], value));
  const body = (
    <>
      {step.action === 'approval' && !waits ? null : (
        <Toggle
          id={`${id}-wait`}
          label={t('designer.gate.wait')}
          hint={t('designer.gateHint.wait')}
          on={waits}
          fixed={step.action === 'wait' && !asks}
          onChange={(on) => set('wait', on ? '5m' : undefined)}
        />
      )}
      {waits ? <Wait step={step} /> : null}
      <Toggle
        id={`${id}-approval`}
        label={t('designer.gate.approval')}
        hint={t('designer.gateHint.approval')}
        on={asks}
        fixed={step.action === 'approval' && !waits}
        onChange={(on) => set('approval', on ? true : undefined)}
      />
      {asks ? <Approval step={step} /> : null}
    </>
  );
  if (only) return body;
  const used = Number(asks) + Number(waits);
  return (
    <details className="advanced" open={used > 0 || undefined}>
      <summary>{used > 0 ? t('designer.gatesUsed', { count: used }) : t('designer.gates')}</summary>
      <div className="stack">{body}</div>
    </details>
  );
}

interface ToggleProps {
  id: string;
  label: string;
  hint: string;
  on: boolean;
  /** Without it the step would do nothing at all. */
  fixed: boolean;
  onChange: (on: boolean) => void;
}

function Toggle({ id, label, hint, on, fixed, onChange }: ToggleProps) {
  if (fixed) return null;
  return (
    <div className="switch-field">
      <Switch
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        slotProps={{ input: { id, 'aria-describedby': `${id}-hint` } }}
      />
      <div className="grow">
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      </div>
    </div>
  );
}

function Approval({ step }: { step: Step }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft } = useDesigner();
  const approval = objectOf(step.value.approval);
  const set = (key: string, value: unknown) => {
    const next = { ...approval, [key]: value };
    if (value === undefined || value === '') delete (next as Record<string, unknown>)[key];
    const empty = Object.keys(next).length === 0;
    draft.edit(
      empty ? setField(step, ['approval'], true) : setField(step, ['approval', key], value || undefined),
      `approval ${step.id} ${key}`,
    );
  };
  return (
    <>
      <Field
        id={`${id}-message`}
        label={t('designer.approvalMessage')}
        hint={t('designer.approvalMessageHint')}
      >
        <textarea
          id={`${id}-message`}
          className="input"
          rows={3}
          aria-describedby={describedBy(`${id}-message`, { hint: true })}
          value={textOf(approval.message)}
          onChange={(event) => set('message', event.target.value)}
        />
      </Field>
      <div className="wf-two">
        <TextInput
          id={`${id}-roles`}
          label={t('designer.approvalRoles')}
          placeholder="manager"
          autoComplete="off"
          value={textsOf(approval.roles).join(' ')}
          onChange={(event) => {
            const roles = event.target.value.split(/[\s,]+/).filter(Boolean);
            set('roles', roles.length === 0 ? undefined : roles);
          }}
        />
        <TextInput
          id={`${id}-timeout`}
          label={t('designer.approvalTimeout')}
          placeholder="12h"
          autoComplete="off"
          value={textOf(approval.timeout)}
          onChange={(event) => set('timeout', event.target.value)}
        />
      </div>
    </>
  );
}

function Wait({ step }: { step: Step }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft } = useDesigner();
  const wait = objectOf(step.value.wait);
  const forEvent = wait.event !== undefined;
  const until = typeof step.value.wait === 'object' ? textOf(wait.until) : String(step.value.wait ?? '');
  const set = (key: string, value: unknown) =>
    draft.edit(setField(step, ['wait', key], value || undefined), `wait ${step.id} ${key}`);
  return (
    <>
      <SelectInput
        id={`${id}-kind`}
        label={t('designer.waitFor')}
        options={[
          { value: 'time', label: t('designer.waitTime') },
          { value: 'event', label: t('designer.waitEvent') },
        ]}
        value={forEvent ? 'event' : 'time'}
        onChange={(kind) =>
          draft.edit(
            setField(step, ['wait'], kind === 'event' ? { event: 'finding.created', timeout: '1h' } : '5m'),
          )
        }
      />
      {forEvent ? (
        <>
          <TextInput
            id={`${id}-event`}
            label={t('designer.waitEventType')}
            className="mono"
            autoComplete="off"
            value={textOf(wait.event)}
            onChange={(event) => set('event', event.target.value)}
          />
          <div className="wf-two">
            <TextInput
              id={`${id}-query`}
              label={t('designer.waitQuery')}
              className="mono"
              placeholder="severity:high"
              autoComplete="off"
              value={textOf(wait.query)}
              onChange={(event) => set('query', event.target.value)}
            />
            <TextInput
              id={`${id}-timeout`}
              label={t('designer.waitTimeout')}
              placeholder="1h"
              autoComplete="off"
              value={textOf(wait.timeout)}
              onChange={(event) => set('timeout', event.target.value)}
            />
          </div>
        </>
      ) : (
        <TextInput
          id={`${id}-until`}
          label={t('designer.waitUntil')}
          hint={t('designer.waitUntilHint')}
          className="mono"
          autoComplete="off"
          value={until}
          onChange={(event) => draft.edit(setField(step, ['wait'], event.target.value), `wait ${step.id}`)}
        />
      )}
    </>
  );
}
