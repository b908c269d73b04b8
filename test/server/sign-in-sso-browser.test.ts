import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OidcServer, startOidcServer } from '../servers/oidc-provider.ts';
import { addPerson, type SignInServer, startSignInServer } from './sign-in-helper.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
];
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
let provider: OidcServer;
let server: SignInServer;
let browser: Browser;

beforeAll(async () => {
  provider = await startOidcServer(() => [`${server.base}/auth/oidc/company/callback`], {
    host: '127.0.0.1',
    button: true,
  });
  server = await startSignInServer({
    auth: {
      passwordSignIn: true,
      sessionHours: 12,
      sessionIdleMinutes: 60,
      oidc: [
        {
          id: 'company',
          name: 'Company account',
          issuer: provider.issuer,
          clientId: provider.clientId,
          clientSecret: 'secret:oidc.company',
          scopes: ['openid', 'profile', 'email'],
          groupsClaim: 'groups',
          groups: {},
          createAccounts: true,
          allowInsecure: true,
        },
      ],
    },
  });
  const { store, secrets } = server.app.services;
  await store.write({ lane: 'interactive' }, (write) =>
    secrets.set(write, { project: 'global', name: 'oidc.company' }, provider.clientSecret, 'test'),
  );
  await addPerson(server, 'root', { role: 'admin' });
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  browser = await chromium.launch({ executablePath, args: ARGS });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});

const me = (page: Page) =>
  page.evaluate(async () => {
    const session = await (await fetch('/auth/session')).json();
    return session.user?.login ?? null;
  });

/** What a browser keeps from cookies of another site cannot be seen without one: the session's is `SameSite=Strict`. */
test('a real browser that comes back from another site is signed in, and proves again who it is', async () => {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  provider.person = { sub: 's-1', preferred_username: 'ada' };
  await page.goto(`${server.base}/auth/oidc/company/start?returnTo=/findings`);
  expect(new URL(page.url()).origin).toBe(provider.issuer);
  while (page.url().startsWith(provider.issuer)) {
    await page.getByText('Sign in').click();
    await page.waitForLoadState();
  }
  expect(new URL(page.url()).pathname).toBe('/findings');
  expect(await me(page)).toBe('ada');
  const kept = await page.context().cookies();
  expect(
    kept.filter(({ domain }) => domain === 'localhost').map(({ name, sameSite }) => [name, sameSite]),
  ).toEqual([['sentinelx_session', 'Strict']]);

  await server.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    await tx.updateTable('session').set({ verified: 0 }).execute();
    await tx
      .updateTable('meta')
      .set({ value: `${Date.now()}` })
      .where('key', '=', 'access-version')
      .execute();
  });
  const begin = () =>
    page.evaluate(async () => (await fetch('/api/v1/account/totp', { method: 'POST' })).status);
  expect(await begin()).toBe(403);
  // As the page does it: a link of ours, so that the session goes with it.
  await page.evaluate(() => location.assign('/auth/oidc/company/start?prove=1&returnTo=/account'));
  await page.waitForURL(`${provider.issuer}/**`);
  while (page.url().startsWith(provider.issuer)) {
    await page.getByText('Sign in').click();
    await page.waitForLoadState();
  }
  expect(new URL(page.url()).pathname).toBe('/account');
  expect(await me(page)).toBe('ada');
  expect(await begin()).toBe(200);
}, 60_000);
