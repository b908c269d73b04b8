import { generateSync } from 'otplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  await addPerson(server, 'root', { role: 'admin' });
});
afterAll(() => server[Symbol.asyncDispose]());

const now = () => Math.floor(Date.now() / 1000);
/** Of this step, or so many steps later. */
const codeOf = (secret: string, steps = 0) => generateSync({ secret, epoch: now() + steps * 30 });

/** Sets the app up, and makes the server forget which code that took: the present one is free for the test. */
async function withApp(
  login: string,
): Promise<{ browser: Browser; secret: string; codes: string[]; id: string }> {
  const id = await addPerson(server, login);
  const browser = await signedIn(server, login);
  const { secret } = (await browser.post('/api/v1/account/totp')).body;
  const confirmed = await browser.post('/api/v1/account/totp/confirm', { code: codeOf(secret) });
  expect(confirmed.status).toBe(200);
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('totp').set({ last_step: 0 }).where('user', '=', id).execute(),
  );
  return { browser, secret, codes: confirmed.body.recoveryCodes, id };
}

async function ticketOf(login: string, browser = openBrowser(server.base)) {
  const { body } = await browser.post('/auth/login', { login, password: PASSWORD });
  return { browser, ...(body.secondFactor as { ticket: string; methods: string[] }) };
}

/** The wait after failures, and the proof, are taken away so that a test can go on. */
async function forgive(): Promise<void> {
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.deleteFrom('lockout').execute(),
  );
}

async function lockFor(ms: number): Promise<void> {
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .updateTable('lockout')
      .set({ until: Date.now() + ms })
      .where('key', 'like', 'account:second-factor%')
      .execute(),
  );
}

async function ageProof(id: string): Promise<void> {
  await server.app.services.store.write({ lane: 'interactive' }, async ({ tx }) => {
    await tx
      .updateTable('session')
      .set({ verified: Date.now() - 11 * 60_000 })
      .where('user', '=', id)
      .execute();
    await tx
      .updateTable('meta')
      .set({ value: `${Date.now()}` })
      .where('key', '=', 'access-version')
      .execute();
  });
}

test('an authenticator app counts once its first code is confirmed', async () => {
  await addPerson(server, 'ada');
  const browser = await signedIn(server, 'ada');
  const begun = (await browser.post('/api/v1/account/totp')).body;
  expect(begun.uri).toMatch(/^otpauth:\/\/totp\/SentinelX:ada\?/);
  expect(new URL(begun.uri).searchParams.get('secret')).toBe(begun.secret);
  expect(
    (await openBrowser(server.base).post('/auth/login', { login: 'ada', password: PASSWORD })).body.user
      .login,
  ).toBe('ada');
  const wrong = await browser.post('/api/v1/account/totp/confirm', { code: '000000' });
  expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong-code']);
  const { recoveryCodes } = (
    await browser.post('/api/v1/account/totp/confirm', { code: codeOf(begun.secret) })
  ).body;
  expect(recoveryCodes).toHaveLength(10);
  expect(new Set(recoveryCodes).size).toBe(10);
  const factors = (await browser.get('/api/v1/account/second-factors')).body;
  expect(factors).toMatchObject({ recoveryCodesLeft: 10, passkeys: [], providers: [] });
  expect(factors.totp.confirmed).toBeGreaterThan(0);
  expect((await browser.post('/api/v1/account/totp')).body.code).toBe('already-exists');
  const row = await server.app.services.store.db.selectFrom('totp').selectAll().execute();
  expect(JSON.stringify(row)).not.toContain(begun.secret);
});

test('the password gives a ticket and no session; the code completes it', async () => {
  const { secret } = await withApp('grace');
  const { browser, ticket, methods } = await ticketOf('grace');
  expect(methods.sort()).toEqual(['recovery-code', 'totp']);
  expect(browser.cookies.size).toBe(0);
  expect(await browser.me()).toBeNull();
  const done = await browser.post('/auth/second-factor', { ticket, code: codeOf(secret) });
  expect([done.status, done.body.user.login]).toEqual([200, 'grace']);
  expect((await browser.me()).login).toBe('grace');
  const { items } = (await browser.get('/api/v1/account/sessions')).body;
  expect(items.find(({ current }: { current: boolean }) => current).method).toBe('password+totp');
  const again = await openBrowser(server.base).post('/auth/second-factor', {
    ticket,
    code: codeOf(secret, 1),
  });
  expect(again.body.code, 'a ticket opens one session').toBe('ticket-expired');
});

