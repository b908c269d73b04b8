import { generateSync } from 'otplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/operations/all.ts';
import { BEFORE_SECOND_FACTOR } from '../../src/operations/before-second-factor.ts';
import { type AnyOperation, addressOf } from '../../src/operations/operation.ts';
import { type OidcServer, startOidcServer } from '../servers/oidc-provider.ts';
import { makeAuthenticator } from './authenticator.ts';
import {
  addPerson,
  type Browser,
  openBrowser,
  PASSWORD,
  type SignInServer,
  signedIn,
  startSignInServer,
} from './sign-in-helper.ts';

const operations = (OPERATIONS as readonly AnyOperation[]).filter(
  ({ permission }) => permission !== 'public',
);
const codeOf = (secret: string, steps = 0) =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });

let provider: OidcServer;
let server: SignInServer;
beforeAll(async () => {
  provider = await startOidcServer(() => [
    `${server.base}/auth/oidc/trusted/callback`,
    `${server.base}/auth/oidc/other/callback`,
  ]);
  const trusted = {
    id: 'trusted',
    name: 'Trusted',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: 'secret:oidc.company',
    scopes: ['openid', 'profile', 'email'],
    groupsClaim: 'groups',
    groups: { leads: { role: 'manager' } },
    createAccounts: true,
    allowInsecure: true,
    secondFactor: { amr: ['mfa', 'otp'], acr: ['urn:example:strong'] },
  };
  server = await startSignInServer({
    auth: {
      passwordSignIn: true,
      sessionHours: 12,
      sessionIdleMinutes: 60,
      oidc: [trusted, { ...trusted, id: 'other', name: 'Other', secondFactor: undefined }],
      secondFactorFor: ['admin', 'manager'],
    },
  });
  await server.app.services.store.write({ lane: 'interactive' }, (write) =>
    server.app.services.secrets.set(
      write,
      { project: 'global', name: 'oidc.company' },
      provider.clientSecret,
      'test',
    ),
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function attempt(browser: Browser, { method, path }: AnyOperation) {
  const address = addressOf(path).replace(/\{\w+\}/g, 'none');
  if (method === 'GET') return browser.get(address);
  if (method === 'DELETE') return browser.delete(address);
  return method === 'PATCH' ? browser.patch(address, {}) : browser.send(method, address, {});
}

/** Ids of the operations that answered something else than that the factor is missing. */
async function openTo(browser: Browser): Promise<string[]> {
  const open: string[] = [];
  for (const operation of operations) {
    const { status, body } = await attempt(browser, operation);
    if (status !== 403 || body.code !== 'second-factor-needed') open.push(operation.id);
  }
  return open.sort();
}

async function enrol(browser: Browser): Promise<string> {
  const begun = await browser.post('/api/v1/account/totp');
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const { secret } = begun.body;
  const done = await browser.post('/api/v1/account/totp/confirm', { code: codeOf(secret) });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  return secret;
}

test('without a second factor every operation is refused but those that set one up', async () => {
  await addPerson(server, 'bare', { role: 'admin' });
  const browser = await signedIn(server, 'bare');
  expect((await browser.me()).secondFactorDue).toBe('enrol');
  expect(await openTo(browser)).toEqual([...BEFORE_SECOND_FACTOR.enrol].sort());
  for (const path of ['/api/v1/openapi.json', '/metrics', '/api/v1/stream?stream=events', '/api/v1/no-such'])
    expect([path, (await browser.get(path)).body.code]).toEqual([path, 'second-factor-needed']);
  const linked = await browser.get('/auth/oidc/trusted/start?link=1');
  expect(linked.headers.get('location')).toBe('/sign-in#error=second-factor-needed');
  const { hint } = (await browser.get('/api/v1/runs')).body;
  expect(hint).toContain('authenticator app');

  const refused = await server.app.services.store.db
    .selectFrom('audit_entry')
    .select(['operation', 'outcome'])
    .where('code', '=', 'second-factor-needed')
    .execute();
  expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['refused']));
  const audited = operations.filter(({ id, audited }) => audited && !BEFORE_SECOND_FACTOR.enrol.has(id));
  expect(refused.map(({ operation }) => operation).sort()).toEqual(audited.map(({ id }) => id).sort());

  await enrol(browser);
  expect((await browser.me()).secondFactorDue).toBeNull();
  expect((await browser.get('/api/v1/users')).status).toBe(200);
}, 120_000);

test('a passkey does as well; its owner signs in with it and is let in', async () => {
  await addPerson(server, 'keyed', { role: 'manager' });
  const browser = await signedIn(server, 'keyed');
  const key = makeAuthenticator(server.base);
  const { ticket, options } = (await browser.post('/api/v1/account/passkeys/options')).body;
  const response = key.create(options);
  const added = await browser.post('/api/v1/account/passkeys', { ticket, name: 'Laptop', response });
  expect(added.status).toBe(201);
  expect((await browser.get('/api/v1/runs')).status).toBe(200);

  const other = openBrowser(server.base);
  const begun = (await other.post('/auth/passkey/options', {})).body;
  await other.post('/auth/passkey', { ticket: begun.ticket, response: key.get(begun.options) });
  expect((await other.get('/api/v1/runs')).status).toBe(200);
});

test('it is demanded of the roles that are named, from the moment that somebody gets one', async () => {
  const id = await addPerson(server, 'reader', { role: 'analyst' });
  const reader = await signedIn(server, 'reader');
  expect((await reader.get('/api/v1/runs')).status).toBe(200);
  const granted = await fetch(`${server.base}/api/v1/users/${id}/grants`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'manager', project: 'default' }),
  });
  expect(granted.status).toBe(201);
  expect((await reader.get('/api/v1/runs')).body.code).toBe('second-factor-needed');
  expect((await reader.me()).secondFactorDue).toBe('enrol');
});

