import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../../api/types.ts';
import { describedBy, Field } from '../../../ui/input.tsx';
import { isObject } from './params.ts';

/** Takes any text while it is typed; the parameters follow as soon as it can be read. */
export function JsonEditor({ params, onChange }: { params: Params; onChange: (params: Params) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => JSON.stringify(params, null, 2));
  const [error, setError] = useState<string>();
  const change = (next: string) => {
    setText(next);
    try {
      const value: unknown = JSON.parse(next);
      if (!isObject(value)) return setError(t('form.notObject'));
      setError(undefined);
      onChange(value);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : t('form.notJson'));
    }
  };
  return (
    <Field id="params-json" label={t('form.json')} error={error}>
      <textarea
        id="params-json"
        className="input mono"
        rows={12}
        spellCheck={false}
        value={text}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy('params-json', { error })}
        onChange={(event) => change(event.target.value)}
      />
    </Field>
  );
}
