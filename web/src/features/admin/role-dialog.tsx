import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Permission, Role, RoleList } from '../../api/access-types.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';

interface RoleDialogProps {
  /** Null: a new one. */
  role: Role | null;
  list: RoleList;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function RoleDialog({ role, list, onDone, onClose }: RoleDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(role?.name ?? '');
  const [title, setTitle] = useState(role?.title ?? '');
  const [permissions, setPermissions] = useState<string[]>([...(role?.permissions ?? [])]);
  const [missing, setMissing] = useState(false);
  const parts = (of: Pick<Role, 'title'> & { permissions: readonly string[] }) => [
    { label: t('roles.purpose'), value: of.title },
    { label: t('roles.permissionList'), value: [...of.permissions].sort().join(', ') },
  ];
  const edit = useEdit<Role>({
    shown: role,
    path: `/api/v1/roles/${encodeURIComponent(role?.name ?? '')}`,
    read: () => adminApi.role(role?.name ?? ''),
    parts,
  });
  const save = useMutation({
    mutationFn: () =>
      role
        ? edit.send((seen) => adminApi.changeRole(role.name, { title: title.trim(), permissions }, seen))
        : adminApi.addRole({ name: name.trim(), title: title.trim(), permissions }),
    onSuccess: () => {
      onClose();
      toast(t(role ? 'roles.saved' : 'roles.added'));
      return onDone();
    },
  });
  const submit = () => {
    const nameless = !role && !name.trim();
    setMissing(nameless);
    if (nameless) document.getElementById('role-name')?.focus();
    else save.mutate();
  };
  const copyOf = (source: string) =>
    setPermissions([...(list.items.find((one) => one.name === source)?.permissions ?? [])]);
  const options = (kind: 'project' | 'instance') =>
    list.permissions
      .filter((permission) => permission.of === kind)
      .map((permission) => ({ value: permission.name, label: permission.title, note: permission.name }));
  const choose = (kind: 'project' | 'instance') => (chosen: Permission[] | string[]) => {
    const own = new Set<string>(options(kind).map((option) => option.value));
    setPermissions([...permissions.filter((held) => !own.has(held)), ...chosen]);
  };
  return (
    <FormDialog
      title={role ? t('roles.editTitle', { role: role.name }) : t('roles.addTitle')}
      action={role ? t('action.save') : t('roles.create')}
      wide
      pending={save.isPending}
      error={conflicting(save.error, edit.theirs) ? null : save.error}
      fields={['name', 'title', 'permissions']}
      onSubmit={submit}
      onClose={onClose}
    >
      {edit.theirs ? <Theirs theirs={parts(edit.theirs)} yours={parts({ title, permissions })} /> : null}
      {role ? null : (
        <TextInput
          id="role-name"
          label={t('roles.name')}
          hint={t('roles.nameHint')}
          className="mono"
          placeholder="release-manager"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={name}
          error={missing && !name.trim() ? t('field.required') : problemOf(save.error, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <TextInput
        id="role-title"
        label={t('roles.purpose')}
        maxLength={200}
        autoComplete="off"
        value={title}
        error={problemOf(save.error, 'title')}
        onChange={(event) => setTitle(event.target.value)}
      />
      {role ? null : (
        <SelectInput
          id="role-copy"
          label={t('roles.startFrom')}
          defaultValue=""
          onChange={copyOf}
          options={[
            { value: '', label: t('roles.nothing') },
            ...list.items.map((one) => ({ value: one.name, label: one.name })),
          ]}
        />
      )}
      {(['project', 'instance'] as const).map((kind) => (
        <CheckList
          key={kind}
          legend={t(`roles.of.${kind}`)}
          options={options(kind)}
          chosen={permissions}
          onChange={choose(kind)}
          error={kind === 'project' ? problemOf(save.error, 'permissions') : undefined}
        />
      ))}
    </FormDialog>
  );
}
