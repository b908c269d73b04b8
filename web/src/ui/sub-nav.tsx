import { NavLink } from 'react-router';
import './sub-nav.css';

/** The parts of a page, each with its own address. */
export function SubNav({ label, items }: { label: string; items: readonly { to: string; text: string }[] }) {
  return (
    <nav className="sub-nav" aria-label={label}>
      <ul>
        {items.map(({ to, text }) => (
          <li key={to}>
            <NavLink to={to} className="sub-nav-link">
              {text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
