import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient } from './api/query-client.ts';
import { createAppRouter } from './app/router.tsx';
import { createI18n } from './i18n/i18n.ts';
import { createStyleCache, ThemeRoot } from './theme/theme-root.tsx';
import './theme/base.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id root');

const texts = createI18n();

createRoot(root).render(
  <StrictMode>
    <ThemeRoot cache={createStyleCache()}>
      <I18nextProvider i18n={texts}>
        <QueryClientProvider client={createQueryClient()}>
          <RouterProvider router={createAppRouter(texts)} />
        </QueryClientProvider>
      </I18nextProvider>
    </ThemeRoot>
  </StrictMode>,
);
