import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import './sub-nav.css';

/** The parts of a page, each with its own address. */
export function SubNav({
  label,
  items,
}: {
  label: string;
  items: readonly { to: string; text: string; end?: boolean }[];
}) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone the row is longer than the screen: where one is must be in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another part is another place in the row
  useEffect(() => {
    const active = nav.current?.querySelector<HTMLElement>('.active');
    if (nav.current && active)
      nav.current.scrollLeft = active.offsetLeft - (nav.current.clientWidth - active.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav className="sub-nav" aria-label={label} ref={nav}>
      <ul>
        {items.map(({ to, text, end }) => (
          <li key={to}>
            <NavLink to={to} end={end ?? false} className="sub-nav-link">
              {text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
