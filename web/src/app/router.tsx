import { createBrowserRouter } from 'react-router';
import { Entry } from './entry.tsx';
import { NotFound, RouteFailure } from './route-failure.tsx';
import { GATE_ROUTES, ROUTES } from './routes.tsx';

/** Every screen is its own chunk; the shell and the gate before it are the entry. */
export function createAppRouter() {
  return createBrowserRouter([
    {
      element: <Entry />,
      errorElement: <RouteFailure />,
      hydrateFallbackElement: <span />,
      children: [
        ...GATE_ROUTES,
        {
          lazy: async () => ({ Component: (await import('./shell.tsx')).Shell }),
          children: [
            { errorElement: <RouteFailure />, children: [...ROUTES, { path: '*', element: <NotFound /> }] },
          ],
        },
      ],
    },
  ]);
}
