import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewToken, Permission, TokenWish } from '../../api/access-types.ts';
import { useUser } from '../../app/session.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { permissionOptions } from './permission-options.ts';

const EXPIRY_DAYS = ['30', '90', '180', '365'] as const;
const FIELDS = ['name', 'project', 'permissions', 'addresses', 'expiresInDays', 'owner', 'role'];

interface NewTokenDialogProps {
  title: string;
  /** What the token could carry at most. */
  mayHold: (permission: Permission) => boolean;
  create: (wish: TokenWish) => Promise<NewToken>;
  onMade: (token: NewToken) => void;
  onClose: () => void;
  /** More to choose: for whom. */
  children?: ReactNode;
}

export function NewTokenDialog({ title, mayHold, create, onMade, onClose, children }: NewTokenDialogProps) {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  const [form, setForm] = useState({ name: '', project: '', days: '90', addresses: '', narrow: 'all' });
  const [permissions, setPermissions] = useState<Permission[]>([]);
  const [missing, setMissing] = useState<{ name?: string; permissions?: string }>({});
  const set = (field: keyof typeof form) => (value: string) => setForm({ ...form, [field]: value });
  const make = useMutation({ mutationFn: create, onSuccess: onMade });
  const submit = () => {
    const wrong = {
      ...(form.name.trim() ? {} : { name: t('field.required') }),
      ...(form.narrow === 'all' || permissions.length > 0 ? {} : { permissions: t('token.chooseOne') }),
    };
    setMissing(wrong);
    if (wrong.name) document.getElementById('token-name')?.focus();
    if (Object.keys(wrong).length > 0) return;
    make.mutate({
      name: form.name.trim(),
      addresses: form.addresses.split(/[\s,;]+/).filter(Boolean),
      ...(form.project ? { project: form.project } : {}),
      ...(form.narrow === 'all' ? {} : { permissions }),
      ...(form.days === 'never' ? {} : { expiresInDays: Number(form.days) }),
    });
  };
  return (
    <FormDialog
      title={title}
      action={t('token.make')}
      wide
      pending={make.isPending}
      error={make.error}
      fields={FIELDS}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        id="token-name"
        label={t('token.name')}
        hint={t('token.nameHint')}
        autoComplete="off"
        maxLength={100}
        required
        value={form.name}
        error={missing.name ?? problemOf(make.error, 'name')}
        onChange={(event) => set('name')(event.target.value)}
      />
      {children}
      <SelectInput
        id="token-expiry"
        label={t('token.expiry')}
        value={form.days}
        error={problemOf(make.error, 'expiresInDays')}
        onChange={set('days')}
        options={[
          ...EXPIRY_DAYS.map((days) => ({ value: days, label: t('token.days', { count: Number(days) }) })),
          { value: 'never', label: t('token.choice.never') },
        ]}
      />
      <SelectInput
        id="token-project"
        label={t('token.project')}
        value={form.project}
        error={problemOf(make.error, 'project')}
        onChange={set('project')}
        options={[
          { value: '', label: t('token.choice.everyProject') },
          ...projects.map((project) => ({ value: project.id, label: project.name })),
        ]}
      />
      <SelectInput
        id="token-narrow"
        label={t('token.may')}
        value={form.narrow}
        onChange={set('narrow')}
        options={[
          { value: 'all', label: t('token.choice.all') },
          { value: 'some', label: t('token.choice.some') },
        ]}
      />
      {form.narrow === 'some' ? (
        <CheckList
          legend={t('token.permissionList')}
          options={permissionOptions(mayHold)}
          chosen={permissions}
          onChange={setPermissions}
          error={missing.permissions ?? problemOf(make.error, 'permissions')}
        />
      ) : null}
      <TextInput
        id="token-addresses"
        label={t('token.addresses')}
        hint={t('token.addressesHint')}
        className="mono"
        placeholder="10.0.0.0/8, 192.0.2.7"
        autoComplete="off"
        spellCheck={false}
        value={form.addresses}
        error={problemOf(make.error, 'addresses')}
        onChange={(event) => set('addresses')(event.target.value)}
      />
    </FormDialog>
  );
}
