import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { TextInput } from '../../ui/input.tsx';

/** It is said at the field. */
export function isWrongCode(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'wrong-code';
}

interface CodeFieldProps {
  id: string;
  kind: 'totp' | 'recovery-code';
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
  /** All six digits are there. */
  onComplete?: (code: string) => void;
}

/** One field, so that paste and the fill-in of phones and password managers work. */
export function CodeField({ id, kind, value, error, onChange, onComplete }: CodeFieldProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other kind of code is another field, which takes the focus
  useEffect(() => ref.current?.focus(), [kind]);
  const change = (text: string) => {
    if (kind === 'recovery-code') return onChange(text);
    const digits = text.replace(/\D/g, '').slice(0, 6);
    onChange(digits);
    if (digits.length === 6 && digits !== value) onComplete?.(digits);
  };
  return (
    <TextInput
      id={id}
      inputRef={ref}
      label={t(`code.${kind}`)}
      hint={t(`code.hint.${kind}`)}
      className="mono code-field"
      name="code"
      inputMode={kind === 'totp' ? 'numeric' : 'text'}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      value={value}
      error={error}
      onChange={(event) => change(event.target.value)}
    />
  );
}
