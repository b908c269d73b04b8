import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import { afterAll, expect, test } from 'vitest';
import { Home, outcome, until } from '../cli/helper.ts';
import { openBrowser } from './sign-in-helper.ts';

const home = new Home();
afterAll(() => home.remove());

test('the most talkative log holds no password, code, ticket, cookie or secret', async () => {
  const child = home.start(['web', 'start', '--port', '0'], { env: { SENTINELX_LOG_LEVEL: 'debug' } });
  const ended = outcome(child);
  const printed = await until(child, 'stdout', /token=\S+/);
  const token = /token=([\w-]+)/.exec(printed)?.[1] ?? '';
  const { url } = JSON.parse(readFileSync(join(home.data, 'server.json'), 'utf8'));
  const browser = openBrowser(url.replace('127.0.0.1', 'localhost'));
  const password = 'tomorrow grape lantern';
  const setup = await browser.post('/auth/setup', { token, login: 'ada', name: 'Ada', password });
  expect(setup.status).toBe(200);
  const { secret } = (await browser.post('/api/v1/account/totp')).body;
  const code = generateSync({ secret });
  const { recoveryCodes } = (await browser.post('/api/v1/account/totp/confirm', { code })).body;
  const wrong = 'wrong-password-4711';
  await browser.post('/auth/login', { login: 'ada', password: wrong });
  const { ticket } = (await browser.post('/auth/login', { login: 'ada', password })).body.secondFactor;
  await browser.post('/auth/second-factor', { ticket, code: '475869' });
  await browser.post('/auth/second-factor', { ticket, code: recoveryCodes[0] });
  await browser.post('/auth/passkey', { ticket: 'no-such-ticket-4711', response: { broken: password } });
  await browser.get('/auth/oidc/nobody/callback?code=code-4711&state=state-4711');
  child.kill('SIGTERM');
  const { err } = await ended;
  expect(err, 'it does log').toContain('single sign-on failed');
  const cookie = browser.cookies.get('sentinelx_session') ?? '';
  for (const hidden of [password, wrong, secret, ticket, '475869', '4711', cookie, ...recoveryCodes])
    expect([hidden, err.includes(hidden)]).toEqual([hidden, false]);
});