test('a code works once, also when it is sent twice at the same moment', async () => {
  const { secret } = await withApp('replayed');
  const tickets = await Promise.all([ticketOf('replayed'), ticketOf('replayed'), ticketOf('replayed')]);
  const code = codeOf(secret);
  const answers = await Promise.all(
    tickets.map(({ browser, ticket }) => browser.post('/auth/second-factor', { ticket, code })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  const late = await ticketOf('replayed');
  const older = await late.browser.post('/auth/second-factor', {
    ticket: late.ticket,
    code: codeOf(secret, -1),
  });
  expect(older.body.code, 'nor one of an earlier step').toBe('wrong-code');
});

test('a recovery code works once, as people type it', async () => {
  const { codes } = await withApp('forgetful');
  const first = await ticketOf('forgetful');
  const typed = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ');
  expect(
    (await first.browser.post('/auth/second-factor', { ticket: first.ticket, code: typed })).status,
  ).toBe(200);
  expect((await first.browser.get('/api/v1/account/second-factors')).body.recoveryCodesLeft).toBe(9);
  const second = await ticketOf('forgetful');
  const again = await second.browser.post('/auth/second-factor', { ticket: second.ticket, code: codes[0] });
  expect(again.body.code).toBe('wrong-code');
  const both = await Promise.all([
    second.browser.post('/auth/second-factor', { ticket: second.ticket, code: codes[1] }),
    ticketOf('forgetful').then(({ browser, ticket }) =>
      browser.post('/auth/second-factor', { ticket, code: codes[1] }),
    ),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  const renewed = (await first.browser.post('/api/v1/account/recovery-codes')).body.recoveryCodes;
  expect(renewed).toHaveLength(10);
  const third = await ticketOf('forgetful');
  const old = await third.browser.post('/auth/second-factor', { ticket: third.ticket, code: codes[2] });
  expect(old.body.code, 'old ones end').toBe('wrong-code');
});

test('a ticket allows five tries, one after the other or at once', async () => {
  const { secret } = await withApp('guessed');
  const { browser, ticket } = await ticketOf('guessed');
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      browser.post('/auth/second-factor', { ticket, code: String(100_000 + index) }),
    ),
  );
  const codes = answers.map(({ body }) => body.code);
  expect(codes.filter((code) => code === 'wrong-code').length).toBeLessThanOrEqual(5);
  expect(codes.filter((code) => code === 'ticket-expired').length).toBeGreaterThanOrEqual(35);
  await forgive();
  const right = await browser.post('/auth/second-factor', { ticket, code: codeOf(secret) });
  expect(right.body.code).toBe('ticket-expired');
});

test('new tickets do not give new guesses: the second factor has a lock-out of its own', async () => {
  const { secret } = await withApp('sprayed');
  await forgive();
  const tickets: Awaited<ReturnType<typeof ticketOf>>[] = [];
  for (let count = 0; count < 20; count += 1) tickets.push(await ticketOf('sprayed'));
  const answers = await Promise.all(
    tickets.flatMap(({ browser, ticket }) =>
      Array.from({ length: 5 }, (_, index) =>
        browser.post('/auth/second-factor', { ticket, code: String(200_000 + index) }),
      ),
    ),
  );
  const tried = answers.filter(({ body }) => body.code === 'wrong-code');
  const refused = answers.filter(({ body }) => body.code === 'too-many-attempts');
  expect(tried.length + refused.length).toBe(100);
  // Six within one wait, of which a slow machine may see several.
  expect(tried.length).toBeLessThanOrEqual(10);
  await lockFor(60_000);
  const fresh = await ticketOf('sprayed');
  const right = await fresh.browser.post('/auth/second-factor', {
    ticket: fresh.ticket,
    code: codeOf(secret),
  });
  expect(right.body.code).toBe('too-many-attempts');
  await forgive();
});

test('a ticket that is too old, unknown or of a locked account opens nothing', async () => {
  const { secret, id } = await withApp('late');
  const unknown = await openBrowser(server.base).post('/auth/second-factor', {
    ticket: 'x',
    code: codeOf(secret),
  });
  expect([unknown.status, unknown.body.code]).toEqual([401, 'ticket-expired']);
  const { store } = server.app.services;
  const old = await ticketOf('late');
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .updateTable('challenge')
      .set({ expires: Date.now() - 1 })
      .where('user', '=', id)
      .execute(),
  );
  const expired = await old.browser.post('/auth/second-factor', { ticket: old.ticket, code: codeOf(secret) });
  expect(expired.body.code).toBe('ticket-expired');
  const open = await ticketOf('late');
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('user_account').set({ disabled: 1 }).where('id', '=', id).execute(),
  );
  const locked = await open.browser.post('/auth/second-factor', {
    ticket: open.ticket,
    code: codeOf(secret),
  });
  expect(locked.body.code).toBe('account-locked');
});

test('a new password ends tickets that are open', async () => {
  const { browser, secret } = await withApp('changed');
  const { ticket } = await ticketOf('changed');
  const changed = await browser.post('/api/v1/account/password', {
    current: PASSWORD,
    password: 'tomorrow grape lantern',
  });
  expect(changed.status).toBe(200);
  const late = await openBrowser(server.base).post('/auth/second-factor', { ticket, code: codeOf(secret) });
  expect(late.body.code).toBe('ticket-expired');
});

