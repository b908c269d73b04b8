import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { TextKey } from '../../i18n/text-key.ts';

interface ReasonFieldProps<T extends string> {
  reasons: readonly T[];
  /** Empty: none is chosen yet. */
  value: string;
  error?: string | undefined;
  onChange: (reason: T) => void;
}

/** The reasons, one under the other: a number picks one, Enter answers. */
export function ReasonField<T extends string>({ reasons, value, error, onChange }: ReasonFieldProps<T>) {
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const picked = reasons[Number(event.key) - 1];
    if (!picked || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onChange(picked);
    event.currentTarget.querySelector<HTMLElement>(`[value="${picked}"]`)?.focus();
  };
  return (
    <fieldset className="reason-field" onKeyDown={onKeyDown}>
      <legend className="field-label">{t('triage.reason')}</legend>
      {reasons.map((reason, at) => (
        <label key={reason} className="check">
          <input
            type="radio"
            name="decision-reason"
            value={reason}
            checked={value === reason}
            aria-invalid={error ? true : undefined}
            aria-describedby={error ? 'decision-reason-error' : undefined}
            onChange={() => onChange(reason)}
          />
          <span className="grow">{t(`reason.${reason}` as TextKey)}</span>
          <kbd className="wide-only">{at + 1}</kbd>
        </label>
      ))}
      {error ? (
        <p className="field-error" id="decision-reason-error">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
