import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import GlobalStyles from '@mui/material/GlobalStyles';
import { ThemeProvider } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { theme } from './theme.ts';
import { asCustomProperties, TOKENS } from './tokens.ts';

/** The server writes a fresh nonce into every page; without it the policy refuses emotion's style elements. */
export function nonceOfPage(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || meta?.getAttribute('nonce') || undefined;
}

const VARIABLES = {
  ':root, [data-theme="light"]': { ...asCustomProperties(TOKENS.light), colorScheme: 'light' },
  '[data-theme="dark"]': { ...asCustomProperties(TOKENS.dark), colorScheme: 'dark' },
};

export function createStyleCache() {
  return createCache({ key: 'sx', nonce: nonceOfPage(), prepend: true });
}

/** MUI's own 'disable transitions while switching' adds a style element without a nonce: left off. */
export function ThemeRoot({
  cache,
  children,
}: {
  cache: ReturnType<typeof createStyleCache>;
  children: ReactNode;
}) {
  return (
    <CacheProvider value={cache}>
      <GlobalStyles styles={VARIABLES} />
      <ThemeProvider theme={theme} defaultMode="system" modeStorageKey="sentinelx-theme" noSsr>
        {children}
      </ThemeProvider>
    </CacheProvider>
  );
}
