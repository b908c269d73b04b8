import { Check, CircleSlash, Hourglass, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/badge.tsx';
import type { Approval } from '../workflows/types.ts';

const LOOK = {
  pending: { tone: 'accent', Icon: Hourglass },
  approved: { tone: 'success', Icon: Check },
  rejected: { tone: 'danger', Icon: X },
  expired: { tone: 'warning', Icon: Hourglass },
  withdrawn: { tone: 'plain', Icon: CircleSlash },
} as const;

export function ApprovalState({ approval }: { approval: Pick<Approval, 'status'> }) {
  const { t } = useTranslation();
  const { tone, Icon } = LOOK[approval.status];
  return (
    <Badge tone={tone} icon={<Icon size={12} aria-hidden="true" />}>
      {t(`approval.status.${approval.status}`)}
    </Badge>
  );
}
