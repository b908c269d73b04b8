import Button from '@mui/material/Button';
import Switch from '@mui/material/Switch';
import { Plus, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Field, TextInput } from '../../../ui/input.tsx';
import { SelectInput } from '../../../ui/select-input.tsx';
import { setTop } from '../document/edit.ts';
import { objectOf, textOf, textsOf } from '../document/graph.ts';
import { CommittedInput } from './committed-input.tsx';
import { useDesigner } from './designer-context.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const INPUT = /^[A-Za-z_]\w{0,63}$/;
const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;

/** What the workflow is called, what it is asked for, and how it runs as a whole. */
export function Settings({ fixedName }: { fixedName: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft, state } = useDesigner();
  const value = objectOf(state.parsed.value);
  const set = (path: readonly string[], next: unknown) =>
    draft.edit(setTop(path, next), `top ${path.join('.')}`);
  const number = (key: string) => (typeof value[key] === 'number' ? String(value[key]) : '');
  return (
    <fieldset className="wf-inspector" disabled={state.broken} aria-label={t('designer.settings')}>
      {state.broken ? <p className="field-error">{t('designer.brokenForm')}</p> : null}
      <CommittedInput
        id={`${id}-name`}
        label={t('designer.workflowName')}
        hint={fixedName ? t('designer.workflowNameFixed') : t('designer.workflowNameHint')}
        className="mono"
        autoComplete="off"
        disabled={fixedName}
        value={textOf(value.name)}
        onCommit={(name) => {
          if (!NAME.test(name)) return t('designer.workflowNameRule');
          set(['name'], name);
          return undefined;
        }}
      />
      <Field id={`${id}-text`} label={t('designer.description')}>
        <textarea
          id={`${id}-text`}
          className="input"
          rows={3}
          value={textOf(value.description)}
          onChange={(event) => set(['description'], event.target.value || undefined)}
        />
      </Field>
      <TextInput
        id={`${id}-tags`}
        label={t('designer.tags')}
        autoComplete="off"
        value={textsOf(value.tags).join(' ')}
        onChange={(event) => {
          const tags = event.target.value.split(/[\s,]+/).filter(Boolean);
          set(['tags'], tags.length === 0 ? undefined : tags);
        }}
      />
      <Inputs />
      <details className="advanced">
        <summary>{t('designer.asWhole')}</summary>
        <div className="stack">
          <div className="wf-two">
            <TextInput
              id={`${id}-parallel`}
              label={t('designer.maxParallel')}
              type="number"
              min={1}
              value={number('max_parallel')}
              onChange={(event) => set(['max_parallel'], Number(event.target.value) || undefined)}
            />
            <TextInput
              id={`${id}-timeout`}
              label={t('designer.wholeTimeout')}
              placeholder="2h"
              autoComplete="off"
              value={textOf(value.timeout)}
              onChange={(event) => set(['timeout'], event.target.value || undefined)}
            />
          </div>
          <div className="switch-field">
            <Switch
              checked={value.fail_fast === true}
              onChange={(event) => set(['fail_fast'], event.target.checked || undefined)}
              slotProps={{ input: { id: `${id}-fast` } }}
            />
            <label htmlFor={`${id}-fast`} className="field-label grow">
              {t('designer.failFast')}
            </label>
          </div>
        </div>
      </details>
      <p className="muted small">
        {t('designer.startsHint')} <Link to="/schedules">{t('workflows.part.schedules')}</Link>,{' '}
        <Link to="/triggers">{t('workflows.part.triggers')}</Link>
      </p>
    </fieldset>
  );
}

function Inputs() {
  const { t } = useTranslation();
  const { draft, state } = useDesigner();
  const inputs = Object.entries(objectOf(objectOf(state.parsed.value).inputs));
  const add = () => {
    let name = 'input';
    for (let count = 2; inputs.some(([known]) => known === name); count++) name = `input${count}`;
    draft.edit(setTop(['inputs', name], { type: 'string', default: '' }));
  };
  return (
    <section className="stack" aria-label={t('designer.inputs')}>
      <div className="row wrap">
        <h3 className="grow">{t('designer.inputs')}</h3>
        <Button size="small" startIcon={<Plus size={14} />} onClick={add}>
          {t('designer.addInput')}
        </Button>
      </div>
      {inputs.length === 0 ? <p className="muted small">{t('designer.noInputs')}</p> : null}
      {inputs.map(([name, input]) => (
        <Input key={name} name={name} input={objectOf(input)} taken={inputs.map(([known]) => known)} />
      ))}
    </section>
  );
}

interface InputProps {
  name: string;
  input: Record<string, unknown>;
  taken: readonly string[];
}

function Input({ name, input, taken }: InputProps) {
  const { t } = useTranslation();
  const id = useId();
  const { draft, state } = useDesigner();
  const set = (key: string, value: unknown) =>
    draft.edit(setTop(['inputs', name, key], value), `input ${name} ${key}`);
  const rename = (next: string): string | undefined => {
    if (!INPUT.test(next)) return t('designer.inputNameRule');
    if (taken.includes(next)) return t('designer.nameTaken', { name: next });
    const all = objectOf(objectOf(state.parsed.value).inputs);
    draft.edit(
      setTop(
        ['inputs'],
        Object.fromEntries(Object.entries(all).map(([key, value]) => [key === name ? next : key, value])),
      ),
    );
    return undefined;
  };
  return (
    <div className="card wf-input">
      <div className="wf-two">
        <CommittedInput
          id={`${id}-name`}
          label={t('designer.inputName')}
          className="mono"
          autoComplete="off"
          value={name}
          onCommit={rename}
        />
        <SelectInput
          id={`${id}-type`}
          label={t('designer.inputType')}
          options={TYPES.map((type) => ({ value: type, label: t(`designer.type.${type}`) }))}
          value={textOf(input.type) || 'string'}
          onChange={(type) => set('type', type)}
        />
      </div>
      <TextInput
        id={`${id}-default`}
        label={t('designer.inputDefault')}
        autoComplete="off"
        value={
          input.default === undefined
            ? ''
            : typeof input.default === 'string'
              ? input.default
              : JSON.stringify(input.default)
        }
        onChange={(event) => set('default', typed(event.target.value, textOf(input.type)))}
      />
      <TextInput
        id={`${id}-text`}
        label={t('designer.description')}
        autoComplete="off"
        value={textOf(input.description)}
        onChange={(event) => set('description', event.target.value || undefined)}
      />
      <div className="row">
        <label className="check grow">
          <input
            type="checkbox"
            checked={input.required === true}
            onChange={(event) => set('required', event.target.checked || undefined)}
          />
          <span>{t('designer.inputRequired')}</span>
        </label>
        <Button
          size="small"
          startIcon={<Trash2 size={14} />}
          aria-label={t('designer.removeInput', { name })}
          onClick={() => draft.edit(setTop(['inputs', name], undefined))}
        >
          {t('action.remove')}
        </Button>
      </div>
    </div>
  );
}

function typed(text: string, type: string): unknown {
  if (text === '') return undefined;
  if (type === 'string' || type === '') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
