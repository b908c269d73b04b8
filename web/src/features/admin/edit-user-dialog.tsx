import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Member } from '../../api/access-types.ts';
import { ApiError } from '../../api/client.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Warning } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';

interface EditUserDialogProps {
  user: Member;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function EditUserDialog({ user, onDone, onClose }: EditUserDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [seen, setSeen] = useState(() => adminApi.userTag(user.id));
  const [theirs, setTheirs] = useState<Member | null>(null);
  const change = useMutation({
    mutationFn: () => adminApi.changeUser(user.id, { name: name.trim(), email: email.trim() }, seen),
    onSuccess: () => {
      onClose();
      toast(t('users.saved'));
      return onDone();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.status !== 409) return;
      setTheirs(await adminApi.user(user.id));
      setSeen(adminApi.userTag(user.id));
    },
  });
  return (
    <FormDialog
      title={t('users.editTitle', { login: user.login })}
      action={t('action.save')}
      pending={change.isPending}
      error={theirs ? null : change.error}
      fields={['name', 'email']}
      onSubmit={() => name.trim() && change.mutate()}
      onClose={onClose}
    >
      {theirs ? (
        <Warning title={t('conflict.title')}>
          <p className="break">{t('conflict.now', { value: `${theirs.name}, ${theirs.email || '–'}` })}</p>
          <p>{t('conflict.hint')}</p>
        </Warning>
      ) : null}
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