test('a password that an administrator sets ends them too', async () => {
  const { secret, id } = await withApp('reset');
  const { ticket, browser } = await ticketOf('reset');
  const root = await signedIn(server, 'root');
  expect((await root.patch(`/api/v1/users/${id}`, { password: 'tomorrow grape lantern' })).status).toBe(200);
  expect((await browser.post('/auth/second-factor', { ticket, code: codeOf(secret) })).body.code).toBe(
    'ticket-expired',
  );
});

test('sensitive things want a fresh proof: the password, or with a second factor that one', async () => {
  const plain = await addPerson(server, 'plain');
  const simple = await signedIn(server, 'plain');
  await ageProof(plain);
  expect((await simple.post('/api/v1/account/totp')).body.code).toBe('proof-needed');
  const empty = await simple.post('/api/v1/account/proof', {});
  expect([empty.status, empty.body.fields[0].field]).toEqual([422, 'password']);
  expect((await simple.post('/api/v1/account/proof', { password: 'wrong password' })).body.code).toBe(
    'wrong-credentials',
  );
  const before = simple.cookies.get('sentinelx_session');
  const proved = await simple.post('/api/v1/account/proof', { password: PASSWORD });
  expect(proved.body.verified).toBeGreaterThan(Date.now() - 10_000);
  expect(simple.cookies.get('sentinelx_session'), 'the session stays').toBe(before);
  expect((await simple.post('/api/v1/account/totp')).status).toBe(200);

  const { browser, secret, id } = await withApp('double');
  await ageProof(id);
  for (const [method, path] of [
    ['delete', '/api/v1/account/totp'],
    ['post', '/api/v1/account/recovery-codes'],
    ['post', '/api/v1/account/passkeys/options'],
  ] as const)
    expect([path, (await browser[method](path)).body.code]).toEqual([path, 'proof-needed']);
  const alone = await browser.post('/api/v1/account/proof', { password: PASSWORD });
  expect([alone.status, alone.body.fields[0].field]).toEqual([422, 'code']);
  expect((await browser.post('/api/v1/account/proof', { code: '000000' })).body.code).toBe('wrong-code');
  expect((await browser.post('/api/v1/account/proof', { code: codeOf(secret) })).status).toBe(200);
  expect((await browser.delete('/api/v1/account/totp')).status).toBe(204);
  expect((await browser.get('/api/v1/account/second-factors')).body).toMatchObject({
    totp: null,
    recoveryCodesLeft: 0,
  });
  expect((await browser.delete('/api/v1/account/totp')).body.code).toBe('not-found');
  expect(
    (await openBrowser(server.base).post('/auth/login', { login: 'double', password: PASSWORD })).body.user
      .login,
  ).toBe('double');
});

test('a token changes no second factor: who steals one must not take the account over', async () => {
  const { browser } = await withApp('robbed');
  const { value } = (await browser.post('/api/v1/account/tokens', {})).body;
  const thief = openBrowser(server.base, { authorization: `Bearer ${value}` });
  expect((await thief.get('/api/v1/account/second-factors')).status).toBe(200);
  for (const [method, path, body] of [
    ['delete', '/api/v1/account/totp'],
    ['post', '/api/v1/account/totp', {}],
    ['post', '/api/v1/account/recovery-codes', {}],
    ['post', '/api/v1/account/passkeys/options', {}],
    ['post', '/api/v1/account/proof', { password: PASSWORD }],
    ['delete', '/api/v1/account/passkeys/x'],
  ] as const) {
    const answer = method === 'delete' ? await thief.delete(path) : await thief.post(path, body);
    expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'browser-needed']);
  }
});

test('an administrator takes away the second factors of somebody who lost them', async () => {
  const { browser, id } = await withApp('lost');
  const root = await signedIn(server, 'root');
  const answer = await root.delete(`/api/v1/users/${id}/second-factors`);
  expect([answer.status, answer.body]).toEqual([200, { endedSessions: 1 }]);
  expect(await browser.me()).toBeNull();
  expect((await signedIn(server, 'lost')).cookies.size).toBe(1);
  const stranger = await signedIn(server, 'lost');
  expect((await stranger.delete(`/api/v1/users/${id}/second-factors`)).body.code).toBe('forbidden');
});

test('secrets and codes stand in no audit entry and no event; refused codes do', async () => {
  const { browser, secret, codes } = await withApp('quiet');
  const { ticket, browser: other } = await ticketOf('quiet');
  await other.post('/auth/second-factor', { ticket, code: codes[0] });
  await browser.post('/api/v1/account/proof', { code: '123123' });
  const { store } = server.app.services;
  const entries = await store.db.selectFrom('audit_entry').selectAll().execute();
  const rows = [
    await store.db.selectFrom('event').selectAll().execute(),
    await store.db.selectFrom('recovery_code').selectAll().execute(),
    await store.db.selectFrom('challenge').selectAll().execute(),
  ];
  const text = JSON.stringify([entries, rows]);
  for (const hidden of [secret, ticket, '123123', ...codes]) expect(text.includes(hidden)).toBe(false);
  const refused = entries.filter(
    ({ operation, outcome }) => operation === 'account.proof' && outcome === 'refused',
  );
  expect(refused.map(({ code }) => code)).toContain('wrong-code');
});
