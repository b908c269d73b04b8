/**
 * Pictures of every screen in both themes and three sizes, to be looked at:
 * `node test/e2e/screenshots.ts [--out FOLDER] [--only WORDS] [--theme light|dark] [--width 390]`.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser, openPage, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

interface Screen {
  name: string;
  path: string | ((server: SeededServer) => string);
  /** What is opened before the picture is taken. */
  before?: (page: Page) => Promise<void>;
}

const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('dialog').waitFor();
};

/** One line for each screen. */
const SCREENS: readonly Screen[] = [
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
  { name: 'finding', path: ({ ids }) => `/findings/${ids.finding}` },
  {
    name: 'finding-dismiss',
    path: ({ ids }) => `/findings/${ids.finding}`,
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
  { name: 'runs', path: '/runs' },
  { name: 'run', path: ({ ids }) => `/runs/${ids.run}` },
  { name: 'run-log', path: ({ ids }) => `/runs/${ids.run}?tab=log` },
  { name: 'run-compare', path: ({ ids }) => `/runs/${ids.run}?tab=compare` },
  { name: 'tasks', path: '/tasks' },
  { name: 'run-form', path: '/tasks/secrets-scan' },
  { name: 'workflows', path: '/workflows' },
  { name: 'schedules', path: '/schedules' },
  { name: 'approvals', path: '/approvals' },
  { name: 'reports', path: '/reports' },
  { name: 'report-new', path: '/reports/new?template=delta' },
  {
    name: 'report',
    path: '/reports',
    before: async (page) => {
      await page.getByRole('link', { name: 'Open findings' }).first().click();
      await page.frameLocator('iframe').locator('h1').waitFor();
    },
  },
  { name: 'report-templates', path: '/report-templates' },
  { name: 'report-template-new', path: '/report-templates/new' },
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
  { name: 'user', path: ({ ids }) => `/admin/users/${ids.person}` },
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
  { name: 'sessions', path: '/account/sessions' },
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
await server.call('/api/v1/reports', {
  method: 'POST',
  body: { title: 'Open findings', classification: 'Confidential', formats: ['html', 'pdf'] },
});
const browser = await launchBrowser();
const complaints: string[] = [];
try {
  mkdirSync(values.out, { recursive: true });
  const page = await openPage(browser, complaints);
  await signInAs(page, server);
  for (const screen of SCREENS) {
    if (values.only && !values.only.split(',').includes(screen.name)) continue;
    for (const colorScheme of ['light', 'dark'] as const) {
      if (values.theme && values.theme !== colorScheme) continue;
      for (const size of SIZES) {
        if (values.width && Number(values.width) !== size.width) continue;
        await take(page, screen, colorScheme, size);
      }
    }
    console.log(screen.name);
  }
} finally {
  await browser.close();
}
console.log(`${values.out}\n${complaints.length} complaints`);
for (const complaint of complaints) console.log(complaint);

async function take(
  page: Page,
  screen: Screen,
  colorScheme: 'light' | 'dark',
  size: { width: number; height: number },
): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(size);
  await page.goto(`${server.base}${typeof screen.path === 'string' ? screen.path : screen.path(server)}`);
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
