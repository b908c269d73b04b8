import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { attentionQuery } from '../features/overview/queries.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { useOpened } from '../ui/use-opened.ts';
import { Brand, Mark } from './brand.tsx';
import { isIn, NAV, type NavItem } from './nav-list.ts';
import { useMay } from './session.ts';

const LOOK_AGAIN_MS = 60_000;
/** As in shell.css, which shows one of the two bars. */
const PHONE = '(max-width: 599.98px)';
const GROUPS = ['work', 'intel', 'manage'] as const;

/** An area that a role never has is not shown. */
export function useShownNav(): NavItem[] {
  const may = useMay();
  return NAV.filter(({ needs }) => needs.length === 0 || needs.some(may));
}

export function SideNav() {
  return useMediaQuery(PHONE) ? null : <SideLinks />;
}

function SideLinks() {
  const { t } = useTranslation();
  const items = useShownNav();
  const { pathname } = useLocation();
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
      {GROUPS.map((group) => {
        const own = items.filter((item) => item.group === group);
        if (own.length === 0) return null;
        return (
          <ul key={group}>
            {own.map((item) => (
              <li key={item.id}>
                <Link
                  to={item.to}
                  {...currentIf(isIn(item, pathname), 'sidenav-link')}
                  title={t(`nav.${item.id}`)}
                >
                  <item.icon size={18} aria-hidden="true" />
                  <span className="sidenav-text">{t(`nav.${item.id}`)}</span>
                  {item.id === 'approvals' ? <Waiting /> : null}
                </Link>
              </li>
            ))}
          </ul>
        );
      })}
    </nav>
  );
}

function currentIf(here: boolean, name: string) {
  return here ? ({ className: `${name} active`, 'aria-current': 'page' } as const) : { className: name };
}

/** How many decisions wait for this person. */
function Waiting() {
  const { t } = useTranslation();
  const { data } = useQuery({ ...attentionQuery, refetchInterval: LOOK_AGAIN_MS });
  const count = (data?.approvals?.count ?? 0) + (data?.acceptances?.count ?? 0);
  if (count === 0) return null;
  return (
    <span className="sidenav-count" aria-label={t('approval.waiting', { count })} role="img">
      {count > 99 ? '99+' : count}
    </span>
  );
}

/** Four places and the way to the others. */
export function BottomBar() {
  return useMediaQuery(PHONE) ? <BottomLinks /> : null;
}

function BottomLinks() {
  const { t } = useTranslation();
  const items = useShownNav();
  const { pathname } = useLocation();
  return (
    <nav className="bottombar" aria-label={t('nav.label')}>
      {items
        .filter(({ phone }) => phone)
        .map((item) => (
          <Link key={item.id} to={item.to} {...currentIf(isIn(item, pathname), 'bottombar-link')}>
            <item.icon size={20} aria-hidden="true" />
            <span>{t(`nav.${item.id}`)}</span>
          </Link>
        ))}
      <More items={items.filter(({ phone }) => !phone)} />
    </nav>
  );
}

function More({ items }: { items: readonly NavItem[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const opened = useOpened(anchor !== null);
  if (items.length === 0) return null;
  const here = items.some((item) => isIn(item, pathname));
  return (
    <>
      <button
        type="button"
        className={here ? 'bottombar-link active' : 'bottombar-link'}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Ellipsis size={20} aria-hidden="true" />
        <span>{t('nav.more')}</span>
      </button>
      {opened ? (
        <Menu
          open={anchor !== null}
          anchorEl={anchor}
          onClose={() => setAnchor(null)}
          anchorOrigin={{ vertical: 'top', horizontal: 'right' }}
          transformOrigin={{ vertical: 'bottom', horizontal: 'right' }}
          slotProps={{ list: { 'aria-label': t('nav.more') } }}
        >
          {items.map(({ id, to, icon: Icon }) => (
            <MenuItem key={id} component={Link} to={to} onClick={() => setAnchor(null)}>
              <Icon size={18} aria-hidden="true" />
              {t(`nav.${id}`)}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
    </>
  );
}
