import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));
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

let folder = '';
let port = 0;
let server: ChildProcess | undefined;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-e2e-'));
  port = await freePort();
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  browser = await chromium.launch({ executablePath, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // A refused answer is no fault of the page: the browser names each of them on the console.
  page.on(
    'console',
    (message) =>
      message.type() === 'error' &&
      !/status of 4\d\d|WebSocket|ERR_CONNECTION/.test(message.text()) &&
      complaints.push(message.text()),
  );
  page.on('pageerror', (error) => complaints.push(error.message));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

test('from the printed link to the first finding', async () => {
  const link = await start();
  await page.goto(link);
  await page.locator('#setup-name').fill('Ada Lovelace');
  await page.locator('#setup-login').fill('ada');
  await page.locator('#setup-password').fill('correct horse battery');
  expect(page.url(), 'the token leaves the address bar').not.toContain('token=');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: /scan the sample/i }).click();
  await page.waitForURL(/\/runs\/run_/);
  await page.getByText('Done', { exact: true }).first().waitFor();
  await page.getByText('Password in plain text').first().click();
  await page
    .getByText(/SMTP|DB_PASSWORD|password/i)
    .first()
    .waitFor();
  expect(await page.content()).not.toContain('undefined');
}, 90_000);

test('no screen has an accessibility fault, in light and dark, or scrolls sideways on a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of ['/', '/tasks', '/tasks/secrets-scan', '/runs', '/findings', '/scope']) {
      await page.goto(`http://localhost:${port}${path}`);
      await page.locator('h1').first().waitFor();
      await page.waitForTimeout(400);
      const axe = new AxeBuilder({ page });
      // The dark theme is the same document in other colours.
      if (colorScheme === 'light') axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
      else axe.withRules(['color-contrast']);
      const { violations } = await axe.analyze();
      expect(
        violations.map((violation) => `${path} ${colorScheme}: ${violation.id} ${violation.nodes[0]?.html}`),
      ).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['/', '/tasks', '/tasks/secrets-scan', '/runs', '/findings', '/scope']) {
    await page.goto(`http://localhost:${port}${path}`);
    await page.locator('h1').first().waitFor();
    expect([
      path,
      await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
    ]).toEqual([path, false]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}, 120_000);

test('a restart of the server is noticed and made good by itself', async () => {
  await page.goto(`http://localhost:${port}/runs`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await stop();
  await start();
  await page.getByText('Live', { exact: true }).first().waitFor({ timeout: 40_000 });
  await page
    .getByRole('link', { name: /secrets scan/i })
    .first()
    .waitFor();
}, 90_000);

test('the page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function start(): Promise<string> {
  const child = spawn(process.execPath, [BIN, 'web', 'start', '--port', String(port)], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: folder,
      SENTINELX_DATA_DIR: join(folder, 'data'),
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  server = child;
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const link = /http:\/\/localhost:\d+\/\S*/.exec(text)?.[0];
      if (link && text.endsWith('\n')) resolve(link);
    });
    child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
}

async function stop(): Promise<void> {
  if (!server || server.exitCode !== null) return;
  const ended = new Promise((resolve) => server?.once('close', resolve));
  server.kill('SIGTERM');
  await ended;
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) =>
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    }),
  );
}
