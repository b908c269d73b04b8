import { Crosshair, LayoutGrid, ListChecks, type LucideIcon, Play, ShieldAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { Brand, Mark } from './brand.tsx';

interface NavItem {
  id: 'overview' | 'findings' | 'runs' | 'tasks' | 'scope';
  to: string;
  /** The second key after `g`. */
  key: string;
  icon: LucideIcon;
}

export const NAV: readonly NavItem[] = [
  { id: 'overview', to: '/', key: 'o', icon: LayoutGrid },
  { id: 'findings', to: '/findings', key: 'f', icon: ShieldAlert },
  { id: 'runs', to: '/runs', key: 'r', icon: ListChecks },
  { id: 'tasks', to: '/tasks', key: 't', icon: Play },
  { id: 'scope', to: '/scope', key: 's', icon: Crosshair },
];

export function SideNav() {
  const { t } = useTranslation();
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
        {NAV.map(({ id, to, icon: Icon }) => (
          <li key={id}>
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

export function BottomBar() {
  const { t } = useTranslation();
  return (
    <nav className="bottombar" aria-label={t('nav.label')}>
      {NAV.map(({ id, to, icon: Icon }) => (
        <NavLink key={id} to={to} end={to === '/'} className="bottombar-link">
          <Icon size={20} aria-hidden="true" />
          <span>{t(`nav.${id}`)}</span>
        </NavLink>
      ))}
    </nav>
  );
}
