import { Outlet } from 'react-router';
import { ThemeRoot } from '../theme/theme-root.tsx';

/** Around every page but that to sign in: MUI with our theme. */
export function Frame() {
  return (
    <ThemeRoot>
      <Outlet />
    </ThemeRoot>
  );
}
