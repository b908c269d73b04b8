import {
  Crosshair,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  Play,
  Settings2,
  ShieldAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import type { Permission } from '../api/access-types.ts';
import { Brand, Mark } from './brand.tsx';
import { useMay } from './session.ts';

interface NavItem {
  id: 'overview' | 'findings' | 'runs' | 'tasks' | 'scope' | 'admin';
  to: string;
  /** The second key after `g`. */
  key: string;
  icon: LucideIcon;
  /** Shown to who has one of these; to everybody when there is none. */
  needs: readonly Permission[];
}

const NAV: readonly NavItem[] = [
  { id: 'overview', to: '/', key: 'o', icon: LayoutGrid, needs: [] },
  { id: 'findings', to: '/findings', key: 'f', icon: ShieldAlert, needs: ['finding:read'] },
  { id: 'runs', to: '/runs', key: 'r', icon: ListChecks, needs: ['run:read'] },
  { id: 'tasks', to: '/tasks', key: 't', icon: Play, needs: ['task:read'] },
  { id: 'scope', to: '/scope', key: 's', icon: Crosshair, needs: ['scope:read'] },
  {
    id: 'admin',
    to: '/admin',
    key: 'a',
    icon: Settings2,
    needs: ['user:read', 'role:read', 'token:read', 'project:write', 'audit:read'],
  },
];

/** An area that a role never has is not shown. */
export function useShownNav(): NavItem[] {
  const may = useMay();
  return NAV.filter(({ needs }) => needs.length === 0 || needs.some(may));
}

export function SideNav() {
  const { t } = useTranslation();
  const items = useShownNav();
  return (
    <nav className="sidenav" aria-label={t('nav.label')}>
      <div className="sidenav-brand">
        <span className="sidenav-wide">
          <Brand />
        </span>
        <span className="sidenav-narrow">
          <Mark />
        </span>
      </div>
      <ul>
        {items.map(({ id, to, icon: Icon }) => (
          <li key={id} className={id === 'admin' ? 'sidenav-split' : undefined}>
            <NavLink to={to} end={to === '/'} className="sidenav-link" title={t(`nav.${id}`)}>
              <Icon size={18} aria-hidden="true" />
              <span className="sidenav-text">{t(`nav.${id}`)}</span>
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Five places at most; administration stands in the menu of the account. */
export function BottomBar() {
  const { t } = useTranslation();
  const items = useShownNav().filter(({ id }) => id !== 'admin');
  return (
    <nav className="bottombar" aria-label={t('nav.label')}>
      {items.map(({ id, to, icon: Icon }) => (
        <NavLink key={id} to={to} end={to === '/'} className="bottombar-link">
          <Icon size={20} aria-hidden="true" />
          <span>{t(`nav.${id}`)}</span>
        </NavLink>
      ))}
    </nav>
  );
}
