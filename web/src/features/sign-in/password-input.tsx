import { Check, Circle, Eye, EyeOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { describedBy, Field } from '../../ui/input.tsx';
import { PASSWORD_MIN, passwordStrength } from './password.ts';
import './password-input.css';

interface PasswordInputProps {
  id: string;
  /** 'Password' when absent. */
  label?: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'new-password' | 'current-password';
  error?: string | undefined;
  /** What the server says about it, the rest of a sentence; shown where there is no `error`. */
  problem?: string | undefined;
  autoFocus?: boolean;
  /** With it the rules and the strength are shown while typing. */
  rulesFor?: { login: string };
}

export function PasswordInput({
  id,
  label,
  value,
  onChange,
  autoComplete,
  error: own,
  problem,
  autoFocus,
  rulesFor,
}: PasswordInputProps) {
  const { t } = useTranslation();
  const error = own ?? (problem && t('account.passwordProblem', { problem }));
  const [visible, setVisible] = useState(false);
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) ref.current?.focus();
  }, [autoFocus]);
  const rules = rulesFor ? <PasswordRules password={value} login={rulesFor.login} /> : undefined;
  return (
    <Field id={id} label={label ?? t('account.password')} error={error} hint={rules}>
      <span className="password">
        <input
          id={id}
          ref={ref}
          name={autoComplete}
          className="input"
          type={visible ? 'text' : 'password'}
          autoComplete={autoComplete}
          value={value}
          required
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, { error, hint: rules })}
        />
        <button
          type="button"
          className="password-toggle"
          aria-pressed={visible}
          aria-label={t('account.showPassword')}
          onClick={() => setVisible(!visible)}
        >
          {visible ? <EyeOff size={16} aria-hidden="true" /> : <Eye size={16} aria-hidden="true" />}
        </button>
      </span>
    </Field>
  );
}

function PasswordRules({ password, login }: { password: string; login: string }) {
  const { t } = useTranslation();
  const long = password.length >= PASSWORD_MIN;
  const strength = passwordStrength(password, login);
  return (
    <span className="password-rules">
      <span className={long ? 'password-rule password-rule-kept' : 'password-rule'}>
        {long ? <Check size={14} aria-hidden="true" /> : <Circle size={14} aria-hidden="true" />}
        {t('account.passwordRule', { min: PASSWORD_MIN, count: password.length })}
      </span>
      <span className="password-strength">
        <span className={`password-meter password-meter-${strength}`} aria-hidden="true" />
        {password ? t(`account.strength.${strength}`) : t('account.strength.none')}
      </span>
    </span>
  );
}
