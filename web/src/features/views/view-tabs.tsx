import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { MINE } from '../findings/priority.ts';
import type { View } from '../findings/types.ts';
import './views.css';

interface ViewTabsProps {
  q: string;
  view: View | null;
  /** The view is not as it was saved. */
  changed: boolean;
  views: readonly View[];
  /** What the project looks at first. */
  priority: string;
}

/** The lists that are always there, and those that were saved. Each is a link that can be sent to somebody. */
export function ViewTabs({ q, view, changed, views, priority }: ViewTabsProps) {
  const { t } = useTranslation();
  const fixed = [
    { id: 'priority', to: '/findings', current: !view && q === priority },
    { id: 'all', to: '/findings?q=', current: !view && q === '' },
    { id: 'mine', to: `/findings?q=${encodeURIComponent(MINE)}`, current: !view && q === MINE },
  ] as const;
  return (
    <nav className="view-tabs" aria-label={t('views.title')}>
      {fixed.map(({ id, to, current }) => (
        <Link key={id} to={to} className="view-tab" aria-current={current ? 'page' : undefined}>
          {t(`views.${id}`)}
        </Link>
      ))}
      {views.map((one) => (
        <Link
          key={one.id}
          to={`/findings?view=${encodeURIComponent(one.id)}`}
          className="view-tab"
          aria-current={one.id === view?.id ? 'page' : undefined}
          title={one.shared ? t('views.sharedBy', { name: one.ownerName }) : undefined}
        >
          <span className="truncate">{one.name}</span>
          {one.id === view?.id && changed ? (
            <span className="view-dot">
              <span className="visually-hidden">{t('views.unsaved')}</span>
            </span>
          ) : null}
        </Link>
      ))}
    </nav>
  );
}
