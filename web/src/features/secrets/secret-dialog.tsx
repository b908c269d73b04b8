import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { projectApi } from '../../api/system-api.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { describedBy, Field, TextInput } from '../../ui/input.tsx';
import { toast } from '../../ui/toast.tsx';
import type { Place } from './queries.ts';

interface SecretDialogProps {
  of: Place;
  /** Null: a new one. */
  name: string | null;
  known: readonly string[];
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

export function SecretDialog({ of, name: given, known, onClose, onDone }: SecretDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(given ?? '');
  const [value, setValue] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => projectApi.setSecret(name.trim(), value, of),
    onSuccess: async ({ change }) => {
      toast(t(`secrets.${change}`, { name: name.trim() }));
      await onDone();
      onClose();
    },
  });
  const taken = given === null && known.includes(name.trim());
  const nameError =
    problemOf(save.error, 'name') ??
    (tried && !name.trim() ? t('field.required') : taken ? t('secrets.taken') : undefined);
  const valueError = problemOf(save.error, 'value') ?? (tried && !value ? t('field.required') : undefined);
  return (
    <FormDialog
      title={given === null ? t(`secrets.${of}.add`) : t('secrets.replaceTitle', { name: given })}
      lead={given === null ? undefined : t('secrets.replaceHint')}
      action={t('action.save')}
      pending={save.isPending}
      error={save.error}
      fields={['name', 'value']}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() && value) save.mutate();
      }}
    >
      {given === null ? (
        <TextInput
          id="secret-name"
          label={t('secrets.name')}
          hint={t('secrets.nameHint')}
          className="mono"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={name}
          error={nameError}
          onChange={(event) => setName(event.target.value)}
        />
      ) : null}
      <Field id="secret-value" label={t('secrets.value')} hint={t('secrets.valueHint')} error={valueError}>
        <textarea
          id="secret-value"
          className="input mono secret-value"
          rows={3}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          aria-invalid={valueError ? true : undefined}
          aria-describedby={describedBy('secret-value', { error: valueError, hint: true })}
          onChange={(event) => setValue(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
