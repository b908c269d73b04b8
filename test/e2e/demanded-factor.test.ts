import { generateSync } from 'otplib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessChanged } from '../../src/access/access-version.ts';
import { buildWebApp } from '../../src/server/web-build.ts';
import { addPerson, PASSWORD, type SignInServer, startSignInServer } from '../server/sign-in-helper.ts';
import { faultsOf, launchBrowser, openPage } from './browser.ts';

let server: SignInServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await buildWebApp((line) => {
    if (line.startsWith('warning')) throw new Error(line);
  });
  server = await startSignInServer({
    auth: {
      passwordSignIn: true,
      sessionHours: 12,
      sessionIdleMinutes: 60,
      oidc: [],
      secondFactorFor: ['manager'],
    },
  });
  await addPerson(server, 'root', { role: 'admin' });
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

async function signIn(login: string, path = '/'): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${server.base}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator('#sign-in-login').fill(login);
  await page.locator('#sign-in-password').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
}

const enrolment = () => page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
const codeOf = (secret: string, seconds = 0) =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + seconds });

async function setUpApp(): Promise<string> {
  await page.getByRole('button', { name: 'Set up' }).click();
  const secret = (await page.locator('.totp-steps pre').innerText()).replace(/\s/g, '');
  await page.locator('#totp-code').fill(codeOf(secret));
  await page.getByText('Keep your recovery codes').waitFor();
  return secret;
}

test('the enrolment has no way around it, keeps the recovery codes in sight, then leads to the page that was asked for', async () => {
  await addPerson(server, 'ada', { role: 'manager' });
  await signIn('ada', '/runs?status=failed');
  await enrolment();
  for (const path of [
    '/',
    '/findings',
    '/account/tokens',
    '/admin/users',
    '/sign-in',
    '/setup',
    '/no-such',
  ]) {
    await page.goto(`${server.base}${path}`);
    await enrolment();
    expect(new URL(page.url()).pathname, path).toBe('/second-factor');
    expect(await page.getByRole('navigation').count(), path).toBe(0);
  }
  expect(await faultsOf(page, 'enrolment')).toEqual([]);
  const refused = await page.evaluate(async () => {
    const answer = await fetch('/api/v1/runs');
    return [answer.status, (await answer.json()).code];
  });
  expect(refused).toEqual([403, 'second-factor-needed']);

  await page.goto(`${server.base}/runs?status=failed`);
  await enrolment();
  await setUpApp();
  // The browser asks again who is signed in whenever its window comes to the front.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.waitForTimeout(500);
  await page.getByText('Keep your recovery codes').waitFor();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
  await page.goto(`${server.base}/second-factor`);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 120_000);

test('a passkey does as well, also when the sign-in is a while ago', async () => {
  const id = await addPerson(server, 'keyed', { role: 'manager' });
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
  await signIn('keyed');
  await enrolment();
  await server.app.services.store.write({ lane: 'interactive' }, async (write) => {
    await write.tx
      .updateTable('session')
      .set({ verified: Date.now() - 3600_000 })
      .where('user', '=', id)
      .execute();
    await accessChanged(write);
  });
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('Test authenticator');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Prove that it is you' }).waitFor();
  await page.locator('#proof-password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await page.getByText('Test authenticator').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 60_000);

test('who gets such a role while signed in is led there from the open page; who has a factor shows it', async () => {
  const id = await addPerson(server, 'grace', { role: 'analyst' });
  await signIn('grace');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.goto(`${server.base}/account/security`);
  const granted = await fetch(`${server.base}/api/v1/users/${id}/grants`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'manager' }),
  });
  expect(granted.status).toBe(201);
  // The live connection of the open page is refused from then on.
  await enrolment();
  const secret = await setUpApp();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();

  // A session that was opened before the account had a factor.
  await server.app.services.store.write({ lane: 'interactive' }, async (write) => {
    await write.tx.updateTable('session').set({ method: 'password' }).where('user', '=', id).execute();
    await accessChanged(write);
  });
  await page.goto(`${server.base}/findings`);
  await page.getByRole('heading', { name: 'Show your second factor' }).waitFor();
  expect(await faultsOf(page, 'proof')).toEqual([]);
  await page.getByLabel('Six-digit code').fill(codeOf(secret, 30));
  await page.getByRole('heading', { name: 'Findings' }).waitFor();
}, 90_000);

test('no page complained', () => {
  expect(complaints).toEqual([]);
});
