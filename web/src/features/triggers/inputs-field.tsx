import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../api/types.ts';
import { describedBy, Field } from '../../ui/input.tsx';
import { isObject } from '../tasks/form/params.ts';

interface InputsFieldProps {
  /** What is stored; none for a new trigger. */
  saved?: Params;
  example: string;
  error: string | undefined;
  /** Without inputs when there is no text, and undefined while it cannot be read. */
  onChange: (inputs: Params | undefined) => void;
}

/** Inputs with expressions over what came in; any text while it is typed. */
export function InputsField({ saved = {}, example, error, onChange }: InputsFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(Object.keys(saved).length > 0 ? JSON.stringify(saved, null, 2) : '');
  const [wrong, setWrong] = useState(false);
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '') {
      setWrong(false);
      return onChange({});
    }
    try {
      const value: unknown = JSON.parse(next);
      setWrong(!isObject(value));
      onChange(isObject(value) ? value : undefined);
    } catch {
      setWrong(true);
      onChange(undefined);
    }
  };
  const shown = wrong ? t('form.notJson') : error;
  return (
    <Field
      id="trigger-inputs"
      label={t('trigger.inputs')}
      optional={t('form.optional')}
      hint={t('trigger.inputsHint', { example })}
      error={shown}
    >
      <textarea
        id="trigger-inputs"
        className="input mono"
        rows={Math.min(12, Math.max(3, text.split('\n').length))}
        spellCheck={false}
        value={text}
        placeholder={example}
        aria-invalid={shown ? true : undefined}
        aria-describedby={describedBy('trigger-inputs', { error: shown, hint: true })}
        onChange={(event) => change(event.target.value)}
      />
    </Field>
  );
}
