import type { QueryClient } from '@tanstack/react-query';
import type { i18n } from 'i18next';
import { createBrowserRouter, RouterContextProvider } from 'react-router';
import { addLaterTexts } from '../i18n/i18n.ts';
import { Entry } from './entry.tsx';
import { queryClientOf } from './first-answers.ts';
import { NotFound, RouteFailure } from './route-failure.tsx';
import { GATE_ROUTES, ROUTES, SIGN_IN_ROUTE } from './routes.ts';

/** Every screen is its own chunk; the way to sign in is the entry, and all other pages have their frame and their texts first. */
export function createAppRouter(texts: i18n, client: QueryClient) {
  return createBrowserRouter(
    [
      {
        element: <Entry />,
        errorElement: <RouteFailure />,
        hydrateFallbackElement: <span />,
        children: [
          SIGN_IN_ROUTE,
          {
            lazy: async () => {
              const [{ Frame }] = await Promise.all([import('./frame.tsx'), addLaterTexts(texts)]);
              return { Component: Frame };
            },
            children: [
              ...GATE_ROUTES,
              {
                lazy: async () => ({ Component: (await import('./shell.tsx')).Shell }),
                children: [
                  {
                    errorElement: <RouteFailure />,
                    children: [...ROUTES, { path: '*', element: <NotFound /> }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    {
      getContext: () => new RouterContextProvider(new Map([[queryClientOf, client]])),
    },
  );
}
