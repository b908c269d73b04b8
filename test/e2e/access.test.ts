import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { generateSync } from 'otplib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessChanged } from '../../src/access/access-version.ts';
import { buildWebApp } from '../../src/server/web-build.ts';
import { type SignInServer, startSignInServer } from '../server/sign-in-helper.ts';
import { type OidcServer, startOidcServer } from '../servers/oidc-provider.ts';

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
const ADA = 'violet tractor sings nine';
const GRACE = 'copper lantern walks twice';

let provider: OidcServer;
let server: SignInServer;
let browser: Browser;
/** Ada, who administers; her browser has an authenticator for passkeys. */
let page: Page;
let secret = '';
let recoveryCodes: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  await buildWebApp((line) => {
    if (line.startsWith('warning')) throw new Error(line);
  });
  provider = await startOidcServer(() => [`${server.base}/auth/oidc/company/callback`]);
  const company = {
    id: 'company',
    name: 'Company account',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: 'secret:oidc.company',
    scopes: ['openid', 'profile', 'email'],
    groupsClaim: 'groups',
    groups: { analysts: { role: 'analyst' } },
    createAccounts: true,
    allowInsecure: true,
  };
  const auth = { passwordSignIn: true, sessionHours: 12, sessionIdleMinutes: 60 };
  server = await startSignInServer({ auth: { ...auth, oidc: [company] } });
  await server.app.services.store.write({ lane: 'interactive' }, (write) =>
    server.app.services.secrets.set(
      write,
      { project: 'global', name: 'oidc.company' },
      provider.clientSecret,
      'test',
    ),
  );
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  browser = await chromium.launch({ executablePath, args: ARGS });
  page = await newPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});

