import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Home, type Outcome, outcome, type RunningServer, startServer } from './helper.ts';

const PASSWORD = 'plum-orbit-lantern-42-violet';
const host = new Home();
let server: RunningServer;
let home: Home;
const homes: Home[] = [];
const printed: Outcome[] = [];

// Each step is a program of its own.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(async () => {
  server = await startServer(host, {
    env: { SENTINELX_LOG_LEVEL: 'debug', SENTINELX_AUTH_SECOND_FACTOR_FOR: 'manager' },
  });
  const made = await host.run(['user', 'add', 'ada', '--role', 'admin', '--password-stdin'], {
    input: `${PASSWORD}\n`,
  });
  expect(made.code).toBe(0);
  await signIn('ada');
}, 60_000);
afterAll(async () => {
  await server.stop();
  for (const one of [host, ...homes]) one.remove();
});
beforeEach(() => {
  home = new Home();
  homes.push(home);
});

const credentials = () => join(home.path, 'config', 'sentinelx', 'credentials.json');

async function run(args: string[], input = ''): Promise<Outcome> {
  const result = await home.run(args, { input });
  printed.push(result);
  return result;
}

test('login keeps a token for this machine, commands go there, logout revokes it', async () => {
  const login = await run(
    ['login', '--server', server.url, '--login', 'ada', '--password-stdin'],
    `${PASSWORD}\n`,
  );
  expect(login).toMatchObject({ code: 0, err: '' });
  expect(login.out).toContain(`signed in at ${server.url} as ada`);
  expect(statSync(credentials()).mode & 0o777).toBe(0o600);
  const text = readFileSync(credentials(), 'utf8');
  const { token, tokenId } = JSON.parse(text).servers[server.url];
  expect(token).toMatch(/^sxt_/);
  expect(text).not.toContain(PASSWORD);
  expect(login.out + login.err).not.toContain(token);

  const who = JSON.parse((await run(['whoami', '--json'])).out);
  expect(who).toMatchObject({ place: server.url, through: 'server', name: 'ada' });
  expect((await run(['project', 'add', 'from-afar'])).code).toBe(0);
  // Nothing was done here: there is not even a data folder.
  expect(existsSync(home.data)).toBe(false);
  expect(JSON.parse((await host.run(['project', 'list', '--json'])).out).items).toHaveLength(2);
  // This machine is still to be had.
  expect(JSON.parse((await run(['project', 'list', '--json', '--server', 'local'])).out).items).toHaveLength(
    1,
  );
  // The session of the sign-in was closed: only the token is left.
  expect(JSON.parse((await host.run(['user', 'sessions', 'ada', '--json'])).out).items).toHaveLength(1);

  expect(await run(['logout'])).toMatchObject({ code: 0, err: '' });
  expect(existsSync(credentials())).toBe(false);
  const tokens = JSON.parse((await host.run(['token', 'list', '--json'])).out).items as { id: string }[];
  expect(tokens.map(({ id }) => id)).not.toContain(tokenId);
  const again = await home.run(['whoami', '--server', server.url], { env: { SENTINELX_TOKEN: token } });
  expect(again.code).toBe(64);
  expect(again.err).toMatch(/^error: http:\S+: The token is not valid/);
});

test('a wrong password is refused and keeps nothing', async () => {
  const login = await run(
    ['login', '--server', server.url, '--login', 'ada', '--password-stdin'],
    'wrong-password\n',
  );
  expect(login).toMatchObject({ code: 64, out: '' });
  expect(login.err).toMatch(/^error: Name or password is wrong/);
  expect(login.err).not.toContain('wrong-password');
  expect(existsSync(credentials())).toBe(false);
});

test('without a terminal, login says how to give the password', async () => {
  const login = await run(['login', '--server', server.url, '--login', 'ada']);
  expect(login.code).toBe(64);
  expect(login.err).toMatch(/^error: Password is needed, .*--password-stdin/);
});

