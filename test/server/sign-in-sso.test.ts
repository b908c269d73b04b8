import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OidcServer, type Person, startOidcServer } from '../servers/oidc-provider.ts';
import {
  addPerson,
  type Browser,
  openBrowser,
  PASSWORD,
  type SignInServer,
  signedIn,
  startSignInServer,
} from './sign-in-helper.ts';

let provider: OidcServer;
let server: SignInServer;
let strict: SignInServer;

beforeAll(async () => {
  provider = await startOidcServer(() =>
    [server, strict].map(({ base }) => `${base}/auth/oidc/company/callback`),
  );
  const company = {
    id: 'company',
    name: 'Company account',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: 'secret:oidc.company',
    scopes: ['openid', 'profile', 'email'],
    groupsClaim: 'groups',
    groups: {
      analysts: { role: 'analyst' },
      leads: { role: 'manager', project: 'default' },
      broken: { role: 'no-such-role' },
    },
    createAccounts: true,
    allowInsecure: true,
  };
  const away = {
    ...company,
    id: 'away',
    name: 'Not there',
    issuer: 'http://127.0.0.1:9',
    clientSecret: undefined,
  };
  const auth = { passwordSignIn: true, sessionHours: 12, sessionIdleMinutes: 60 };
  server = await startSignInServer({ auth: { ...auth, oidc: [company, away] } });
  strict = await startSignInServer({ auth: { ...auth, oidc: [{ ...company, createAccounts: false }] } });
  for (const one of [server, strict]) {
    await one.app.services.store.write({ lane: 'interactive' }, (write) =>
      one.app.services.secrets.set(
        write,
        { project: 'global', name: 'oidc.company' },
        provider.clientSecret,
        'test',
      ),
    );
    await addPerson(one, 'root', { role: 'admin' });
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
const noted: string[] = [];
afterEach(() => noted.splice(0));

const start = (browser: Browser, query = '') => browser.get(`/auth/oidc/company/start${query}`);
const location = (answer: { headers: Headers }) => answer.headers.get('location') ?? '';

/** The whole way; returns where the browser stands in the end. */
async function enter(browser: Browser, person: Person, query = ''): Promise<string> {
  provider.person = person;
  const begun = await start(browser, query);
  expect(begun.status).toBe(302);
  if (!location(begun).startsWith(provider.issuer)) return location(begun);
  const back = await provider.visit(location(begun));
  noted.push(back);
  return location(await browser.get(back));
}

const grantsOf = (id: string) =>
  server.app.services.store.db
    .selectFrom('grant_entry')
    .select(['role', 'project', 'source'])
    .where('principal', '=', id)
    .orderBy('role')
    .execute();

test('the page learns the providers, and the way to one has state, nonce and PKCE', async () => {
  const { body } = await openBrowser(server.base).get('/auth/session');
  expect(body.providers).toEqual([
    { id: 'company', name: 'Company account' },
    { id: 'away', name: 'Not there' },
  ]);
  const browser = openBrowser(server.base);
  const answer = await start(browser);
  const url = new URL(location(answer));
  expect(url.origin).toBe(provider.issuer);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: `${server.base}/auth/oidc/company/callback`,
    code_challenge_method: 'S256',
  });
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(url.searchParams.get(name)?.length).toBeGreaterThan(20);
  const cookie = answer.headers.getSetCookie()[0] ?? '';
  expect(cookie).toMatch(/^sentinelx_sso=[\w-]{43};/);
  for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/auth/oidc', 'Max-Age=600'])
    expect(cookie).toContain(part);
});

test('somebody new gets an account with the roles of the groups, and lands on the page that was wanted', async () => {
  const browser = openBrowser(server.base);
  const landed = await enter(
    browser,
    {
      sub: 's-1',
      name: 'Ada Lovelace',
      preferred_username: 'Ada',
      email: 'ada@example.org',
      groups: ['analysts', 'other'],
    },
    `?returnTo=${encodeURIComponent('/findings?q=severity:high')}`,
  );
  expect(landed).toBe('/findings?q=severity:high');
  expect(browser.cookies.has('sentinelx_sso'), 'the cookie of the way is gone').toBe(false);
  const me = await browser.me();
  expect(me).toMatchObject({ login: 'ada', name: 'Ada Lovelace', mustChangePassword: false });
  expect(await grantsOf(me.id)).toEqual([{ role: 'analyst', project: '*', source: 'oidc' }]);
  const account = (await browser.get('/api/v1/account')).body;
  expect(account).toMatchObject({ email: 'ada@example.org', hasPassword: false });
  expect((await browser.get('/api/v1/account/sessions')).body.items[0].method).toBe('oidc');
  expect((await browser.get('/api/v1/account/second-factors')).body.providers).toEqual([
    { id: 'company', name: 'Company account' },
  ]);
  const withPassword = await openBrowser(server.base).post('/auth/login', {
    login: 'ada',
    password: PASSWORD,
  });
  expect(withPassword.body.code).toBe('wrong-credentials');
});

test('groups are applied at each sign-in; what somebody granted by hand stays', async () => {
  const browser = openBrowser(server.base);
  await enter(browser, { sub: 's-2', preferred_username: 'grace', groups: ['analysts'] });
  const { id } = await browser.me();
  const root = await signedIn(server, 'root');
  expect((await root.post(`/api/v1/users/${id}/grants`, { role: 'auditor' })).status).toBe(201);
  await enter(browser, { sub: 's-2', preferred_username: 'renamed', groups: ['leads'] });
  expect((await browser.me()).login, 'the account keeps its login').toBe('grace');
  expect(await grantsOf(id)).toEqual([
    { role: 'auditor', project: '*', source: 'manual' },
    { role: 'manager', project: 'prj_default', source: 'oidc' },
  ]);
  await enter(browser, { sub: 's-2' });
  expect(await grantsOf(id), 'no groups claim is no group').toEqual([
    { role: 'auditor', project: '*', source: 'manual' },
  ]);
});

test('an e-mail address or a login of somebody else links to nobody', async () => {
  const victim = await addPerson(server, 'chief', { role: 'admin' });
  await server.app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('user_account').set({ email: 'chief@example.org' }).where('id', '=', victim).execute(),
  );
  const browser = openBrowser(server.base);
  await enter(browser, { sub: 's-evil', preferred_username: 'chief', email: 'chief@example.org' });
  const me = await browser.me();
  expect(me.id).not.toBe(victim);
  expect(me.login).toMatch(/^chief-/);
  expect(await grantsOf(me.id)).toEqual([]);
});

