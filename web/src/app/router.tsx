import { createBrowserRouter } from 'react-router';
import { Entry } from './entry.tsx';
import { NotFound, RouteFailure } from './route-failure.tsx';

/** Every screen is its own chunk; the shell and the gate before it are the entry. */
export function createAppRouter() {
  return createBrowserRouter([
    {
      element: <Entry />,
      errorElement: <RouteFailure />,
      hydrateFallbackElement: <span />,
      children: [
        {
          path: '/setup',
          lazy: async () => ({ Component: (await import('../features/setup/setup-page.tsx')).SetupPage }),
        },
        {
          path: '/login',
          lazy: async () => ({ Component: (await import('../features/setup/sign-in-page.tsx')).SignInPage }),
        },
        {
          lazy: async () => ({ Component: (await import('./shell.tsx')).Shell }),
          children: [
            {
              errorElement: <RouteFailure />,
              children: [
                {
                  path: '/',
                  lazy: async () => ({
                    Component: (await import('../features/overview/overview-page.tsx')).OverviewPage,
                  }),
                },
                {
                  path: '/findings',
                  lazy: async () => ({
                    Component: (await import('../features/findings/findings-page.tsx')).FindingsPage,
                  }),
                },
                {
                  path: '/findings/:finding',
                  lazy: async () => ({
                    Component: (await import('../features/findings/finding-page.tsx')).FindingPage,
                  }),
                },
                {
                  path: '/runs',
                  lazy: async () => ({
                    Component: (await import('../features/runs/runs-page.tsx')).RunsPage,
                  }),
                },
                {
                  path: '/runs/:run',
                  lazy: async () => ({ Component: (await import('../features/runs/run-page.tsx')).RunPage }),
                },
                {
                  path: '/tasks',
                  lazy: async () => ({
                    Component: (await import('../features/tasks/tasks-page.tsx')).TasksPage,
                  }),
                },
                {
                  path: '/tasks/:task',
                  lazy: async () => ({
                    Component: (await import('../features/tasks/run-form-page.tsx')).RunFormPage,
                  }),
                },
                {
                  path: '/scope',
                  lazy: async () => ({
                    Component: (await import('../features/scope/scope-page.tsx')).ScopePage,
                  }),
                },
                { path: '*', element: <NotFound /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
