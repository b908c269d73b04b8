import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

export async function launchBrowser(): Promise<Browser> {
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  return chromium.launch({ executablePath, args: ARGS });
}

/** A page of its own visitor. What its console complains of goes into `complaints`; a refused answer is no fault of the page. */
export async function openPage(
  browser: Browser,
  complaints: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !/status of [45]\d\d|WebSocket|ERR_CONNECTION|ERR_FAILED/.test(message.text())
    )
      complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return page;
}

/** What axe finds, and what is wider than its place, in both themes and on a phone. */
export async function faultsOf(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours that fade from one theme to the other are those of neither.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(250);
    const axe = new AxeBuilder({ page });
    // The dark theme is the same document in other colours.
    if (colorScheme === 'light') axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
    else axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations)
      faults.push(`${name} ${colorScheme}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  for (const width of [390, 768]) {
    await page.setViewportSize({ width, height: 844 });
    await page.waitForTimeout(150);
    const wide = await page.evaluate(() =>
      ['html', 'main'].filter((selector) => {
        const element = document.querySelector(selector);
        return element && element.scrollWidth > element.clientWidth;
      }),
    );
    for (const selector of wide) faults.push(`${name} at ${width} px: ${selector} scrolls sideways`);
  }
  await page.setViewportSize(size);
  return faults;
}

export async function signInAs(
  page: Page,
  { base, login, password }: { base: string; login: string; password: string },
): Promise<void> {
  await page.goto(`${base}/sign-in`);
  await page.locator('#sign-in-login').fill(login);
  await page.locator('#sign-in-password').fill(password);
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Until everything that loads is there. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('main .loading') === null);
}