test('a locked account stays out, and a session of before does not survive', async () => {
  const browser = openBrowser(server.base);
  await enter(browser, { sub: 's-3', preferred_username: 'leaver', groups: ['analysts'] });
  const { id } = await browser.me();
  const root = await signedIn(server, 'root');
  await root.patch(`/api/v1/users/${id}`, { disabled: true });
  expect(await browser.me()).toBeNull();
  expect(await enter(browser, { sub: 's-3', preferred_username: 'leaver' })).toBe(
    '/sign-in#error=account-locked',
  );
  expect(await browser.me()).toBeNull();
});

test('an answer with another state, of another browser, or a second time is refused', async () => {
  provider.person = { sub: 's-4', preferred_username: 'stated' };
  const browser = openBrowser(server.base);
  const back = new URL(await provider.visit(location(await start(browser))));
  const foreign = openBrowser(server.base);
  expect(location(await foreign.get(back.href)), 'a link that somebody sends').toBe(
    '/sign-in#error=ticket-expired',
  );
  await start(foreign);
  expect(location(await foreign.get(back.href)), 'with a sign-on of their own').toBe(
    '/sign-in#error=sso-refused',
  );
  expect(await foreign.me()).toBeNull();
  const changed = new URL(back);
  changed.searchParams.set('state', 'another');
  const cookie = browser.cookies.get('sentinelx_sso') ?? '';
  expect(location(await browser.get(changed.href))).toBe('/sign-in#error=sso-refused');
  browser.cookies.set('sentinelx_sso', cookie);
  expect(location(await browser.get(back.href)), 'one try').toBe('/sign-in#error=ticket-expired');
  expect(await browser.me()).toBeNull();
});

test('a code works once, and a nonce of another sign-on is refused', async () => {
  const { store } = server.app.services;
  const browser = openBrowser(server.base);
  expect(await enter(browser, { sub: 's-5', preferred_username: 'coded' })).toBe('/');
  const [used = ''] = noted;
  // The same code, with a state that fits: the provider refuses it.
  const again = openBrowser(server.base);
  const url = new URL(location(await start(again)));
  const replay = new URL(used);
  replay.searchParams.set('state', url.searchParams.get('state') ?? '');
  expect(location(await again.get(replay.href))).toBe('/sign-in#error=sso-refused');
  // The id token carries the nonce of the start; another one is expected.
  const third = openBrowser(server.base);
  const back = await provider.visit(location(await start(third)));
  const row = await store.db
    .selectFrom('challenge')
    .selectAll()
    .where('kind', '=', 'single-sign-on')
    .orderBy('expires', 'desc')
    .executeTakeFirstOrThrow();
  const data = JSON.parse(row.data);
  data.expected.nonce = 'another-nonce-than-that-of-the-start';
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .updateTable('challenge')
      .set({ data: JSON.stringify(data) })
      .where('id', '=', row.id)
      .execute(),
  );
  expect(location(await third.get(back))).toBe('/sign-in#error=sso-refused');
  expect(await third.me()).toBeNull();
});

test('what the person refused at the provider is an error page', async () => {
  const browser = openBrowser(server.base);
  const state = new URL(location(await start(browser))).searchParams.get('state');
  const answer = await browser.get(
    `/auth/oidc/company/callback?error=access_denied&error_description=%3Cscript%3E&state=${state}&iss=${encodeURIComponent(provider.issuer)}`,
  );
  expect(location(answer)).toBe('/sign-in#error=sso-refused');
});