test('the last one stays: what is demanded cannot be taken away by its owner', async () => {
  await addPerson(server, 'keeper', { role: 'admin' });
  const browser = await signedIn(server, 'keeper');
  await enrol(browser);
  const removed = await browser.delete('/api/v1/account/totp');
  expect([removed.status, removed.body.code]).toEqual([409, 'not-possible-now']);
  const state = (await browser.get('/api/v1/account/second-factors')).body;
  expect([state.totp.confirmed > 0, state.recoveryCodesLeft]).toEqual([true, 10]);
  const key = makeAuthenticator(server.base);
  const { ticket, options } = (await browser.post('/api/v1/account/passkeys/options')).body;
  await browser.post('/api/v1/account/passkeys', { ticket, name: 'Laptop', response: key.create(options) });
  expect((await browser.delete('/api/v1/account/totp')).status).toBe(204);
  const last = await browser.delete(`/api/v1/account/passkeys/${key.id}`);
  expect(last.body.code).toBe('not-possible-now');
});

test('after a reset by an administrator the next sign-in leads to the enrolment', async () => {
  const id = await addPerson(server, 'forgetful', { role: 'manager' });
  const browser = await signedIn(server, 'forgetful');
  await enrol(browser);
  const reset = await fetch(`${server.base}/api/v1/users/${id}/second-factors`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${server.ownerToken}` },
  });
  expect(reset.status).toBe(200);
  expect(await browser.me()).toBeNull();
  const again = await signedIn(server, 'forgetful');
  expect((await again.me()).secondFactorDue).toBe('enrol');
});

test('a session that never showed the factor which its account has must show it, and may not make another one', async () => {
  await addPerson(server, 'older', { role: 'manager' });
  const before = await signedIn(server, 'older');
  const secret = await enrol(await signedIn(server, 'older'));
  expect((await before.me()).secondFactorDue).toBe('prove');
  expect(await openTo(before)).toEqual([...BEFORE_SECOND_FACTOR.prove].sort());
  for (const path of ['/api/v1/account/totp', '/api/v1/account/passkeys/options'])
    expect((await before.post(path)).body.code).toBe('second-factor-needed');
  const password = await before.post('/api/v1/account/proof', { password: PASSWORD });
  expect(password.body.fields[0].field).toBe('code');
  expect((await before.post('/api/v1/account/proof', { code: codeOf(secret, 1) })).status).toBe(200);
  expect((await before.get('/api/v1/runs')).status).toBe(200);
}, 120_000);

test('who must choose a password of their own does that first, then sets up the factor', async () => {
  await addPerson(server, 'newcomer', { role: 'admin', mustChange: true });
  const browser = await signedIn(server, 'newcomer');
  expect((await browser.post('/api/v1/account/totp')).body.code).toBe('password-change-needed');
  const own = { current: PASSWORD, password: 'tomorrow grape lantern' };
  expect((await browser.post('/api/v1/account/password', own)).status).toBe(200);
  expect((await browser.get('/api/v1/runs')).body.code).toBe('second-factor-needed');
  await enrol(browser);
  expect((await browser.get('/api/v1/runs')).status).toBe(200);
});

test('tokens, service accounts and the owner of the data folder go on as before', async () => {
  const id = await addPerson(server, 'scripted', { role: 'analyst' });
  const browser = await signedIn(server, 'scripted');
  const { value } = (await browser.post('/api/v1/account/tokens', { name: 'pipeline' })).body;
  const send = (path: string, token: string, body?: unknown) =>
    fetch(`${server.base}/api/v1${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  expect((await send(`/users/${id}/grants`, server.ownerToken, { role: 'admin' })).status).toBe(201);
  expect((await browser.get('/api/v1/users')).body.code).toBe('second-factor-needed');
  expect((await send('/users', value)).status).toBe(200);
  const service = await send('/users', server.ownerToken, { login: 'robot', kind: 'service', role: 'admin' });
  const robot = (await service.json()) as { id: string };
  const key = await send('/tokens', server.ownerToken, { name: 'robot', owner: robot.id });
  expect((await send('/users', ((await key.json()) as { value: string }).value)).status).toBe(200);
  expect((await send('/users', server.ownerToken)).status).toBe(200);
});

/** Signs in at the provider, the whole way. */
async function enterBy(id: string, person: OidcServer['person']): Promise<Browser> {
  const browser = openBrowser(server.base);
  provider.person = { groups: ['leads'], ...person };
  const begun = await browser.get(`/auth/oidc/${id}/start`);
  const address = begun.headers.get('location') ?? '';
  if (id === 'trusted') expect(new URL(address).searchParams.get('acr_values')).toBe('urn:example:strong');
  const landed = await browser.get(await provider.visit(address));
  expect(landed.headers.get('location')).toBe('/');
  return browser;
}

test('a provider is believed to have seen a second factor only where that is configured, and by the values that are', async () => {
  const strong = await enterBy('trusted', { sub: 's-1', amr: ['pwd', 'otp'] });
  expect((await strong.get('/api/v1/runs')).status).toBe(200);
  expect((await strong.get('/api/v1/account/sessions')).body.items[0].method).toBe('oidc+mfa');
  const classed = await enterBy('trusted', { sub: 's-2', acr: 'urn:example:strong' });
  expect((await classed.get('/api/v1/runs')).status).toBe(200);

  const weaker: [id: string, person: OidcServer['person']][] = [
    ['trusted', { sub: 's-3', amr: ['pwd'] }],
    ['trusted', { sub: 's-4' }],
    ['trusted', { sub: 's-5', acr: 'urn:example:weak', amr: ['MFA'] }],
    ['other', { sub: 's-6', amr: ['pwd', 'otp', 'mfa'], acr: 'urn:example:strong' }],
  ];
  for (const [id, person] of weaker) {
    const weak = await enterBy(id, person);
    expect([person.sub, (await weak.get('/api/v1/runs')).body.code]).toEqual([
      person.sub,
      'second-factor-needed',
    ]);
    expect((await weak.me()).secondFactorDue).toBe('enrol');
  }
  // Without a password of their own they set one up here, and are asked for it from then on.
  const weak = await enterBy('other', { sub: 's-6' });
  const secret = await enrol(weak);
  expect((await weak.get('/api/v1/runs')).status).toBe(200);
  const next = await enterBy('other', { sub: 's-6' });
  expect((await next.me()).secondFactorDue).toBe('prove');
  expect((await next.post('/api/v1/account/proof', { code: codeOf(secret, 1) })).status).toBe(200);
  expect((await next.get('/api/v1/runs')).status).toBe(200);
});

test('the first account is led to the enrolment where everybody needs a second factor', async () => {
  await using empty = await startSignInServer({
    auth: {
      passwordSignIn: true,
      sessionHours: 12,
      sessionIdleMinutes: 60,
      oidc: [],
      secondFactorFor: ['*'],
    },
  });
  const token = /token=(.+)$/.exec(empty.link)?.[1] ?? '';
  const browser = openBrowser(empty.base);
  const password = 'tomorrow grape lantern';
  const made = await browser.post('/auth/setup', { token, login: 'grace', name: 'Grace', password });
  expect(made.status).toBe(200);
  expect((await browser.get('/api/v1/users')).body.code).toBe('second-factor-needed');
  await enrol(browser);
  expect((await browser.get('/api/v1/users')).status).toBe(200);
  await addPerson(empty, 'nobody');
  const plain = await signedIn(empty, 'nobody');
  expect((await plain.me()).secondFactorDue, 'who holds no role is somebody too').toBe('enrol');
});

test('what may be done before is about the own account only, and exists', () => {
  const known = new Map(operations.map((operation) => [operation.id, operation.permission]));
  for (const id of BEFORE_SECOND_FACTOR.enrol) expect([id, known.get(id)]).toEqual([id, 'self']);
  for (const id of BEFORE_SECOND_FACTOR.prove) expect(BEFORE_SECOND_FACTOR.enrol.has(id)).toBe(true);
});
