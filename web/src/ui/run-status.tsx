import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleSlash,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Unplug,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { RunStatus } from '../api/types.ts';
import './run-status.css';

const ICONS: Record<RunStatus, LucideIcon> = {
  queued: Clock,
  running: LoaderCircle,
  cancelling: CircleSlash,
  done: CircleCheck,
  partial: CircleAlert,
  failed: CircleX,
  cancelled: Ban,
  interrupted: Unplug,
};

const ENDED: readonly RunStatus[] = ['done', 'partial', 'failed', 'cancelled', 'interrupted'];

export function hasEnded(status: RunStatus): boolean {
  return ENDED.includes(status);
}

export function RunStatusMark({ status }: { status: RunStatus }) {
  const { t } = useTranslation();
  const Icon = ICONS[status];
  return (
    <span className={`run-status run-status-${status}`}>
      <Icon size={15} aria-hidden="true" />
      {t(`runStatus.${status}`)}
    </span>
  );
}
