import { generateSync } from 'otplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Authenticator, type Flaws, makeAuthenticator } from './authenticator.ts';
import {
  addPerson,
  type Browser,
  openBrowser,
  PASSWORD,
  type SignInServer,
  signedIn,
  startSignInServer,
} from './sign-in-helper.ts';

let server: SignInServer;
beforeAll(async () => {
  server = await startSignInServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function register(browser: Browser, key: Authenticator, flaws: Flaws = {}) {
  const { ticket, options } = (await browser.post('/api/v1/account/passkeys/options')).body;
  const response = key.create(options, flaws);
  return {
    options,
    answer: await browser.post('/api/v1/account/passkeys', { ticket, name: 'Laptop', response }),
  };
}

async function withPasskey(login: string) {
  const id = await addPerson(server, login);
  const browser = await signedIn(server, login);
  const key = makeAuthenticator(server.base);
  const { options, answer } = await register(browser, key);
  expect(answer.status).toBe(201);
  return { id, browser, key, options, passkey: answer.body as { id: string } };
}

/** As the page does it; `ticket` makes it a second factor. */
async function enterWith(key: Authenticator, flaws: Flaws = {}, ticket?: string) {
  const browser = openBrowser(server.base);
  const begun = (await browser.post('/auth/passkey/options', ticket === undefined ? {} : { ticket })).body;
  const body = { ticket: begun.ticket, response: key.get(begun.options, flaws) };
  return { browser, body, options: begun.options, answer: await browser.post('/auth/passkey', body) };
}

test('a passkey is made for this name, verifies its user and can be found without a login', async () => {
  const { options, browser, key, passkey } = await withPasskey('ada');
  expect(options).toMatchObject({
    rp: { id: 'localhost', name: 'SentinelX' },
    user: { name: 'ada' },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  expect(passkey).toMatchObject({ id: key.id, name: 'Laptop', used: null });
  const next = (await browser.post('/api/v1/account/passkeys/options')).body.options;
  expect(
    next.excludeCredentials.map(({ id }: { id: string }) => id),
    'one that is known is excluded',
  ).toEqual([key.id]);
  const again = await register(browser, key);
  expect(again.answer.body.code).toBe('already-exists');
});

test('it signs in alone, without a name or a password', async () => {
  const { key } = await withPasskey('grace');
  const { browser, answer, options, body } = await enterWith(key);
  expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  expect(options.allowCredentials ?? [], 'it tells nobody which accounts there are').toEqual([]);
  expect([answer.status, answer.body.user.login]).toEqual([200, 'grace']);
  const { items } = (await browser.get('/api/v1/account/sessions')).body;
  expect(items.find(({ current }: { current: boolean }) => current).method).toBe('passkey');
  expect((await browser.get('/api/v1/account/second-factors')).body.passkeys[0].used).toBeGreaterThan(0);
  const replayed = await openBrowser(server.base).post('/auth/passkey', body);
  expect(replayed.body.code).toBe('ticket-expired');
});

test('with a passkey set up the password alone opens nothing; the passkey completes it', async () => {
  const { key } = await withPasskey('double');
  const first = await openBrowser(server.base).post('/auth/login', { login: 'double', password: PASSWORD });
  expect(first.body.secondFactor.methods).toEqual(['passkey']);
  const { ticket } = first.body.secondFactor;
  const { answer, options, browser } = await enterWith(key, {}, ticket);
  expect(options.allowCredentials.map(({ id }: { id: string }) => id)).toEqual([key.id]);
  expect([answer.status, answer.body.user.login]).toEqual([200, 'double']);
  const { items } = (await browser.get('/api/v1/account/sessions')).body;
  expect(items.map(({ method }: { method: string }) => method)).toContain('password+passkey');
  expect((await openBrowser(server.base).post('/auth/passkey/options', { ticket })).body.code).toBe(
    'ticket-expired',
  );
});

test('the passkey of somebody else is no second factor', async () => {
  const { key } = await withPasskey('victim');
  const other = await withPasskey('attacker');
  const { ticket } = (
    await openBrowser(server.base).post('/auth/login', { login: 'victim', password: PASSWORD })
  ).body.secondFactor;
  expect((await enterWith(other.key, {}, ticket)).answer.body.code).toBe('passkey-refused');
  expect((await enterWith(key, {}, ticket)).answer.status).toBe(200);
});

const FLAWS: [string, Flaws][] = [
  ['of another page', { origin: 'https://evil.example' }],
  ['of another port of this machine', { origin: 'http://localhost:1' }],
  ['with another challenge', { challenge: 'b3RoZXI' }],
  ['for another domain', { domain: 'evil.example' }],
  ['of another ceremony', { type: 'webauthn.other' }],
  ['without verifying the user', { verified: false }],
];

test.each(FLAWS)('a new passkey %s is refused', async (_name, flaws) => {
  const login = `new-${FLAWS.findIndex(([, one]) => one === flaws)}`;
  await addPerson(server, login);
  const browser = await signedIn(server, login);
  const { answer } = await register(browser, makeAuthenticator(server.base), flaws);
  expect([answer.status, answer.body.code]).toEqual([401, 'passkey-refused']);
  expect((await browser.get('/api/v1/account/second-factors')).body.passkeys).toEqual([]);
});

test.each([...FLAWS, ['with a signature of something else', { forged: true }] as [string, Flaws]])(
  'a sign-in %s is refused',
  async (name, flaws) => {
    const { key } = await withPasskey(`in-${name.replaceAll(' ', '-')}`);
    const { answer, browser } = await enterWith(key, flaws);
    expect([answer.status, answer.body.code]).toEqual([401, 'passkey-refused']);
    expect(browser.cookies.size).toBe(0);
    expect((await enterWith(key)).answer.status).toBe(200);
  },
);

test('a counter that does not go up is that of a copy', async () => {
  const { key } = await withPasskey('copied');
  expect((await enterWith(key, { counter: 10 })).answer.status).toBe(200);
  for (const counter of [10, 9, 0])
    expect((await enterWith(key, { counter })).answer.body.code).toBe('passkey-refused');
  expect((await enterWith(key, { counter: 11 })).answer.status).toBe(200);
});

test('an authenticator that counts nothing (0) works every time', async () => {
  const { key } = await withPasskey('uncounted');
  for (let round = 0; round < 3; round += 1)
    expect((await enterWith(key, { counter: 0 })).answer.status).toBe(200);
});

test('the passkey of a locked account opens nothing', async () => {
  const { key, id } = await withPasskey('locked');
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('user_account').set({ disabled: 1 }).where('id', '=', id).execute(),
  );
  expect((await enterWith(key)).answer.body.code).toBe('account-locked');
});

test('one proves with it who one is, for what is sensitive', async () => {
  const { browser, key, id, passkey } = await withPasskey('proving');
  await server.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    await tx.updateTable('session').set({ verified: 0 }).where('user', '=', id).execute();
    await tx
      .updateTable('meta')
      .set({ value: `${Date.now()}` })
      .where('key', '=', 'access-version')
      .execute();
  });
  const path = `/api/v1/account/passkeys/${passkey.id}`;
  expect((await browser.delete(path)).body.code).toBe('proof-needed');
  expect(
    (await browser.post('/api/v1/account/proof', { password: PASSWORD })).status,
    'not by the password',
  ).toBe(422);
  const { ticket, options } = (await browser.post('/api/v1/account/proof/passkey')).body;
  const proof = await browser.post('/api/v1/account/proof', { ticket, response: key.get(options) });
  expect([proof.status, typeof proof.body.verified]).toEqual([200, 'number']);
  const renamed = await browser.patch(path, { name: 'Old laptop' });
  expect(renamed.body).toMatchObject({ id: passkey.id, name: 'Old laptop' });
  const other = await withPasskey('curious');
  expect((await other.browser.patch(path, { name: 'Mine' })).body.code).toBe('not-found');
  expect((await other.browser.delete(path)).body.code).toBe('not-found');
  expect((await browser.delete(path)).status).toBe(204);
  expect(
    (await openBrowser(server.base).post('/auth/login', { login: 'proving', password: PASSWORD })).body.user
      .login,
  ).toBe('proving');
});

test('a ticket is of one account and one purpose', async () => {
  const { browser, key } = await withPasskey('owner');
  const thief = await withPasskey('thief');
  const { ticket, options } = (await browser.post('/api/v1/account/proof/passkey')).body;
  const response = key.get(options);
  expect((await thief.browser.post('/api/v1/account/proof', { ticket, response })).body.code).toBe(
    'ticket-expired',
  );
  const signIn = (await openBrowser(server.base).post('/auth/passkey/options')).body;
  const used = await browser.post('/api/v1/account/proof', {
    ticket: signIn.ticket,
    response: key.get(signIn.options),
  });
  expect(used.body.code).toBe('ticket-expired');
});

test('at a numeric address the error names the one to open', async () => {
  const numeric = openBrowser(server.base.replace('localhost', '127.0.0.1'));
  const { body, status } = await numeric.post('/auth/passkey/options');
  expect([status, body.code]).toEqual([409, 'passkey-address']);
  expect(body.detail).toContain(`open ${server.base} instead`);
});

test('behind a public address passkeys belong to its name, and work nowhere else', async () => {
  const publicUrl = 'https://sentinel.example.org';
  await using outside = await startSignInServer({ publicUrl });
  await addPerson(outside, 'ada');
  const local = openBrowser(outside.base);
  expect((await local.post('/auth/passkey/options')).body.detail).toContain(publicUrl);
  const page = openBrowser(outside.base, { origin: publicUrl });
  const { options } = (await page.post('/auth/passkey/options')).body;
  expect(options.rpId).toBe('sentinel.example.org');
});

test('an app and a passkey together: each of them is enough', async () => {
  const { browser, key } = await withPasskey('both');
  const { secret } = (await browser.post('/api/v1/account/totp')).body;
  const code = (steps: number) => generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
  expect((await browser.post('/api/v1/account/totp/confirm', { code: code(-1) })).status).toBe(200);
  const login = async () =>
    (await openBrowser(server.base).post('/auth/login', { login: 'both', password: PASSWORD })).body
      .secondFactor;
  const first = await login();
  expect(first.methods.sort()).toEqual(['passkey', 'recovery-code', 'totp']);
  expect(
    (await openBrowser(server.base).post('/auth/second-factor', { ticket: first.ticket, code: code(0) }))
      .status,
  ).toBe(200);
  expect((await enterWith(key, {}, (await login()).ticket)).answer.status).toBe(200);
});