test('one never lands on another site, nor on something that is no page', async () => {
  for (const to of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/api/v1/openapi.json',
    '/auth/logout',
    'javascript:alert(1)',
    '/\t/evil.example',
  ])
    expect([
      to,
      await enter(
        openBrowser(server.base),
        { sub: 's-6', preferred_username: 'lander' },
        `?returnTo=${encodeURIComponent(to)}`,
      ),
    ]).toEqual([to, '/']);
});

test('a provider that does not answer, or does not exist, is a page that says so, and is asked again', async () => {
  const browser = openBrowser(server.base);
  for (let round = 0; round < 2; round += 1)
    expect(location(await browser.get('/auth/oidc/away/start'))).toBe('/sign-in#error=sso-unreachable');
  expect(location(await browser.get('/auth/oidc/nobody/start'))).toBe('/sign-in#error=not-found');
  expect((await browser.get('/api/v1/health')).status).toBe(200);
});

test('a group that stands for a role that does not exist lets nobody in by accident', async () => {
  const browser = openBrowser(server.base);
  expect(await enter(browser, { sub: 's-7', preferred_username: 'mapped', groups: ['broken'] })).toBe(
    '/sign-in#error=sso-misconfigured',
  );
  expect(await browser.me()).toBeNull();
});

test('who has no password proves by signing in again at the provider; the session stays', async () => {
  const { store } = server.app.services;
  const browser = openBrowser(server.base);
  const person = { sub: 's-8', preferred_username: 'prover' };
  await enter(browser, person);
  const { id } = await browser.me();
  const age = () =>
    store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx.updateTable('session').set({ verified: 0 }).where('user', '=', id).execute();
      await tx
        .updateTable('meta')
        .set({ value: `${Date.now()}` })
        .where('key', '=', 'access-version')
        .execute();
    });
  await age();
  expect((await browser.post('/api/v1/account/totp')).body.code).toBe('proof-needed');
  const told = await browser.post('/api/v1/account/proof', { password: 'anything' });
  expect(told.body.code).toBe('wrong-credentials');
  const before = browser.cookies.get('sentinelx_session');
  const url = new URL(location(await start(browser, '?prove=1')));
  expect([url.searchParams.get('prompt'), url.searchParams.get('max_age')]).toEqual(['login', '0']);
  expect(await enter(browser, person, '?prove=1&returnTo=/account')).toBe('/account');
  expect(browser.cookies.get('sentinelx_session')).toBe(before);
  expect((await browser.post('/api/v1/account/totp')).status).toBe(200);
  await age();
  expect(await enter(browser, { sub: 's-9' }, '?prove=1'), 'somebody else proves nothing').toBe(
    '/sign-in#error=sso-refused',
  );
  expect((await browser.post('/api/v1/account/totp')).body.code).toBe('proof-needed');
  expect(await enter(openBrowser(server.base), person, '?prove=1')).toBe('/sign-in#error=unauthenticated');
});

test('where no accounts are made, an existing one is connected by who is signed in to it', async () => {
  const person = { sub: 's-10', preferred_username: 'ada', groups: ['analysts'] };
  const stranger = openBrowser(strict.base);
  expect(await enter(stranger, person)).toBe('/sign-in#error=sso-no-account');
  await addPerson(strict, 'ada');
  expect(await enter(stranger, person), 'the same login is not enough').toBe('/sign-in#error=sso-no-account');
  const browser = await signedIn(strict, 'ada');
  expect(await enter(browser, person, '?link=1&returnTo=/account')).toBe('/account');
  expect(await enter(stranger, person)).toBe('/');
  expect((await stranger.me()).login).toBe('ada');
  await addPerson(strict, 'eve');
  const eve = await signedIn(strict, 'eve');
  expect(await enter(eve, person, '?link=1'), 'an identity has one account').toBe(
    '/sign-in#error=sso-refused',
  );
});

test('nobody makes the first account by single sign-on', async () => {
  const { auth } = { auth: { passwordSignIn: true, sessionHours: 12, sessionIdleMinutes: 60 } };
  const { oidc } = server.app.services;
  await using empty = await startSignInServer({
    auth: { ...auth, oidc: [{ ...oidc.provider('company'), clientSecret: undefined }] },
  });
  const browser = openBrowser(empty.base);
  const url = new URL(location(await browser.get('/auth/oidc/company/start')));
  // A provider that is no real one for this server: what counts is that nobody came in.
  const answer = await browser.get(
    `/auth/oidc/company/callback?code=x&state=${url.searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`,
  );
  expect(location(answer)).toMatch(/^\/sign-in#error=/);
  expect(await empty.app.services.accounts.setupNeeded()).toBe(true);
});

test('every sign-in is in the audit log, refused ones too, and nothing secret is', async () => {
  const { store } = server.app.services;
  const entries = await store.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('operation', '=', 'auth.sso')
    .execute();
  expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'refused', 'failed']));
  const events = await store.db.selectFrom('event').selectAll().execute();
  const challenges = await store.db.selectFrom('challenge').selectAll().execute();
  const text = JSON.stringify([entries, events]);
  expect(text).not.toContain(provider.clientSecret);
  for (const { id, data } of challenges)
    for (const hidden of [id, JSON.parse(data).expected?.verifier ?? id])
      expect(text.includes(hidden)).toBe(false);
});
