import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  Clock,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  SkipForward,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { StepStatus, WorkflowRunStatus } from './types.ts';
import '../../ui/run-status.css';
import './workflow-status.css';

type Status = StepStatus | WorkflowRunStatus;

const ICONS: Record<Status, LucideIcon> = {
  pending: CircleDashed,
  ready: Clock,
  queued: Clock,
  running: LoaderCircle,
  waiting: Hourglass,
  cancelling: CircleSlash,
  done: CircleCheck,
  partial: CircleAlert,
  failed: CircleX,
  skipped: SkipForward,
  cancelled: Ban,
};

const ENDED: readonly Status[] = ['done', 'partial', 'failed', 'skipped', 'cancelled'];

export function workflowEnded(status: Status): boolean {
  return ENDED.includes(status);
}

export function StatusIcon({ status, size = 15 }: { status: Status; size?: number }) {
  const Icon = ICONS[status];
  return (
    <span className={`run-status run-status-${status}`}>
      <Icon size={size} aria-hidden="true" />
    </span>
  );
}

export function WorkflowStatusMark({ status }: { status: Status }) {
  const { t } = useTranslation();
  const Icon = ICONS[status];
  return (
    <span className={`run-status run-status-${status}`}>
      <Icon size={15} aria-hidden="true" />
      {t(`wfStatus.${status}`)}
    </span>
  );
}
