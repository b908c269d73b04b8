import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SentinelError } from '../lib/errors.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { openAccounts } from './accounts.ts';
import { accountKey, addressKey, waitAfter } from './lockout.ts';
import { openSignIn, type SignIn } from './sign-in.ts';

const PASSWORD = 'correct horse battery';
const OFFICE = '203.0.113.7';
let folder = '';
let store: Store;
let signIn: SignIn;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-lockout-'));
  store = await openStore({ dataDir: folder, databaseUrl: undefined });
  signIn = openSignIn(store);
  const accounts = openAccounts(store);
  for (const login of ['ada', 'grace']) {
    const prepared = await accounts.prepare({ login, name: login, password: PASSWORD });
    await store.write({ lane: 'interactive' }, (write) => accounts.create(write, prepared, ''));
  }
});
beforeEach(() => store.write({ lane: 'interactive' }, ({ tx }) => tx.deleteFrom('lockout').execute()));
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const outcome = (login: string, password: string, address: string) =>
  signIn.withPassword(login, password, address).then(
    () => 'in',
    (error: unknown) => (error instanceof SentinelError ? error.code : String(error)),
  );
const remember = (login: string, address: string) =>
  store.write({ lane: 'interactive' }, (write) => signIn.lockout.remember(write, login, address));
const lock = (key: string) =>
  store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .insertInto('lockout')
      .values({ key, failures: 60, until: Date.now() + 60_000, updated: Date.now() })
      .execute(),
  );

test('the wait doubles after five failures, up to a quarter of an hour', () => {
  const lock = accountKey('ada');
  expect([1, 5, 6, 7, 8, 30].map((failures) => waitAfter(failures, lock))).toEqual([
    0, 0, 2000, 4000, 8000, 900_000,
  ]);
});

test('an address takes ten times as much, and is never closed for more than a minute', () => {
  const lock = addressKey(OFFICE);
  expect([50, 51, 60, 1000].map((failures) => waitAfter(failures, lock))).toEqual([0, 2000, 60_000, 60_000]);
});

test('with IPv6 a whole /64 is one address', () => {
  const key = (address: string) => addressKey(address).key;
  expect(key('2001:db8:1:2:3:4:5:6')).toBe('address:2001:db8:1:2::/64');
  expect(key('2001:0DB8:1:2::9')).toBe('address:2001:db8:1:2::/64');
  expect(key('2001:db8::1')).toBe('address:2001:db8:0:0::/64');
  expect(key('::1')).toBe('address:0:0:0:0::/64');
  expect(key('fe80::1%eth0')).toBe('address:fe80:0:0:0::/64');
  expect([key('::ffff:192.0.2.1'), key('192.0.2.1')]).toEqual(['address:192.0.2.1', 'address:192.0.2.1']);
});

test('five failures, then a wait that also the right password keeps; success forgets the failures', async () => {
  for (let round = 0; round < 4; round += 1)
    expect(await outcome('ada', 'wrong password', OFFICE)).toBe('wrong-credentials');
  expect(await outcome('ada', PASSWORD, OFFICE)).toBe('in');
  for (let round = 0; round < 6; round += 1)
    expect(await outcome('ada', 'wrong password', OFFICE)).toBe('wrong-credentials');
  expect(await outcome('ADA ', PASSWORD, '198.51.100.1'), 'from elsewhere, spelt otherwise').toBe(
    'too-many-attempts',
  );
  expect(await outcome('grace', PASSWORD, OFFICE), 'others behind the same address').toBe('in');
});

test('a refused attempt does not make the wait longer', async () => {
  await lock('account:ada');
  await Promise.all(Array.from({ length: 20 }, () => outcome('ada', PASSWORD, OFFICE)));
  const row = await store.db
    .selectFrom('lockout')
    .selectAll()
    .where('key', '=', 'account:ada')
    .executeTakeFirst();
  expect(row?.failures).toBe(60);
});

test('two hundred guesses at once are a handful of tries', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, index) => outcome('ada', `wrong guess ${index}`, `192.0.2.${index}`)),
  );
  expect(outcomes.filter((one) => one === 'wrong-credentials').length).toBeLessThanOrEqual(10);
});

test('an address that somebody closed lets those in who are at home there, and nobody else', async () => {
  await remember('ada', OFFICE);
  await lock(`address:${OFFICE}`);
  expect(await outcome('ada', PASSWORD, OFFICE)).toBe('in');
  expect(await outcome('ada', 'wrong password', OFFICE), 'a guess learns nothing').toBe('too-many-attempts');
  expect(await outcome('grace', PASSWORD, OFFICE)).toBe('too-many-attempts');
  expect(await outcome('nobody', PASSWORD, OFFICE)).toBe('too-many-attempts');
});

test('who guesses from elsewhere locks nobody out at their usual address', async () => {
  await remember('ada', OFFICE);
  await lock('account:ada');
  expect(await outcome('ada', PASSWORD, '198.51.100.1')).toBe('too-many-attempts');
  expect(await outcome('ada', PASSWORD, OFFICE)).toBe('in');
  for (let round = 0; round < 6; round += 1) await outcome('ada', 'wrong password', OFFICE);
  expect(await outcome('ada', PASSWORD, OFFICE), 'there too, guesses are counted').toBe('too-many-attempts');
});
