import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
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
          path: '/sign-in',
          lazy: async () => ({
            Component: (await import('../features/sign-in/sign-in-page.tsx')).SignInPage,
          }),
        },
        {
          path: '/new-password',
          lazy: async () => ({
            Component: (await import('../features/account/new-password-page.tsx')).NewPasswordPage,
          }),
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
                ACCOUNT,
                ADMINISTRATION,
                { path: '*', element: <NotFound /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}

const ACCOUNT: RouteObject = {
  path: '/account',
  lazy: async () => ({ Component: (await import('../features/account/account-page.tsx')).AccountPage }),
  children: [
    { index: true, element: <Navigate to="/account/profile" replace /> },
    {
      path: 'profile',
      lazy: async () => ({ Component: (await import('../features/account/profile-part.tsx')).ProfilePart }),
    },
    {
      path: 'security',
      lazy: async () => ({ Component: (await import('../features/account/security-part.tsx')).SecurityPart }),
    },
    {
      path: 'sessions',
      lazy: async () => ({ Component: (await import('../features/account/sessions-part.tsx')).SessionsPart }),
    },
    {
      path: 'tokens',
      lazy: async () => ({ Component: (await import('../features/account/tokens-part.tsx')).TokensPart }),
    },
  ],
};

const ADMINISTRATION: RouteObject = {
  path: '/admin',
  lazy: async () => ({ Component: (await import('../features/admin/admin-page.tsx')).AdminPage }),
  children: [
    {
      index: true,
      lazy: async () => ({ Component: (await import('../features/admin/admin-page.tsx')).AdminStart }),
    },
    {
      path: 'users',
      lazy: async () => ({ Component: (await import('../features/admin/users-page.tsx')).UsersPage }),
    },
    {
      path: 'users/:user',
      lazy: async () => ({ Component: (await import('../features/admin/user-page.tsx')).UserPage }),
    },
    {
      path: 'roles',
      lazy: async () => ({ Component: (await import('../features/admin/roles-page.tsx')).RolesPage }),
    },
    {
      path: 'tokens',
      lazy: async () => ({ Component: (await import('../features/admin/tokens-page.tsx')).TokensPage }),
    },
    {
      path: 'projects',
      lazy: async () => ({ Component: (await import('../features/admin/projects-page.tsx')).ProjectsPage }),
    },
    {
      path: 'audit',
      lazy: async () => ({ Component: (await import('../features/admin/audit-page.tsx')).AuditPage }),
    },
  ],
};
