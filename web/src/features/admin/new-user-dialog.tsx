import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Member } from '../../api/access-types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { usePlaceOptions, useRoleOptions } from './role-options.ts';
import { temporaryPassword } from './temporary-password.ts';

interface NewUserDialogProps {
  onMade: (user: Member, password: string | undefined) => void;
  onClose: () => void;
}

const FIELDS = ['login', 'name', 'email', 'role', 'project'];

/** A person gets a temporary password that is made here and shown once; a service account gets tokens later. */
export function NewUserDialog({ onMade, onClose }: NewUserDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState({
    kind: 'person',
    login: '',
    name: '',
    email: '',
    role: 'analyst',
    project: '',
  });
  const [password] = useState(temporaryPassword);
  const [missing, setMissing] = useState(false);
  const roles = useRoleOptions();
  const places = usePlaceOptions();
  const set = (field: keyof typeof form) => (value: string) => setForm({ ...form, [field]: value });
  const person = form.kind === 'person';
  const add = useMutation({
    mutationFn: adminApi.addUser,
    onSuccess: (user) => {
      void client.invalidateQueries({ queryKey: ['users'] });
      onMade(user, person ? password : undefined);
    },
  });
  const submit = () => {
    setMissing(!form.login.trim());
    if (!form.login.trim()) return document.getElementById('user-login')?.focus();
    add.mutate({
      kind: person ? 'person' : 'service',
      login: form.login.trim(),
      ...(form.name.trim() ? { name: form.name.trim() } : {}),
      ...(form.email.trim() ? { email: form.email.trim() } : {}),
      ...(form.role ? { role: form.role } : {}),
      ...(form.role && form.project ? { project: form.project } : {}),
      ...(person ? { password } : {}),
    });
  };
  const text = (field: 'login' | 'name' | 'email') => ({
    id: `user-${field}`,
    value: form[field],
    error: problemOf(add.error, field),
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => set(field)(event.target.value),
  });
  return (
    <FormDialog
      title={t('users.addTitle')}
      action={t('users.create')}
      wide
      pending={add.isPending}
      error={add.error}
      fields={FIELDS}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectInput
        id="user-kind"
        label={t('users.kind')}
        value={form.kind}
        onChange={set('kind')}
        options={[
          { value: 'person', label: t('users.person') },
          { value: 'service', label: t('users.serviceLong') },
        ]}
      />
      <TextInput
        {...text('login')}
        label={t('users.login')}
        autoCapitalize="none"
        spellCheck={false}
        required
        error={missing && !form.login.trim() ? t('field.required') : problemOf(add.error, 'login')}
      />
      <TextInput {...text('name')} label={t('users.name')} />
      {person ? <TextInput {...text('email')} type="email" label={t('users.email')} /> : null}
      <SelectInput
        id="user-role"
        label={t('users.role')}
        value={form.role}
        error={problemOf(add.error, 'role')}
        onChange={set('role')}
        options={[...roles, { value: '', label: t('users.noRoleYet') }]}
      />
      {form.role ? (
        <SelectInput
          id="user-project"
          label={t('users.where')}
          value={form.project}
          error={problemOf(add.error, 'project')}
          onChange={set('project')}
          options={places}
        />
      ) : null}
      <p className="muted small">{t(person ? 'users.willGetPassword' : 'users.willGetTokens')}</p>
    </FormDialog>
  );
}
