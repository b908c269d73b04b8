import type { RouteObject } from 'react-router';
import { moved, page } from './page-route.ts';

/** The one page that is drawn without MUI and without the texts of the others. */
export const SIGN_IN_ROUTE: RouteObject = page(
  '/sign-in',
  async () => (await import('../features/sign-in/sign-in-page.tsx')).SignInPage,
);

/** Before the app: nobody has signed in yet, or has something to do first. */
export const GATE_ROUTES: readonly RouteObject[] = [
  page('/setup', async () => (await import('../features/setup/setup-page.tsx')).SetupPage),
  page(
    '/new-password',
    async () => (await import('../features/account/new-password-page.tsx')).NewPasswordPage,
  ),
  page(
    '/second-factor',
    async () => (await import('../features/account/second-factor-page.tsx')).SecondFactorPage,
  ),
];

/** Every screen of the app: one line each. */
export const ROUTES: readonly RouteObject[] = [
  page('/', async () => {
    const [{ OverviewPage }, { loadOverview }] = await Promise.all([
      import('../features/overview/overview-page.tsx'),
      import('../features/overview/load-overview.ts'),
    ]);
    return { Component: OverviewPage, loader: loadOverview };
  }),
  page('/findings', async () => {
    const [{ FindingsPage }, { loadFindings }] = await Promise.all([
      import('../features/findings/findings-page.tsx'),
      import('../features/findings/load-findings.ts'),
    ]);
    return { Component: FindingsPage, loader: loadFindings };
  }),
  page('/findings/imports', async () => (await import('../features/imports/imports-page.tsx')).ImportsPage),
  page(
    '/findings/imports/:run',
    async () => (await import('../features/imports/import-page.tsx')).ImportPage,
  ),
  page(
    '/findings/closings',
    async () => (await import('../features/imports/closings-page.tsx')).ClosingsPage,
  ),
  page(
    '/findings/suppressions',
    async () => (await import('../features/suppressions/suppressions-page.tsx')).SuppressionsPage,
  ),
  page(
    '/findings/acceptances',
    async () => (await import('../features/acceptances/acceptances-page.tsx')).AcceptancesPage,
  ),
  page('/findings/changes', async () => (await import('../features/findings/changes-page.tsx')).ChangesPage),
  page('/findings/:finding', async () => (await import('../features/findings/finding-page.tsx')).FindingPage),
  page('/runs', async () => {
    const [{ RunsPage }, { loadRuns }] = await Promise.all([
      import('../features/runs/runs-page.tsx'),
      import('../features/runs/load-runs.ts'),
    ]);
    return { Component: RunsPage, loader: loadRuns };
  }),
  page('/runs/:run', async () => (await import('../features/runs/run-page.tsx')).RunPage),
  page('/tasks', async () => (await import('../features/tasks/tasks-page.tsx')).TasksPage),
  page('/tasks/:task', async () => (await import('../features/tasks/run-form-page.tsx')).RunFormPage),
  page('/workflows', async () => (await import('../features/workflows/workflows-page.tsx')).WorkflowsPage),
  page(
    '/workflows/:name',
    async () => (await import('../features/workflows/workflow-page.tsx')).WorkflowPage,
  ),
  page(
    '/workflows/:name/edit',
    async () => (await import('../features/workflows/designer/designer-page.tsx')).DesignerPage,
  ),
  // A workflow may be called `new` or `runs`: what is no workflow stands elsewhere.
  page(
    '/new-workflow',
    async () => (await import('../features/workflows/designer/designer-page.tsx')).NewWorkflowPage,
  ),
  page('/convert-workflow', async () => (await import('../features/workflows/convert-page.tsx')).ConvertPage),
  page(
    '/workflow-runs',
    async () => (await import('../features/workflows/workflow-runs-page.tsx')).WorkflowRunsPage,
  ),
  page(
    '/workflow-runs/:run',
    async () => (await import('../features/workflows/run/workflow-run-page.tsx')).WorkflowRunPage,
  ),
  page('/reports', async () => (await import('../features/reports/reports-page.tsx')).ReportsPage),
  page('/reports/new', async () => (await import('../features/reports/new-report-page.tsx')).NewReportPage),
  page('/reports/:report', async () => (await import('../features/reports/report-page.tsx')).ReportPage),
  page(
    '/reports/:report/compare',
    async () => (await import('../features/reports/report-compare-page.tsx')).ReportComparePage,
  ),
  page(
    '/report-templates',
    async () => (await import('../features/reports/templates-page.tsx')).TemplatesPage,
  ),
  page(
    '/report-templates/new',
    async () => (await import('../features/reports/template-page.tsx')).NewTemplatePage,
  ),
  page(
    '/report-templates/:template',
    async () => (await import('../features/reports/template-page.tsx')).TemplatePage,
  ),
  page('/evidence', async () => (await import('../features/reports/evidence-page.tsx')).EvidencePage),
  page('/compare', async () => (await import('../features/compare/compare-page.tsx')).ComparePage),
  page('/schedules', async () => (await import('../features/schedules/schedules-page.tsx')).SchedulesPage),
  page('/triggers', async () => (await import('../features/triggers/triggers-page.tsx')).TriggersPage),
  page('/approvals', async () => (await import('../features/approvals/approvals-page.tsx')).ApprovalsPage),
  page(
    '/approvals/:approval',
    async () => (await import('../features/approvals/approval-page.tsx')).ApprovalPage,
  ),
  page('/project', async () => (await import('../features/projects/project-page.tsx')).ProjectPage, [
    {
      index: true,
      lazy: async () => ({ Component: (await import('../features/projects/project-page.tsx')).ProjectStart }),
    },
    page('scope', async () => (await import('../features/scope/scope-page.tsx')).ScopePart),
    page('secrets', async () => (await import('../features/secrets/secrets-part.tsx')).SecretsPart),
    page('files', async () => (await import('../features/files/files-part.tsx')).FilesPart),
    page('assets', async () => (await import('../features/assets/assets-part.tsx')).AssetsPart),
    page('policy', async () => (await import('../features/policy/policy-part.tsx')).PolicyPart),
  ]),
  moved({ path: '/scope' }, '/project/scope'),
  page('/account', async () => (await import('../features/account/account-page.tsx')).AccountPage, [
    moved({ index: true }, '/account/profile'),
    page('profile', async () => (await import('../features/account/profile-part.tsx')).ProfilePart),
    page('security', async () => (await import('../features/account/security-part.tsx')).SecurityPart),
    page('sessions', async () => (await import('../features/account/sessions-part.tsx')).SessionsPart),
    page('tokens', async () => (await import('../features/account/tokens-part.tsx')).TokensPart),
  ]),
  page('/admin', async () => (await import('../features/admin/admin-page.tsx')).AdminPage, [
    {
      index: true,
      lazy: async () => ({ Component: (await import('../features/admin/admin-page.tsx')).AdminStart }),
    },
    page('users', async () => (await import('../features/admin/users-page.tsx')).UsersPage),
    page('users/:user', async () => {
      const [{ UserPage }, { loadUser }] = await Promise.all([
        import('../features/admin/user-page.tsx'),
        import('../features/admin/load-user.ts'),
      ]);
      return { Component: UserPage, loader: loadUser };
    }),
    page('roles', async () => (await import('../features/admin/roles-page.tsx')).RolesPage),
    page('tokens', async () => (await import('../features/admin/tokens-page.tsx')).TokensPage),
    page('projects', async () => (await import('../features/admin/projects-page.tsx')).ProjectsPage),
    page('plugins', async () => (await import('../features/admin/plugins-page.tsx')).PluginsPage),
    page('settings', async () => (await import('../features/settings/settings-page.tsx')).SettingsPage),
    page('audit', async () => (await import('../features/admin/audit-page.tsx')).AuditPage),
    page('system', async () => (await import('../features/health/system-page.tsx')).SystemPage),
  ]),
];
