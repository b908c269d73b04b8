import {
  Boxes,
  CalendarClock,
  FileText,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  Play,
  Settings2,
  ShieldAlert,
  UserCheck,
  Workflow,
} from 'lucide-react';
import type { Permission } from '../api/access-types.ts';
import type { Texts } from '../i18n/en.ts';

export interface NavItem {
  /** Its words are `nav.<id>`. */
  id: Exclude<keyof Texts['nav'], 'label' | 'more'>;
  to: string;
  /** Where else its pages stand. */
  also?: readonly string[];
  /** The second key after `g`. */
  key: string;
  icon: LucideIcon;
  group: 'work' | 'intel' | 'manage';
  /** Shown to who has one of these; to everybody when there is none. */
  needs: readonly Permission[];
  /** One of the four in the bar of a phone; the others stand behind 'More'. */
  phone?: true;
}

/** One line for each area, in the order in which they are shown. */
export const NAV: readonly NavItem[] = [
  { id: 'overview', to: '/', key: 'o', icon: LayoutGrid, group: 'work', needs: [], phone: true },
  {
    id: 'findings',
    to: '/findings',
    key: 'f',
    icon: ShieldAlert,
    group: 'work',
    needs: ['finding:read'],
    phone: true,
  },
  { id: 'runs', to: '/runs', key: 'r', icon: ListChecks, group: 'work', needs: ['run:read'], phone: true },
  { id: 'tasks', to: '/tasks', key: 't', icon: Play, group: 'work', needs: ['task:read'], phone: true },
  {
    id: 'workflows',
    to: '/workflows',
    also: ['/workflow-runs', '/convert-workflow', '/triggers'],
    key: 'w',
    icon: Workflow,
    group: 'work',
    needs: ['workflow:read'],
  },
  {
    id: 'approvals',
    to: '/approvals',
    key: 'e',
    icon: UserCheck,
    group: 'work',
    needs: ['approval:read', 'finding:accept'],
  },
  {
    id: 'reports',
    to: '/reports',
    also: ['/report-templates', '/evidence', '/compare'],
    key: 's',
    icon: FileText,
    group: 'work',
    needs: ['report:read'],
  },
  {
    id: 'schedules',
    to: '/schedules',
    key: 'd',
    icon: CalendarClock,
    group: 'manage',
    needs: ['workflow:read'],
  },
  {
    id: 'project',
    to: '/project',
    key: 'p',
    icon: Boxes,
    group: 'manage',
    needs: ['scope:read', 'secret:read', 'file:read'],
  },
  {
    id: 'admin',
    to: '/admin',
    key: 'a',
    icon: Settings2,
    group: 'manage',
    needs: [
      'user:read',
      'role:read',
      'token:read',
      'project:write',
      'audit:read',
      'config:read',
      'plugin:read',
      'system:read',
    ],
  },
];

/** Whether a page belongs to the area. */
export function isIn({ to, also = [] }: NavItem, pathname: string): boolean {
  return [to, ...also].some((path) => pathname === path || (path !== '/' && pathname.startsWith(`${path}/`)));
}
