import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, Lock, LockOpen, LogOut, Pencil, ShieldOff, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { adminApi } from '../../api/access-api.ts';
import type { Member } from '../../api/access-types.ts';
import { useMay, useUser } from '../../app/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { toast } from '../../ui/toast.tsx';
import { EditUserDialog } from './edit-user-dialog.tsx';
import { PasswordOnce } from './password-once.tsx';
import { temporaryPassword } from './temporary-password.ts';

type Asking = 'edit' | 'lock' | 'unlock' | 'password' | 'sign-out' | 'factors' | 'remove' | null;

/** What an administrator does with an account; for all others there is nothing here. */
export function UserActions({ user }: { user: Member }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const me = useUser();
  const [asking, setAsking] = useState<Asking>(null);
  const [password, setPassword] = useState<string | null>(null);
  if (!may('user:write')) return null;

  const refresh = () => client.invalidateQueries({ queryKey: ['users'] });
  const close = () => setAsking(null);
  const person = user.kind === 'person';
  const other = user.id !== me?.id;
  const lock = async (disabled: boolean) => {
    await adminApi.changeUser(user.id, { disabled });
    toast(t(disabled ? 'users.lockedNow' : 'users.unlockedNow', { name: user.name }));
    await refresh();
  };
  return (
    <div className="rows-actions">
      <Button startIcon={<Pencil size={16} />} onClick={() => setAsking('edit')}>
        {t('action.edit')}
      </Button>
      {person && other ? (
        <Button startIcon={<KeyRound size={16} />} onClick={() => setAsking('password')}>
          {t('users.setPassword')}
        </Button>
      ) : null}
      {person && other ? (
        <Button startIcon={<ShieldOff size={16} />} onClick={() => setAsking('factors')}>
          {t('users.resetFactors')}
        </Button>
      ) : null}
      {person && other ? (
        <Button startIcon={<LogOut size={16} />} onClick={() => setAsking('sign-out')}>
          {t('users.signOut')}
        </Button>
      ) : null}
      {other ? (
        <Button
          startIcon={user.disabled ? <LockOpen size={16} /> : <Lock size={16} />}
          onClick={() => setAsking(user.disabled ? 'unlock' : 'lock')}
        >
          {t(user.disabled ? 'users.unlock' : 'users.lock')}
        </Button>
      ) : null}
      {other ? (
        <Button
          startIcon={<Trash2 size={16} />}
          className="danger-button"
          onClick={() => setAsking('remove')}
        >
          {t('action.remove')}
        </Button>
      ) : null}

      {asking === 'edit' ? <EditUserDialog user={user} onClose={close} onDone={refresh} /> : null}
      {asking === 'password' ? (
        <Confirm
          title={t('users.setPasswordTitle', { name: user.name })}
          action={t('users.setPassword')}
          harmless
          onClose={close}
          onConfirm={async () => {
            const made = temporaryPassword();
            await adminApi.changeUser(user.id, { password: made });
            setPassword(made);
            await refresh();
          }}
        >
          {t('users.setPasswordHint')}
        </Confirm>
      ) : null}
      {asking === 'factors' ? (
        <Confirm
          title={t('users.resetFactorsTitle', { name: user.name })}
          action={t('users.resetFactors')}
          onClose={close}
          onConfirm={async () => {
            await adminApi.resetSecondFactors(user.id);
            toast(t('users.factorsReset'));
            await refresh();
          }}
        >
          {t('users.resetFactorsHint')}
        </Confirm>
      ) : null}
      {asking === 'sign-out' ? (
        <Confirm
          title={t('users.signOutTitle', { name: user.name })}
          action={t('users.signOut')}
          onClose={close}
          onConfirm={async () => {
            const { ended } = await adminApi.endUserSessions(user.id);
            toast(t('users.signedOut', { count: ended }));
            await refresh();
          }}
        >
          {t('users.signOutHint')}
        </Confirm>
      ) : null}
      {asking === 'lock' || asking === 'unlock' ? (
        <Confirm
          title={t(asking === 'lock' ? 'users.lockTitle' : 'users.unlockTitle', { name: user.name })}
          action={t(asking === 'lock' ? 'users.lock' : 'users.unlock')}
          harmless={asking === 'unlock'}
          onClose={close}
          onConfirm={() => lock(asking === 'lock')}
        >
          {t(asking === 'lock' ? 'users.lockHint' : 'users.unlockHint')}
        </Confirm>
      ) : null}
      {asking === 'remove' ? (
        <Confirm
          title={t('users.removeTitle', { name: user.name })}
          action={t('action.remove')}
          onClose={close}
          onConfirm={async () => {
            await adminApi.removeUser(user.id);
            toast(t('users.removed', { name: user.name }));
            await navigate('/admin/users');
            await refresh();
          }}
        >
          {t('users.removeHint')}
        </Confirm>
      ) : null}
      {password ? (
        <PasswordOnce login={user.login} password={password} onClose={() => setPassword(null)} />
      ) : null}
    </div>
  );
}
