import Switch from '@mui/material/Switch';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { describedBy, Field } from '../../../ui/input.tsx';
import { Inline } from '../../../ui/prose.tsx';
import { PathSuggestions } from './path-suggestions.tsx';
import type { FormField } from './schema.ts';
import { UploadedName } from './uploaded-name.tsx';

export interface WidgetProps {
  field: FormField;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
  onBlur: () => void;
}

/** One parameter: label, the control that fits its type, what it means, what is wrong with it. */
export function FieldWidget(props: WidgetProps) {
  const { t } = useTranslation();
  const { field, error, value, onChange } = props;
  const id = `param-${field.path}`;
  if (field.widget.type === 'switch') return <SwitchWidget id={id} {...props} />;
  const hint = field.description ? <Inline text={field.description} /> : undefined;
  return (
    <div className="param">
      <Field
        id={id}
        label={field.title}
        hint={hint}
        error={error}
        optional={field.required ? undefined : t('form.optional')}
      >
        <Control id={id} {...props} describedBy={describedBy(id, { error, hint })} />
      </Field>
      <UploadedName value={value} />
      {field.kind === 'path' ? <PathSuggestions onPick={onChange} /> : null}
      <Examples field={field} value={value} onPick={onChange} />
    </div>
  );
}

interface ControlProps extends WidgetProps {
  id: string;
  describedBy: string | undefined;
}

function Control(props: ControlProps) {
  const { field, value, onChange, onBlur, id, error, describedBy } = props;
  const common = {
    id,
    onBlur,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': describedBy,
    'aria-required': field.required || undefined,
  };
  const mono = field.kind === undefined || field.kind === 'text' ? 'input' : 'input mono';
  const { widget } = field;
  switch (widget.type) {
    case 'choice':
      return <ChoiceControl {...props} options={widget.options} />;
    case 'lines':
      return (
        <textarea
          {...common}
          className="input mono"
          rows={2}
          spellCheck={false}
          value={Array.isArray(value) ? value.join('\n') : ''}
          onChange={(event) =>
            onChange(event.target.value === '' ? undefined : event.target.value.split('\n'))
          }
        />
      );
    case 'number':
      return (
        <input
          {...common}
          className="input"
          type="number"
          inputMode={widget.integer ? 'numeric' : 'decimal'}
          step={widget.integer ? 1 : 'any'}
          min={widget.min}
          max={widget.max}
          placeholder={field.default === undefined ? undefined : String(field.default)}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
        />
      );
    case 'text': {
      const text = {
        ...common,
        className: mono,
        value: typeof value === 'string' ? value : '',
        placeholder: placeholderOf(field),
        spellCheck: false,
      };
      const set = (next: string) => onChange(next === '' ? undefined : next);
      if (widget.long) return <textarea {...text} rows={3} onChange={(event) => set(event.target.value)} />;
      return (
        <input
          {...text}
          type="text"
          autoComplete="off"
          autoCapitalize="none"
          onChange={(event) => set(event.target.value)}
        />
      );
    }
    default:
      return <JsonControl {...props} />;
  }
}

function placeholderOf(field: FormField): string | undefined {
  if (typeof field.default === 'string') return field.default;
  return undefined;
}

function ChoiceControl({
  id,
  field,
  value,
  onChange,
  onBlur,
  describedBy,
  error,
  options,
}: ControlProps & { options: readonly string[] }) {
  const { t } = useTranslation();
  const fallback = typeof field.default === 'string' ? field.default : undefined;
  return (
    <select
      id={id}
      className="input"
      value={typeof value === 'string' ? value : (fallback ?? '')}
      onBlur={onBlur}
      aria-invalid={error ? true : undefined}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
    >
      {fallback === undefined ? <option value="">{t('form.notSet')}</option> : null}
      {options.map((option) => (
        <option key={option} value={option}>
          {option === fallback ? t('form.defaultOption', { option }) : option}
        </option>
      ))}
    </select>
  );
}

function SwitchWidget({ id, field, value, error, onChange }: WidgetProps & { id: string }) {
  const on = typeof value === 'boolean' ? value : field.default === true;
  return (
    <div className={error ? 'switch-field field-wrong' : 'switch-field'}>
      <Switch
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        slotProps={{ input: { id, 'aria-describedby': describedBy(id, { error, hint: field.description }) } }}
      />
      <div className="grow">
        <label htmlFor={id} className="field-label">
          {field.title}
        </label>
        {error ? (
          <p className="field-error" id={`${id}-error`}>
            {error}
          </p>
        ) : null}
        {field.description ? (
          <div className="field-hint" id={`${id}-hint`}>
            <Inline text={field.description} />
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** For what has no better widget: keeps the text while it is being typed and passes on what can be read. */
function JsonControl({ id, value, onChange, onBlur, describedBy }: ControlProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const [wrong, setWrong] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === '' ? undefined : JSON.parse(next));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <>
      <textarea
        id={id}
        className="input mono"
        rows={4}
        spellCheck={false}
        value={text}
        aria-invalid={wrong || undefined}
        aria-describedby={describedBy}
        onBlur={onBlur}
        onChange={(event) => change(event.target.value)}
      />
      {wrong ? <p className="field-error">{t('form.notJson')}</p> : null}
    </>
  );
}

function Examples({
  field,
  value,
  onPick,
}: {
  field: FormField;
  value: unknown;
  onPick: (value: unknown) => void;
}) {
  const { t } = useTranslation();
  // Folders of the server come from the authorised scope; an example path would rarely exist.
  if (field.kind === 'path' || field.widget.type === 'json' || value !== undefined) return null;
  const examples = field.examples
    .filter((example) => JSON.stringify(example) !== JSON.stringify(field.default))
    .slice(0, 2);
  if (examples.length === 0) return null;
  return (
    <div className="suggestions">
      <span className="faint small">{t('form.example')}</span>
      {examples.map((example) => (
        <button
          key={JSON.stringify(example)}
          type="button"
          className="suggestion"
          onClick={() => onPick(example)}
        >
          {Array.isArray(example) ? example.join(' ') : String(example)}
        </button>
      ))}
    </div>
  );
}
