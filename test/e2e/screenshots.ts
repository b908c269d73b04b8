/**
 * Pictures of every screen in both themes and three sizes, to be looked at:
 * `node test/e2e/screenshots.ts [--out FOLDER] [--only NAMES] [--theme light|dark] [--width 390]`. Fails when the router has a
 * screen of which no picture is taken.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { addressesOfAllScreens, makeSamples, type Samples } from './app-routes.ts';
import { launchBrowser, openPage, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { startSeededServer } from './seeded-server.ts';

interface Screen {
  name: string;
  /** As the router has it: what is shown comes from the samples. */
  path: string;
  /** Before somebody is signed in. */
  visitor?: true;
  /** On a server without an account, and by somebody whose password another one chose. */
  on?: 'setup' | 'new-password';
  /** What is opened before the picture is taken. */
  before?: (page: Page) => Promise<void>;
}

const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('dialog').waitFor();
};

/** One line for each screen. */
const SCREENS: readonly Screen[] = [
  { name: 'setup', path: '/setup', on: 'setup' },
  { name: 'sign-in', path: '/sign-in', visitor: true },
  { name: 'new-password', path: '/new-password', on: 'new-password' },
  { name: 'overview', path: '/' },
  {
    name: 'overview-table',
    path: '/',
    before: async (page) =>
      page
        .getByRole('button', { name: /^As table/ })
        .first()
        .click(),
  },
  { name: 'palette', path: '/', before: async (page) => page.keyboard.press('Control+k') },
  {
    name: 'palette-words',
    path: '/',
    before: async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('.palette input').fill('sec');
    },
  },
  { name: 'shortcuts', path: '/runs', before: async (page) => page.keyboard.press('?') },
  { name: 'findings', path: '/findings' },
  { name: 'findings-all', path: '/findings?q=', before: async (page) => page.keyboard.press('x') },
  {
    name: 'findings-peek',
    path: '/findings?q=',
    before: async (page) => page.locator('[data-row]').first().click(),
  },
  { name: 'findings-groups', path: '/findings?q=&group=rule' },
  { name: 'finding', path: '/findings/:finding' },
  {
    name: 'finding-dismiss',
    path: '/findings/:finding',
    before: async (page) => {
      await page.getByText('What to do').first().waitFor();
      await page.keyboard.press('2');
    },
  },
  { name: 'imports', path: '/findings/imports' },
  {
    name: 'import-receipt',
    path: '/findings/imports',
    before: async (page) => {
      const file = { name: 'scan.sarif', mimeType: 'application/json', buffer: Buffer.from(sarifReport(12)) };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.locator('.receipt-numbers').waitFor();
    },
  },
  {
    name: 'finding-flow',
    path: '/findings?q=path:file-0.ts%20show:hidden',
    before: async (page) => {
      await page.locator('[data-row]').first().click();
      // Where there is no room beside the list, the page opens at once.
      if ((page.viewportSize()?.width ?? 0) >= 1200)
        await page.getByRole('link', { name: 'Open page' }).click();
      await page.getByText('Step 1 of 3').waitFor();
    },
  },
  { name: 'suppressions', path: '/findings/suppressions' },
  {
    name: 'suppression-new',
    path: '/findings/suppressions?new=severity:high',
    before: async (page) => page.locator('.suppression-preview').waitFor(),
  },
  { name: 'acceptances', path: '/findings/acceptances' },
  { name: 'closings', path: '/findings/closings' },
  { name: 'changes', path: '/findings/changes' },
  { name: 'import', path: '/findings/imports/:run' },
  { name: 'runs', path: '/runs' },
  { name: 'run', path: '/runs/:run' },
  { name: 'run-log', path: '/runs/:run?tab=log' },
  { name: 'run-compare', path: '/runs/:run?tab=compare' },
  { name: 'tasks', path: '/tasks' },
  { name: 'run-form', path: '/tasks/:task' },
  { name: 'workflows', path: '/workflows' },
  { name: 'workflow', path: '/workflows/:name' },
  {
    name: 'designer',
    path: '/workflows/:name/edit',
    before: async (page) => page.getByText('gate').first().waitFor(),
  },
  { name: 'workflow-new', path: '/new-workflow' },
  { name: 'workflow-convert', path: '/convert-workflow' },
  { name: 'workflow-runs', path: '/workflow-runs' },
  { name: 'workflow-run', path: '/workflow-runs/:run' },
  { name: 'schedules', path: '/schedules' },
  { name: 'triggers', path: '/triggers' },
  { name: 'approvals', path: '/approvals' },
  { name: 'approval', path: '/approvals/:approval' },
  { name: 'reports', path: '/reports' },
  { name: 'report-new', path: '/reports/new?template=delta' },
  {
    name: 'report',
    path: '/reports/:report',
    before: async (page) => page.frameLocator('iframe').locator('h1').waitFor(),
  },
  { name: 'report-compare', path: '/reports/:report/compare' },
  { name: 'evidence', path: '/evidence' },
  { name: 'report-templates', path: '/report-templates' },
  { name: 'report-template-new', path: '/report-templates/new' },
  { name: 'report-template', path: '/report-templates/:template' },
  { name: 'compare', path: '/compare?from=@30d&to=@now' },
  { name: 'policy', path: '/project/policy' },
  {
    name: 'policy-replay',
    path: '/project/policy?part=replay',
    before: async (page) => {
      // Without a stored policy there is nothing to replay: the draft is.
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('heading', { name: 'Gate' }).waitFor();
    },
  },
  { name: 'assets', path: '/project/assets' },
  { name: 'scope', path: '/project/scope' },
  { name: 'secrets', path: '/project/secrets' },
  { name: 'secret-new', path: '/project/secrets', before: click('New secret') },
  { name: 'files', path: '/project/files' },
  { name: 'users', path: '/admin/users' },
  { name: 'user', path: '/admin/users/:user' },
  { name: 'user-new', path: '/admin/users', before: click('Add user') },
  { name: 'roles', path: '/admin/roles' },
  { name: 'tokens', path: '/admin/tokens' },
  { name: 'projects', path: '/admin/projects' },
  { name: 'plugins', path: '/admin/plugins' },
  { name: 'settings', path: '/admin/settings' },
  {
    name: 'system',
    path: '/admin/system',
    before: async (page) => {
      await page.getByRole('button', { name: 'Examine now' }).click();
      await page.locator('.health-checks').waitFor();
    },
  },
  { name: 'audit', path: '/admin/audit' },
  { name: 'account', path: '/account/profile' },
  { name: 'security', path: '/account/security' },
  { name: 'sessions', path: '/account/sessions' },
  { name: 'own-tokens', path: '/account/tokens' },
  { name: 'not-found', path: '/nothing-here' },
];