test('the first account is made, and the server says at the field what is wrong with a password', async () => {
  await page.goto(server.link);
  await page.locator('#setup-name').fill('Ada Lovelace');
  await page.locator('#setup-login').fill('ada');
  await page.locator('#setup-password').fill('password12345');
  await page.locator('button[type=submit]').click();
  await page.getByText(/attackers try first/i).waitFor();
  const described = await page.locator('#setup-password').getAttribute('aria-describedby');
  expect(described).toContain('setup-password-error');
  await page.locator('#setup-password').fill(ADA);
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 60_000);

test('sign-in: a wrong password is refused in words, a right one leads to the page that was asked for', async () => {
  await signOut();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/sign-in');
  await go('/runs?status=failed');
  await page.getByText('Continuing to /runs?status=failed').waitFor();
  await fillPassword(page, 'ada', 'something else entirely');
  await page.getByText('Name or password is wrong.').waitFor();
  await fillPassword(page, 'ada', ADA);
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
}, 60_000);

test('an authenticator app is set up by its QR code and asked for at the next sign-in', async () => {
  await go('/account/security');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  secret = (await page.locator('.totp-steps pre').innerText()).replace(/\s/g, '');
  await page.locator('#totp-code').fill('000000');
  await page.getByText('Wrong, too old or used already.').waitFor();
  await page.locator('#totp-code').fill(codeNow());
  await page.getByText('Keep your recovery codes').waitFor();
  recoveryCodes = (await page.locator('.copy-block pre').innerText()).trim().split(/\s+/);
  expect(recoveryCodes).toHaveLength(10);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('sentinelx-recovery-codes.txt');
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 codes are left').waitFor();

  await signOut();
  await fillPassword(page, 'ada', ADA);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await page.getByLabel('Six-digit code').fill('111111');
  await page.getByText('Wrong, too old or used already.').waitFor();
  // The six digits are enough: nobody presses a button. The code of the next step is another one than that of the set-up.
  await page.getByLabel('Six-digit code').fill(codeNow(30));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 60_000);

test('a passkey is added and signs in without name, password or code', async () => {
  await go('/account/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('Test authenticator');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Test authenticator').waitFor();
  await signOut();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 60_000);

test('a token is shown once, can be copied, is held to its permissions, and stops when it is revoked', async () => {
  await go('/account/tokens');
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('button', { name: 'Make token' }).click();
  expect(await page.locator('#token-name').getAttribute('aria-invalid'), 'a token has a name').toBe('true');
  await page.getByLabel('Name').fill('GitLab pipeline');
  await page.getByLabel('May do').selectOption('some');
  await page.getByLabel('See tasks and what they need').check();
  await page.getByRole('button', { name: 'Make token' }).click();
  await page.getByText('This value is shown only now').waitFor();
  await page.keyboard.press('Escape');
  const shown = await page.locator('.copy-block pre').first().innerText();
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByText('Copied').waitFor();
  const value = await page.evaluate(() => navigator.clipboard.readText());
  expect(value).toBe(shown.trim());
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('1 permission').waitFor();
  expect(await page.content()).not.toContain(value);

  expect(await statusWith(value, '/api/v1/tasks')).toBe(200);
  expect(await statusWith(value, '/api/v1/runs')).toBe(403);
  await page.getByRole('button', { name: 'Revoke GitLab pipeline' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No tokens').waitFor();
  expect(await statusWith(value, '/api/v1/tasks')).toBe(401);
}, 60_000);

test('a session elsewhere is listed and ended; what is open there asks to sign in again', async () => {
  const other = await newPage();
  await other.goto(`${server.base}/account/profile`);
  await fillPassword(other, 'ada', ADA);
  await other.getByRole('button', { name: 'Use a recovery code' }).click();
  await other.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '');
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByLabel('Name').fill('Countess Lovelace');

  await go('/account/sessions');
  await page.getByText('recovery code').waitFor();
  expect(await page.getByText('This one').count()).toBe(1);
  await page.getByRole('button', { name: /^End the session/ }).click();
  await page.getByText('The session has ended').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.rows > li').length === 1);

  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('Your session has ended').waitFor();
  // Signed in again over the page, the request that was refused goes out by itself.
  await fillPassword(other, undefined, ADA);
  await other.getByRole('button', { name: 'Use a recovery code' }).click();
  await other.getByLabel('Recovery code').fill(recoveryCodes[1] ?? '');
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByText('Your name is changed').waitFor();
  await other.context().close();
}, 60_000);

test('a sensitive change asks for a proof, then goes on by itself with all that was typed', async () => {
  await go('/admin/users');
  await ageSessions();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByLabel('User name or e-mail').fill('grace');
  await page.getByLabel('Name', { exact: true }).fill('Grace Hopper');
  await page.getByLabel('Role').selectOption('auditor');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('heading', { name: 'Prove that it is you' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).last().click();
  await page.getByRole('heading', { name: 'Prove that it is you' }).waitFor({ state: 'hidden' });
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Grace Hopper');
  expect(await page.getByRole('alert').count(), 'who says no is not told off').toBe(0);

  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('This password is shown only now').waitFor();
  const temporary = (await page.locator('.copy-block pre').innerText()).trim();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { name: /Grace Hopper/ }).waitFor();

  // The same with a code.
  await ageSessions();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('E-mail').fill('grace@example.org');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await page.getByLabel('Recovery code').fill(recoveryCodes[2] ?? '');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('grace@example.org').first().waitFor();

  await asGrace(temporary);
}, 90_000);

/** An auditor, who signs in for the first time. */
async function asGrace(temporary: string): Promise<void> {
  const grace = await newPage();
  await grace.goto(`${server.base}/admin/audit`);
  await fillPassword(grace, 'grace', temporary);
  await grace.getByRole('heading', { name: 'Choose your own password' }).waitFor();
  // What was typed a moment ago is not asked for again; after a reload it is.
  expect(await grace.getByLabel('Temporary password').count()).toBe(0);
  await grace.reload();
  await grace.getByLabel('Temporary password').fill('not this one');
  await grace.getByLabel('New password').fill(GRACE);
  await grace.getByRole('button', { name: 'Change password' }).click();
  await grace.getByText('This is not your current password.').waitFor();
  await grace.getByLabel('Temporary password').fill(temporary);
  await grace.getByRole('button', { name: 'Change password' }).click();
  await grace.getByRole('heading', { name: 'Audit log' }).waitFor();

  await grace.goto(`${server.base}/`);
  await grace.getByRole('heading', { name: 'Tasks' }).waitFor();
  expect(await grace.getByRole('button', { name: 'Scan the sample' }).count()).toBe(0);
  const writes =
    /^(add|add user|remove|revoke|new .*|start.*|edit.*|lock|grant|take back|archive|rename|run again)$/i;
  for (const path of [
    '/',
    '/runs',
    '/tasks/secrets-scan',
    '/scope',
    '/admin/users',
    '/admin/roles',
    '/admin/tokens',
    '/admin/projects',
  ]) {
    await grace.goto(`${server.base}${path}`);
    await grace.locator('h1').first().waitFor();
    await expect
      .poll(async () => [path, await grace.locator('main .loading').count()], { timeout: 10_000 })
      .toEqual([path, 0]);
    const main = grace.locator('main');
    expect([path, await main.getByRole('button', { name: writes }).allInnerTexts()]).toEqual([path, []]);
    expect([path, await main.getByRole('alert').count()]).toEqual([path, 0]);
  }
  await grace.goto(`${server.base}/admin/users`);
  await grace
    .getByRole('link', { name: 'Ada Lovelace' })
    .or(grace.getByRole('link', { name: 'Countess Lovelace' }))
    .first()
    .click();
  await grace.getByRole('heading', { name: 'Sessions' }).waitFor();
  expect(await grace.locator('main').getByRole('button', { name: writes }).count()).toBe(0);

  const refused = await grace.evaluate(async () => {
    const send = (path: string, body: unknown) =>
      fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(async (response) => [response.status, (await response.json()).code]);
    return Promise.all([
      send('/api/v1/users', { login: 'mallory' }),
      send('/api/v1/projects', { slug: 'mine' }),
      send('/api/v1/scope', { kind: 'path', value: '/' }),
    ]);
  });
  expect(refused).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
    [403, 'forbidden'],
  ]);
  await grace.context().close();
}

test('projects, roles and grants are made in the pages and count at once', async () => {
  await go('/admin/projects');
  expect(await page.locator('.project-switch').count(), 'one project needs no choice').toBe(0);
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Web Shop');
  expect(await page.getByLabel('Short name').inputValue()).toBe('web-shop');
  await page.getByRole('button', { name: 'Make project' }).click();
  await page.locator('.project-switch').waitFor();

  await go('/admin/roles');
  await page.getByRole('button', { name: 'New role' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Not A Name');
  await page.getByLabel('Start with the permissions of').selectOption('developer');
  await page.getByRole('button', { name: 'Make role' }).click();
  await page
    .getByText(/lower-case letters, digits and dashes/i)
    .first()
    .waitFor();
  await page.getByLabel('Name', { exact: true }).fill('release-manager');
  await page.getByRole('button', { name: 'Make role' }).click();
  await page.getByRole('columnheader', { name: /release-manager/ }).waitFor();

  await go('/admin/users');
  await page.getByRole('link', { name: 'Grace Hopper' }).click();
  await page.getByLabel('Role', { exact: true }).selectOption('release-manager');
  await page.getByLabel('Where', { exact: true }).selectOption({ label: 'Web Shop' });
  await page.getByRole('button', { name: 'Grant', exact: true }).click();
  await page.getByRole('button', { name: 'Take back release-manager, Web Shop' }).waitFor();

  await page.locator('.project-switch').click();
  await page.getByRole('menuitemradio', { name: /Web Shop/ }).click();
  await page.locator('.project-switch', { hasText: 'Web Shop' }).waitFor();
  const asked = page.waitForRequest((request) => request.url().includes('/api/v1/runs'));
  await go('/runs');
  expect((await asked).headers()['x-sentinelx-project']).toMatch(/^prj_/);
  await page.getByText('Nothing has run yet').waitFor();
}, 60_000);

test('the audit log tells what happened, can be filtered, verified and exported', async () => {
  await go('/admin/audit');
  await page.getByLabel('Outcome').selectOption('refused');
  await page.waitForURL(/outcome=refused/);
  await page.getByText('grants.add').waitFor({ state: 'detached' });
  await page.locator('.audit-row').first().click();
  await page.getByText('forbidden').first().waitFor();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText(/The log is whole: \d+ entries/).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export' }).click();
  expect((await download).suggestedFilename(), 'a part, since it is filtered').toMatch(
    /^audit-.*part\.jsonl$/,
  );
}, 60_000);

test('single sign-on goes to the provider and comes back signed in, or with a reason in words', async () => {
  const visitor = await newPage();
  await visitor.goto(`${server.base}/sign-in?next=%2Ffindings`);
  provider.person = { sub: 'alan-1', name: 'Alan Turing', preferred_username: 'alan', groups: ['analysts'] };
  await visitor.getByRole('link', { name: 'Continue with Company account' }).click();
  await visitor.getByRole('heading', { name: 'Findings' }).waitFor();
  expect(await visitor.getByRole('link', { name: 'Administration' }).count(), 'an analyst').toBe(0);
  await visitor.context().clearCookies();
  await visitor.goto(`${server.base}/auth/oidc/company/callback?code=made-up`);
  await visitor.getByText('Single sign-on did not work').waitFor();
  expect(visitor.url(), 'the reason leaves the address bar').not.toContain('#');
  await visitor.context().close();
}, 60_000);

test('no screen has an accessibility fault in light and dark, or scrolls sideways on a phone', async () => {
  const visitor = await newPage();
  await visitor.goto(`${server.base}/sign-in`);
  await fillPassword(visitor, 'ada', ADA);
  await visitor.getByRole('heading', { name: 'One more step' }).waitFor();
  await checkScreen(visitor, 'second factor');
  await visitor.goto(`${server.base}/sign-in`);
  await visitor.locator('#sign-in-login').waitFor();
  await checkScreen(visitor, 'sign-in');
  await visitor.context().close();

  for (const path of ['profile', 'security', 'sessions', 'tokens']) {
    await go(`/account/${path}`);
    await checkScreen(page, path);
  }
  for (const path of ['users', 'roles', 'tokens', 'projects', 'audit']) {
    await go(`/admin/${path}`);
    if (path === 'audit') await page.locator('.audit-row').first().click();
    if (path === 'projects') await page.locator('summary').first().click();
    await checkScreen(page, path);
  }
  await go('/admin/users');
  await page.getByRole('link', { name: 'Grace Hopper' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await checkScreen(page, 'user');
  for (const [path, button] of [
    ['/account/tokens', 'New token'],
    ['/account/security', 'Add a passkey'],
    ['/admin/users', 'Add user'],
    ['/admin/roles', 'New role'],
  ] as const) {
    await go(path);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog').waitFor();
    await checkScreen(page, button);
  }
}, 180_000);

test('too many attempts: the page counts down and lets nobody try before', async () => {
  const visitor = await newPage();
  await visitor.goto(`${server.base}/sign-in`);
  for (let attempt = 0; attempt < 12; attempt++) {
    if (await visitor.locator('.sign-in-clock').isVisible()) break;
    const answered = visitor.waitForResponse((response) => response.url().endsWith('/auth/login'));
    await fillPassword(visitor, 'nobody', `wrong ${attempt}`);
    await answered;
    await visitor.waitForTimeout(100);
  }
  await visitor.getByText('Too many attempts').waitFor();
  expect(await visitor.locator('.sign-in-clock').innerText()).toMatch(/^\d+:\d\d$/);
  expect(await visitor.locator('button[type=submit]').isDisabled()).toBe(true);
  await visitor.getByText('You can try again now').waitFor({ timeout: 40_000 });
  expect(await visitor.locator('button[type=submit]').isEnabled()).toBe(true);
  await visitor.context().close();
}, 90_000);

test('every page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function newPage(): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    colorScheme: 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const made = await context.newPage();
  made.setDefaultTimeout(15_000);
  // A refused answer is no fault of the page: the browser names each of them on the console.
  made.on(
    'console',
    (message) =>
      message.type() === 'error' &&
      !/status of 4\d\d|WebSocket/.test(message.text()) &&
      complaints.push(message.text()),
  );
  made.on('pageerror', (error) => complaints.push(error.message));
  return made;
}

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await page.locator('h1').first().waitFor();
}

async function signOut(): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.locator('#sign-in-login').waitFor();
}

/** Without a login: in the dialog, where it stands already. */
async function fillPassword(where: Page, login: string | undefined, password: string): Promise<void> {
  if (login !== undefined) await where.locator('#sign-in-login').fill(login);
  await where.locator('#sign-in-password').fill(password);
  await where
    .locator('form', { has: where.locator('#sign-in-password') })
    .locator('button[type=submit]')
    .click();
}

function codeNow(secondsAhead = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + secondsAhead });
}

async function statusWith(token: string, path: string): Promise<number> {
  return (await fetch(`${server.base}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** As if the last proof of everybody had been an hour ago. */
async function ageSessions(): Promise<void> {
  await server.app.services.store.write({ lane: 'interactive' }, async (write) => {
    await write.tx
      .updateTable('session')
      .set({ verified: Date.now() - 3600_000 })
      .execute();
    await accessChanged(write);
  });
}

async function checkScreen(where: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await where.emulateMedia({ colorScheme });
    await where.waitForTimeout(300);
    const axe = new AxeBuilder({ page: where });
    // The dark theme is the same document in other colours.
    if (colorScheme === 'light') axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
    else axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    expect(
      violations.map((violation) => `${name} ${colorScheme}: ${violation.id} ${violation.nodes[0]?.html}`),
    ).toEqual([]);
  }
  await where.emulateMedia({ colorScheme: 'light' });
  await where.setViewportSize({ width: 390, height: 844 });
  await where.waitForTimeout(100);
  const wide = await where.evaluate(() =>
    ['html', 'main'].filter((selector) => {
      const element = document.querySelector(selector);
      return element && element.scrollWidth > element.clientWidth;
    }),
  );
  expect([name, wide]).toEqual([name, []]);
  await where.setViewportSize({ width: 1360, height: 900 });
}
