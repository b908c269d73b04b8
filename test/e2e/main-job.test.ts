import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults, makeAccount, openBrowser, openPage } from './real-browser.ts';
import { prepareServer, type RunningServer } from './running-server.ts';

const { browser, reason } = await openBrowser();

describe.skipIf(!browser)(`the main job in a browser${reason}`, () => {
  let server: RunningServer;
  let page: Page;
  let complaints: string[];
  let link: string;
  let finding: string;
  let run: string;

  beforeAll(async () => {
    server = await prepareServer();
    link = await server.start();
    const context = await browser?.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
    });
    if (!context) throw new Error('no browser context');
    ({ page, complaints } = await openPage(context));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.remove();
  });

  test('a wrong setup token says how to get the right one, and keeps what was typed', async () => {
    await page.goto(`${server.origin}/setup#token=not-the-token`);
    await page.locator('#setup-name').fill('Ada Lovelace');
    await page.locator('#setup-login').fill('ada');
    await page.locator('#setup-password').fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Use at least 12 characters.').waitFor();
    expect(page.url(), 'the token leaves the address bar').toBe(`${server.origin}/setup`);
    await page.locator('#setup-password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('This setup token is wrong, used or expired').waitFor();
    expect(await page.locator('#setup-name').inputValue()).toBe('Ada Lovelace');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('from the printed link to the first finding', async () => {
    await page.goto('about:blank');
    await makeAccount(page, link);
    await page.getByRole('button', { name: 'Scan the sample' }).click();
    await page.waitForURL(/\/runs\/run_/);
    run = new URL(page.url()).pathname;
    await page.getByText('Done', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Password in plain text' }).first().click();
    await page.waitForURL(/\/findings\/fnd?_?|\/findings\//);
    finding = new URL(page.url()).pathname;
    const hit = page.locator('.code-hit');
    await hit.waitFor();
    expect(await hit.getAttribute('data-line')).toMatch(/^\d+$/);
    expect(await hit.innerText(), 'the secret is masked').toMatch(/…|\*/);
    expect(await page.content()).not.toContain('undefined');
  }, 90_000);

  test('no screen has an accessibility fault, in light and dark, or scrolls sideways on a phone', async () => {
    const paths = [
      '/',
      '/tasks',
      '/tasks/secrets-scan',
      '/tasks/cvss',
      '/runs',
      '/findings?q=',
      '/scope',
      run,
      finding,
    ];
    const faults: string[] = [];
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const path of paths) {
          await page.goto(server.origin + path);
          await page.locator('h1').first().waitFor();
          await page.waitForLoadState('networkidle');
          const label = `${path} ${colorScheme} ${width}`;
          faults.push(...(await accessibilityFaults(page)).map((fault) => `${label}: ${fault}`));
          const wide = await page.evaluate(() =>
            [document.documentElement, document.getElementById('main')].some(
              (box) => box && box.scrollWidth > window.innerWidth,
            ),
          );
          if (wide) faults.push(`${label}: scrolls sideways`);
        }
      }
    }
    expect(faults).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  }, 150_000);

  test('panel, menu and dialogs have no accessibility fault either', async () => {
    await page.goto(`${server.origin}/findings?q=`);
    await page.locator('.frow-title').nth(1).click();
    await page.locator('.peek .code-hit').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: /Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
  }, 60_000);

  test('findings are walked through with the keyboard alone', async () => {
    await page.goto(`${server.origin}/findings?q=`);
    await page.locator('.frow-title').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const second = await page.locator('.frow-title').nth(1).getAttribute('data-row');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.row)).toBe(second);
    await page.keyboard.press('Enter');
    await page.locator('.peek h2').waitFor();
    await page.keyboard.press('j');
    const third = await page.locator('.frow-title').nth(2).getAttribute('data-row');
    await page.waitForURL((url) => url.searchParams.get('peek') === third);
    await page.keyboard.press('Escape');
    await page.locator('.peek').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.row)).toBe(third);
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  }, 60_000);

  test('a wrong parameter is said at its field, and the command line says the same as the form', async () => {
    await page.goto(`${server.origin}/tasks/secrets-scan`);
    await page.locator('#param-path').fill('/there/is/nothing');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('#param-path-error').getByText('/there/is/nothing does not exist').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('param-path');
    await page.getByRole('button', { name: 'Scan the sample' }).click();
    await page.getByRole('tab', { name: 'Command line' }).click();
    await page.getByText(`sentinelx run secrets-scan -p '{"path":"sample:shop"}'`).waitFor();
    await page.getByRole('tab', { name: 'JSON' }).click();
    await page.locator('#params-json').fill('{"path":"sample:shop","history":"off"}');
    await page.getByRole('tab', { name: 'Form' }).click();
    expect(await page.locator('#param-history').inputValue()).toBe('off');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Ready to start').waitFor();
    await page.locator('#param-path').press('Control+Enter');
    await page.waitForURL(/\/runs\/run_/);
  }, 60_000);

  test('a calculation shows its answer as a table and as JSON', async () => {
    await page.goto(`${server.origin}/tasks/cvss`);
    await page.locator('#param-vector').fill('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('cell', { name: 'attack complexity' }).waitFor();
    await page.getByRole('button', { name: 'As JSON' }).click();
    await page.getByText('"score": 9.8').first().waitFor();
  }, 60_000);

  test('the pages kept to the security policy and had no error', () => {
    expect(complaints).toEqual([]);
  });
});