const SIZES = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(tmpdir(), 'sentinelx-screenshots') },
    only: { type: 'string' },
    theme: { type: 'string' },
    width: { type: 'string' },
  },
});

await using server = await startSeededServer();
/** Nobody has made an account on it. */
await using unset = await startSeededServer({ account: false });
const samples = await makeSamples(server, sarifReport(12));
const browser = await launchBrowser();
const complaints: string[] = [];
try {
  mkdirSync(values.out, { recursive: true });
  const visitor = await openPage(browser, complaints);
  const page = await openPage(browser, complaints);
  // Nothing here is about time: a busy machine only takes longer.
  const changing = await openPage(browser, complaints);
  for (const one of [visitor, page, changing]) one.setDefaultTimeout(60_000);
  await signInAs(page, server);
  await signInWithTemporary(changing);
  for (const screen of SCREENS) {
    if (values.only && !values.only.split(',').includes(screen.name)) continue;
    for (const colorScheme of ['light', 'dark'] as const) {
      if (values.theme && values.theme !== colorScheme) continue;
      for (const size of SIZES) {
        if (values.width && Number(values.width) !== size.width) continue;
        const by = screen.on === 'new-password' ? changing : screen.visitor || screen.on ? visitor : page;
        await take(by, screen, { colorScheme, size }).catch((error: Error) =>
          complaints.push(`${screen.name}: ${error.message.slice(0, 200)}`),
        );
      }
    }
    console.log(screen.name);
  }
} finally {
  await browser.close();
}
for (const missing of await screensWithoutPicture()) complaints.push(`no picture of ${missing}`);
console.log(`${values.out}\n${complaints.length} complaints`);
for (const complaint of complaints) console.log(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;

/** Somebody whose password another one chose: every page leads to the one that asks for a new one. */
async function signInWithTemporary(page: Page): Promise<void> {
  const password = await server.temporaryPassword(server.ids.person);
  await page.goto(`${server.base}/sign-in`);
  await page.locator('#sign-in-login').fill('grace');
  await page.locator('#sign-in-password').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/new-password/);
}

async function screensWithoutPicture(): Promise<string[]> {
  const pictured = new Set(SCREENS.map(({ path }) => addressOf(path, samples).replace(/\?.*/, '')));
  return (await addressesOfAllScreens(samples)).filter((address) => !pictured.has(address));
}

function addressOf(path: string, of: Samples): string {
  const [route = '', query] = path.split('?');
  const sample = of[route];
  const address = sample === undefined ? route : route.replace(/:\w+/, encodeURIComponent(sample));
  return query === undefined ? address : `${address}?${query}`;
}

async function take(
  page: Page,
  screen: Screen,
  { colorScheme, size }: { colorScheme: 'light' | 'dark'; size: { width: number; height: number } },
): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(size);
  await page.goto(`${(screen.on === 'setup' ? unset : server).base}${addressOf(screen.path, samples)}`);
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null).catch(() => undefined);
  await screen
    .before?.(page)
    .catch((error: Error) => complaints.push(`${screen.name}: ${error.message.slice(0, 200)}`));
  await page.waitForTimeout(300);
  // The page scrolls inside the window: as high as its content, so that all of it is seen.
  const content = await page.evaluate(() => document.querySelector('main')?.scrollHeight ?? 0);
  const height = Math.min(4000, Math.max(size.height, content + 120));
  if (height !== size.height) {
    await page.setViewportSize({ width: size.width, height });
    await page.waitForTimeout(150);
  }
  await page.screenshot({ path: join(values.out, `${screen.name}-${colorScheme}-${size.width}.png`) });
}