test('where a second factor is demanded and missing, login says where it is set up and keeps nothing', async () => {
  await host.run(['user', 'add', 'barbara', '--role', 'manager', '--password-stdin'], {
    input: `${PASSWORD}\n`,
  });
  const login = await run(
    ['login', '--server', server.url, '--login', 'barbara', '--password-stdin'],
    `${PASSWORD}\n`,
  );
  expect(login).toMatchObject({ code: 64, out: '' });
  expect(login.err).toContain('Your account needs a second factor and has none yet');
  expect(login.err).toContain(`Sign in at ${server.url} with a browser`);
  expect(existsSync(credentials())).toBe(false);
  const sessions = await host.run(['user', 'sessions', 'barbara', '--json']);
  expect(JSON.parse(sessions.out).items, 'the session of the attempt is closed').toEqual([]);
});

test('a second factor is asked for: the code stands on the second line', async () => {
  const made = await host.run(['user', 'add', 'grace', '--role', 'analyst', '--password-stdin'], {
    input: `${PASSWORD}\n`,
  });
  expect(made.code).toBe(0);
  const ask = await signIn('grace');
  const { secret } = (await ask('/account/totp', {})) as { secret: string };
  await ask('/account/totp/confirm', { code: await generate({ secret }) });

  const missing = await run(
    ['login', '--server', server.url, '--login', 'grace', '--password-stdin'],
    `${PASSWORD}\n`,
  );
  expect(missing.code).toBe(64);
  expect(missing.err).toContain('code of the second factor');
  const wrong = await run(
    ['login', '--server', server.url, '--login', 'grace', '--password-stdin'],
    `${PASSWORD}\n000000\n`,
  );
  expect(wrong.code).not.toBe(0);
  expect(existsSync(credentials())).toBe(false);
  // A code counts once: the next one, half a minute later, is taken too.
  const next = await generate({ secret, epoch: Math.floor(Date.now() / 1000) + 30 });
  const right = await run(
    ['login', '--server', server.url, '--login', 'grace', '--password-stdin'],
    `${PASSWORD}\n${next}\n`,
  );
  expect(right).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse((await run(['whoami', '--json'])).out).name).toBe('grace');
}, 60_000);

test('a temporary password is changed at the first sign-in', async () => {
  const { value } = JSON.parse((await host.run(['token', 'create', '--role', 'admin', '--json'])).out);
  const made = await home.run(['user', 'add', 'linus', '--role', 'analyst', '--password-stdin'], {
    input: `${PASSWORD}\n`,
    env: { SENTINELX_SERVER: server.url, SENTINELX_TOKEN: value },
  });
  expect(made.code).toBe(0);
  const login = ['login', '--server', server.url, '--login', 'linus', '--password-stdin'];
  const missing = await run(login, `${PASSWORD}\n`);
  expect(missing.code).toBe(64);
  expect(missing.err).toContain('new password in place of the temporary one');
  expect(await run(login, `${PASSWORD}\nother-${PASSWORD}\n`)).toMatchObject({ code: 0, err: '' });
  expect((await run(['runs', 'list'])).code).toBe(0);
  expect((await run(login, `${PASSWORD}\n`)).code).toBe(64);
});

test('a given token is kept when the server knows it, and only forgotten at the end', async () => {
  const { value } = JSON.parse((await host.run(['token', 'create', '--role', 'auditor', '--json'])).out);
  const wrong = await run(['login', '--server', server.url, '--token-stdin'], 'sxt_wrong\n');
  expect(wrong.code).toBe(64);
  expect(existsSync(credentials())).toBe(false);
  const login = await run(['login', '--server', server.url, '--token-stdin'], `${value}\n`);
  expect(login.code).toBe(0);
  expect(login.out + login.err).not.toContain(value);
  const refused = await run(['project', 'add', 'not-mine']);
  expect(refused.code).toBe(64);
  expect(refused.err).toMatch(/^error: This needs the permission project:write/);
  expect((await run(['logout'])).out).toContain('was made elsewhere');
  const still = await home.run(['whoami', '--server', server.url], { env: { SENTINELX_TOKEN: value } });
  expect(still.code).toBe(0);
});

