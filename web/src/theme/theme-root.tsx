import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { ThemeProvider } from '@mui/material/styles';
import { type ReactNode, useState } from 'react';
import { MODE_KEY, nonceOfPage } from './page-theme.ts';
import { theme } from './theme.ts';

/** MUI's own 'disable transitions while switching' adds a style element without a nonce: left off. */
export function ThemeRoot({ children }: { children: ReactNode }) {
  const [cache] = useState(() => createCache({ key: 'sx', nonce: nonceOfPage(), prepend: true }));
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme} defaultMode="system" modeStorageKey={MODE_KEY} noSsr>
        {children}
      </ThemeProvider>
    </CacheProvider>
  );
}
