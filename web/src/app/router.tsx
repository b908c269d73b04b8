import type { i18n } from 'i18next';
import { createBrowserRouter } from 'react-router';
import { addLaterTexts } from '../i18n/i18n.ts';
import { Entry } from './entry.tsx';
import { NotFound, RouteFailure } from './route-failure.tsx';
import { GATE_ROUTES, ROUTES } from './routes.tsx';

/** Every screen is its own chunk; the shell and the gate before it are the entry. */
export function createAppRouter(texts: i18n) {
  return createBrowserRouter([
    {
      element: <Entry />,
      errorElement: <RouteFailure />,
      hydrateFallbackElement: <span />,
      children: [
        ...GATE_ROUTES,
        {
          lazy: async () => {
            const [{ Shell }] = await Promise.all([import('./shell.tsx'), addLaterTexts(texts)]);
            return { Component: Shell };
          },
          children: [
            { errorElement: <RouteFailure />, children: [...ROUTES, { path: '*', element: <NotFound /> }] },
          ],
        },
      ],
    },
  ]);
}