test('an expired token is refused with the way out', async () => {
  const made = await host.run(['token', 'create', '--expires-in-days', '1', '--role', 'auditor', '--json']);
  const { token, value } = JSON.parse(made.out) as { token: { id: string }; value: string };
  const store = new BetterSqlite(join(host.data, 'sentinelx.db'));
  store.prepare('update token set expires = 1 where id = ?').run(token.id);
  store.close();
  const result = await home.run(['runs', 'list', '--server', server.url], {
    env: { SENTINELX_TOKEN: value },
  });
  printed.push(result);
  expect(result.code).toBe(64);
  expect(result.err).toMatch(/expired.*sentinelx login --server/);
});

test('no token at all, and an address that is none', async () => {
  const none = await run(['runs', 'list', '--server', server.url]);
  expect(none.code).toBe(64);
  expect(none.err).toMatch(/^error: There is no token for http:.*sentinelx login --server/);
  expect((await run(['runs', 'list', '--server', 'ftp://x', '--token', 't'])).err).toMatch(
    /^error: --server expects the address/,
  );
  expect((await run(['runs', 'list', '--token', 't'])).err).toMatch(/^error: --token belongs to a server/);
});

test('a file of tokens that others may read is refused', async () => {
  await run(['login', '--server', server.url, '--login', 'ada', '--password-stdin'], `${PASSWORD}\n`);
  chmodSync(credentials(), 0o644);
  const open = await run(['whoami']);
  expect(open.code).toBe(64);
  expect(open.err).toMatch(/^error: .*may be read by others.*chmod 600/);
  chmodSync(credentials(), 0o600);
  writeFileSync(credentials(), '{"servers": sxt_broken');
  const broken = await run(['whoami', '-v']);
  expect(broken.code).toBe(64);
  expect(broken.err).toMatch(/^error: .* is damaged/);
  expect(broken.err).not.toContain('sxt_broken');
});

test('a server that is gone is one clear line; one that is another program too', async () => {
  const gone = await run(['runs', 'list', '--server', 'http://127.0.0.1:9', '--token', 'x']);
  expect(gone).toMatchObject({ code: 1, out: '' });
  expect(gone.err).toMatch(/^error: http:\/\/127\.0\.0\.1:9 does not answer\./);
  const other = createServer((_request, response) => response.end('<html>hello</html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const strange = await run(['runs', 'list', '--server', url, '--token', 'x']);
  other.close();
  expect(strange).toMatchObject({ code: 1, out: '' });
  expect(strange.err).toMatch(/^error: http:\S+ answers GET \/api\/v1\/runs with something/);
});

test('a server of this folder that was killed is not waited for: the folder itself is used', async () => {
  const killed = await startServer(home);
  expect(JSON.parse((await run(['whoami', '--json'])).out).through).toBe('own server');
  await killed.stop('SIGKILL');
  expect(existsSync(join(home.data, 'server.json'))).toBe(true);
  expect(JSON.parse((await run(['whoami', '--json'])).out).through).toBe('data folder');
});

test('a token on the command line is not seen by others, nor is anything secret in output and logs', async () => {
  const made = await host.run(['token', 'create', '--role', 'developer', '--json']);
  const { value } = JSON.parse(made.out) as { value: string };
  const child = home.start(['run', 'cvss', '--server', server.url, '--token', value, '--params-file', '-']);
  const ended = outcome(child);
  // The program waits for its input: it has started, and its arguments can be looked at.
  await expect
    .poll(() => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
    .toBe('sentinelx');
  child.stdin?.end('vector: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
  const result = await ended;
  expect(result.code).toBe(0);
  printed.push(result);
  const secrets = [PASSWORD, value];
  const audit = await host.run(['audit', 'export']);
  const log = await server.stop();
  expect(log.code).toBe(0);
  const shown = [...printed.map(({ out, err }) => out + err), audit.out, log.out, log.err];
  for (const secret of secrets) for (const text of shown) expect(text).not.toContain(secret);
  expect(audit.out).toContain('"operation":"auth.login"');
});

/** As a page does it, with a cookie; returns what asks with that session. */
async function signIn(login: string): Promise<(path: string, body: unknown) => Promise<unknown>> {
  let cookie = '';
  const ask = async (address: string, body: unknown) => {
    const response = await fetch(`${server.url}${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url, cookie },
      body: JSON.stringify(body),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    const text = await response.text();
    if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  await ask('/auth/login', { login, password: PASSWORD });
  return (path, body) => ask(`/api/v1${path}`, body);
}
