import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient } from './api/query-client.ts';
import type { Session } from './api/types.ts';
import { createAppRouter } from './app/router.tsx';
import { sessionQuery } from './app/session.ts';
import { createI18n } from './i18n/i18n.ts';
import { applyPageTheme } from './theme/page-theme.ts';

/** Draws the app. Who is here was asked for before any of this was loaded. */
export function startApp(session: Promise<Session>): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no element with the id root');
  applyPageTheme();
  const client = createQueryClient();
  // The first answer is the one that is on its way; a failure is shown, and asked again, by the gate.
  void client.prefetchQuery({ ...sessionQuery, queryFn: () => session });
  const texts = createI18n();
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={texts}>
        <QueryClientProvider client={client}>
          <RouterProvider router={createAppRouter(texts, client)} />
        </QueryClientProvider>
      </I18nextProvider>
    </StrictMode>,
  );
}
