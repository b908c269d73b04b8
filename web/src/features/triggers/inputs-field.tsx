import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../api/types.ts';
import { describedBy, Field } from '../../ui/input.tsx';
import { isObject } from '../tasks/form/params.ts';

interface InputsFieldProps {
  example: string;
  error: string | undefined;
  onChange: (inputs: Params | undefined, readable: boolean) => void;
}

/** Inputs with expressions over what came in; any text while it is typed. */
export function InputsField({ example, error, onChange }: InputsFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '') {
      setWrong(false);
      return onChange(undefined, true);
    }
    try {
      const value: unknown = JSON.parse(next);
      setWrong(!isObject(value));
      onChange(isObject(value) ? value : undefined, isObject(value));
    } catch {
      setWrong(true);
      onChange(undefined, false);
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
        rows={3}
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
