import { CircleHelp, Cog, Hourglass, type LucideIcon, Play, UserCheck, Workflow } from 'lucide-react';
import type { Action } from '../document/graph.ts';

const ICONS: Record<Action, LucideIcon> = {
  task: Play,
  operation: Cog,
  workflow: Workflow,
  wait: Hourglass,
  approval: UserCheck,
  none: CircleHelp,
};

export function ActionIcon({ action, size = 16 }: { action: Action; size?: number }) {
  const Icon = ICONS[action];
  return <Icon size={size} aria-hidden="true" />;
}
