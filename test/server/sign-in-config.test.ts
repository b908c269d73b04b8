import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { SentinelError } from '../../src/lib/errors.ts';
import { Home } from '../cli/helper.ts';

const home = new Home();
afterAll(() => home.remove());

const COMPANY = 'id: company, name: Company, issuer: https://id.example.org, clientId: sentinelx';

function load(text: string) {
  return loadConfig({ file: home.write('config.yaml', text), env: { HOME: home.path } }).config.auth;
}

function problem(entry: string): string {
  try {
    load(`auth:\n  oidc:\n    - { ${entry} }\n`);
  } catch (error) {
    if (error instanceof SentinelError) return error.message;
  }
  return 'taken';
}

test('a provider needs four keys; the others have usual values', () => {
  const { oidc, ...auth } = load(`auth:\n  oidc:\n    - { ${COMPANY} }\n`);
  expect(auth).toEqual({
    passwordSignIn: true,
    secondFactorFor: [],
    sessionIdleMinutes: 120,
    sessionHours: 12,
  });
  expect(oidc).toEqual([
    {
      id: 'company',
      name: 'Company',
      issuer: 'https://id.example.org',
      clientId: 'sentinelx',
      scopes: ['openid', 'profile', 'email'],
      groupsClaim: 'groups',
      groups: {},
      createAccounts: true,
      allowInsecure: false,
    },
  ]);
});

test.each([
  [
    'a secret in the file',
    `${COMPANY}, clientSecret: hunter2hunter2`,
    /clientSecret: .*not the secret itself/,
  ],
  ['plain HTTP', COMPANY.replace('https', 'http'), /issuer: expects https/],
  [
    'plain HTTP beyond this machine',
    `${COMPANY.replace('https', 'http')}, allowInsecure: true`,
    /this machine/,
  ],
  [
    'a permission that means nothing',
    `${COMPANY}, allowInsecure: true`,
    /allowInsecure: is for an issuer on this machine/,
  ],
  ['scopes without openid', `${COMPANY}, scopes: [email]`, /scopes: expects openid/],
  [
    'a provider that is believed for nothing',
    `${COMPANY}, secondFactor: {}`,
    /secondFactor: expects a value of amr/,
  ],
  ['a misspelt key', `${COMPANY}, group: {}`, /did you mean .*groups/],
  ['a role without a name', `${COMPANY}, groups: { a: {} }`, /role/],
])('%s is refused', (_name, entry, why) => {
  const text = problem(entry);
  expect(text).toMatch(why);
  expect(text).not.toContain('hunter2');
});

test('an issuer on this machine may do without TLS, for tests', () => {
  const local = COMPANY.replace('https://id.example.org', 'http://localhost:3000');
  expect(problem(`${local}, allowInsecure: true`)).toBe('taken');
  expect(problem(local)).toMatch(/issuer/);
});

test('two providers have two ids', () => {
  expect(() => load(`auth:\n  oidc:\n    - { ${COMPANY} }\n    - { ${COMPANY} }\n`)).toThrow(/different ids/);
});

test('who must have a second factor: roles, in a file or as a variable', () => {
  expect(load('auth:\n  secondFactorFor: [admin, manager]\n').secondFactorFor).toEqual(['admin', 'manager']);
  expect(() => load('auth:\n  secondFactorFor: [Admin Istrator]\n')).toThrow(/name of a role, or \*/);
  const env = { HOME: home.path, SENTINELX_AUTH_SECOND_FACTOR_FOR: '*' };
  expect(loadConfig({ env }).config.auth.secondFactorFor).toEqual(['*']);
  const list = { HOME: home.path, SENTINELX_AUTH_SECOND_FACTOR_FOR: 'admin,release-manager' };
  expect(loadConfig({ env: list }).config.auth.secondFactorFor).toEqual(['admin', 'release-manager']);
});
