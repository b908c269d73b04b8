import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Member } from '../../api/access-types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';

interface EditUserDialogProps {
  user: Member;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function EditUserDialog({ user, onDone, onClose }: EditUserDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const parts = (of: Pick<Member, 'name' | 'email'>) => [
    { label: t('users.name'), value: of.name },
    { label: t('users.email'), value: of.email },
  ];
  const edit = useEdit({
    shown: user,
    path: `/api/v1/users/${encodeURIComponent(user.id)}`,
    read: () => adminApi.user(user.id),
    parts,
  });
  const change = useMutation({
    mutationFn: () =>
      edit.send((seen) => adminApi.changeUser(user.id, { name: name.trim(), email: email.trim() }, seen)),
    onSuccess: () => {
      onClose();
      toast(t('users.saved'));
      return onDone();
    },
  });
  return (
    <FormDialog
      title={t('users.editTitle', { login: user.login })}
      action={t('action.save')}
      pending={change.isPending}
      error={conflicting(change.error, edit.theirs) ? null : change.error}
      fields={['name', 'email']}
      onSubmit={() => name.trim() && change.mutate()}
      onClose={onClose}
    >
      {edit.theirs ? <Theirs theirs={parts(edit.theirs)} yours={parts({ name, email })} /> : null}
      <TextInput
        id="user-name"
        label={t('users.name')}
        required
        autoComplete="off"
        value={name}
        error={name.trim() ? problemOf(change.error, 'name') : t('field.required')}
        onChange={(event) => setName(event.target.value)}
      />
      <TextInput
        id="user-email"
        type="email"
        label={t('users.email')}
        autoComplete="off"
        value={email}
        error={problemOf(change.error, 'email')}
        onChange={(event) => setEmail(event.target.value)}
      />
    </FormDialog>
  );
}
