import { Clock, Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/access-types.ts';
import { Badge } from '../../ui/badge.tsx';

/** What is unusual about an account. */
export function MemberState({ user }: { user: Account }) {
  const { t } = useTranslation();
  return (
    <>
      {user.kind === 'service' ? <Badge>{t('users.service')}</Badge> : null}
      {user.disabled ? (
        <Badge tone="danger" icon={<Lock size={12} aria-hidden="true" />}>
          {t('users.locked')}
        </Badge>
      ) : null}
      {user.mustChangePassword ? (
        <Badge tone="warning" icon={<Clock size={12} aria-hidden="true" />}>
          {t('users.temporary')}
        </Badge>
      ) : null}
    </>
  );
}
