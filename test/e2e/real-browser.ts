import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser, or the reason why there is none. */
export async function openBrowser(): Promise<{ browser?: Browser; reason: string }> {
  try {
    const executablePath =
      PROGRAMS.find((path) => existsSync(path)) ??
      (await (await import('@sparticuz/chromium')).default.executablePath());
    return { browser: await chromium.launch({ executablePath, args: ARGS }), reason: '' };
  } catch (error) {
    const line = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { reason: ` (skipped: no Chromium starts here: ${line})` };
  }
}

/** A page that writes down everything a page should not do: errors, and what the security policy had to refuse. */
export async function openPage(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  // A refused answer and a server that is away are no faults of the page: the browser names each of them on the console.
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (/status of 4\d\d|WebSocket connection|ERR_CONNECTION|ERR_EMPTY_RESPONSE/.test(message.text())) return;
    complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, complaints };
}

/** Makes the first account with the printed link. */
export async function makeAccount(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.locator('#setup-name').fill('Ada Lovelace');
  await page.locator('#setup-login').fill('ada');
  await page.locator('#setup-password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

export const PASSWORD = 'correct horse battery';

/** Accessibility faults of what is on screen, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`);
}
