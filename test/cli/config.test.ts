import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

function dataFolder(): string {
  return readdirSync(home.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

async function shown(home: Home, key: string, env: Record<string, string> = {}, flags: string[] = []) {
  const { out, err } = await home.run(['config', 'show', '-f', 'json', ...flags], { env });
  expect(err).toBe('');
  return (JSON.parse(out) as { key: string; value: unknown; origin: string }[]).find(
    (row) => row.key === key,
  );
}

test('the environment wins over the file, the file over the usual value, and each value knows its origin', async () => {
  home.write('config/sentinelx/config.yaml', '# mine\nport: 9001\nlimits:\n  memoryMb: 512\n');
  expect(await shown(home, 'host')).toMatchObject({ value: '127.0.0.1', origin: 'default' });
  expect(await shown(home, 'port')).toMatchObject({ value: 9001, origin: `${home.config}:2` });
  expect(await shown(home, 'limits.memoryMb')).toMatchObject({ value: 512, origin: `${home.config}:4` });
  expect(await shown(home, 'port', { SENTINELX_PORT: '9002' })).toMatchObject({
    value: 9002,
    origin: 'env SENTINELX_PORT',
  });
  const other = home.write('other.yaml', 'port: 9003\n');
  expect(await shown(home, 'port', { SENTINELX_CONFIG: other })).toMatchObject({ value: 9003 });
  expect(await shown(home, 'port', {}, ['-c', other])).toMatchObject({ value: 9003 });
});

test('a flag wins over everything', async () => {
  home.write('config/sentinelx/config.yaml', 'output:\n  format: yaml\n');
  expect((await home.run(['version'])).out).toMatch(/^sentinelx: /);
  expect((await home.run(['version', '-f', 'table'])).out).toMatch(/^sentinelx \d/);
});

test('nothing that is shown holds a secret', async () => {
  home.write(
    'config/sentinelx/config.yaml',
    'databaseUrl: postgres://user:hunter2@db.example.org/x\nrpcUrls:\n  eth: https://rpc.example.org/v3/0123456789abcdef0123\n',
  );
  for (const format of ['table', 'json', 'yaml']) {
    const { out, code } = await home.run(['config', 'show', '-f', format]);
    expect(code).toBe(0);
    expect(out).not.toContain('hunter2');
    expect(out).not.toContain('0123456789abcdef');
  }
});

test('a broken file is one error with line and column, wherever it is used', async () => {
  home.write('config/sentinelx/config.yaml', 'port: 1\n  host: [x\n');
  for (const args of [
    ['config', 'show'],
    ['config', 'validate'],
    ['runs', 'list'],
  ]) {
    const { code, err } = await home.run(args);
    expect(code).toBe(64);
    expect(err.split('\n')[0]).toMatch(/^error: .*config\.yaml:1:7: /);
  }
});

test('every wrong key is named with its line and what was meant', async () => {
  home.write(
    'config/sentinelx/config.yaml',
    'prot: 1\nlimits:\n  memroyMb: 512\nport: abc\nllm:\n  apiKey: sk-plainvalue\n',
  );
  const { code, err } = await home.run(['config', 'validate']);
  expect(code).toBe(64);
  expect(err).toContain('config.yaml:1:1: prot: is not a key; did you mean port?');
  expect(err).toContain('config.yaml:3:3: limits.memroyMb: is not a key; did you mean limits.memoryMb?');
  expect(err).toContain("config.yaml:4:1: port: expects a whole number, not 'abc'");
  expect(err).toContain('config.yaml:6:3: llm.apiKey: expects the name of a stored secret');
  expect(err).not.toContain('sk-plainvalue');
});

test('init writes every key, and what it writes is valid also without the comment signs', async () => {
  expect((await home.run(['config', 'init'])).code).toBe(0);
  expect((await home.run(['config', 'validate'])).out).toMatch(/^valid: /);
  const bare = readFileSync(home.config, 'utf8')
    .replace(/^# .*$/gm, '')
    .replace(/^#/gm, '');
  const file = home.write('bare.yaml', bare);
  expect(bare).toContain('port: 8000');
  expect((await home.run(['config', 'validate', '-c', file])).code).toBe(0);
  expect((await home.run(['config', 'init'])).code).toBe(64);
});

test('set keeps comments, refuses what would break the file, and stores a secret apart', async () => {
  home.write('config/sentinelx/config.yaml', '# mine\nport: 9001 # of the proxy\n');
  expect((await home.run(['config', 'set', 'limits.memoryMb', '512'])).code).toBe(0);
  expect(readFileSync(home.config, 'utf8')).toBe(
    '# mine\nport: 9001 # of the proxy\nlimits:\n  memoryMb: 512\n',
  );
  const before = readFileSync(home.config, 'utf8');
  expect((await home.run(['config', 'set', 'port', 'abc'])).code).toBe(64);
  expect(readFileSync(home.config, 'utf8')).toBe(before);
  const { code, out, err } = await home.run(['config', 'set', 'llm.apiKey', '--secret'], {
    input: 'sk-verysecret\n',
  });
  expect(code).toBe(0);
  expect(out + err).not.toContain('sk-verysecret');
  expect(readFileSync(home.config, 'utf8')).toContain('apiKey: secret:llm.apiKey');
  expect(dataFolder()).not.toContain('sk-verysecret');
  expect(statSync(join(home.data, 'sentinelx.db')).mode & 0o777).toBe(0o600);
  expect((await home.run(['config', 'set', 'port', '--unset'])).code).toBe(0);
  expect(readFileSync(home.config, 'utf8')).not.toContain('9001');
});

test('edit puts a valid file in place and keeps the old one otherwise', async () => {
  home.write('config/sentinelx/config.yaml', 'port: 9001\n');
  expect((await home.run(['config', 'edit'], { env: { EDITOR: 'sed -i s/9001/9002/' } })).code).toBe(0);
  expect(readFileSync(home.config, 'utf8')).toBe('port: 9002\n');
  const broken = await home.run(['config', 'edit'], { env: { EDITOR: 'sed -i s/9002/many/' } });
  expect(broken.code).toBe(64);
  expect(broken.err).toContain('The file is as it was');
  expect(readFileSync(home.config, 'utf8')).toBe('port: 9002\n');
});

const OLD = `network:
  proxies:
    https: http://proxy.example.org:3128
  retries: 5
  timeout: 45s
  user_agent: Acme Scanner
rpc_urls:
  ethereum: https://rpc.example.org/v3/0123456789abcdef0123
  local: http://localhost:8545
openai:
  api_key: sk-verysecretvalue
  model: gpt-4
secrets:
  etherscan: ENV:ETHERSCAN_KEY
sandbox:
  memory: 2g
  timeout: 600
output:
  dir: reports
  format: JSON
log_level: WARNING
telemetry:
  enabled: true
`;

test('migrate takes over what there is, seals secrets, and lists what it left out by line', async () => {
  const old = home.write('old.yaml', OLD);
  const { code, out, err } = await home.run(['config', 'migrate', old, '-f', 'table'], {
    env: { ETHERSCAN_KEY: 'K3Y' },
  });
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toMatch(/23 +telemetry\.enabled +unknown/);
  for (const secret of ['sk-verysecretvalue', 'K3Y', '0123456789abcdef']) {
    expect(out).not.toContain(secret);
    expect(readFileSync(home.config, 'utf8')).not.toContain(secret);
    // Three letters and digits may stand in any file by chance.
    if (secret.length > 3) expect(dataFolder()).not.toContain(secret);
  }
  expect(await shown(home, 'net.proxy')).toMatchObject({ value: 'http://proxy.example.org:3128' });
  expect(await shown(home, 'net.timeoutSeconds')).toMatchObject({ value: 45 });
  expect(await shown(home, 'rpcUrls.ethereum')).toMatchObject({ value: 'secret:rpc.ethereum' });
  expect(await shown(home, 'rpcUrls.local')).toMatchObject({ value: 'http://localhost:8545' });
  expect(await shown(home, 'llm.apiKey')).toMatchObject({ value: 'secret:openai' });
  expect(await shown(home, 'limits.memoryMb')).toMatchObject({ value: 2048 });
  expect(await shown(home, 'output.directory')).toMatchObject({ value: join(home.path, 'reports') });
  expect(await shown(home, 'logLevel')).toMatchObject({ value: 'warn' });
});

test('migrate changes nothing when a variable is not set or a value is wrong, and says where', async () => {
  const old = home.write('old.yaml', OLD.replace('retries: 5', 'retries: many'));
  const { code, err } = await home.run(['config', 'migrate', old]);
  expect(code).toBe(64);
  expect(err).toContain('old.yaml:14: secrets.etherscan names the variable ETHERSCAN_KEY, which is not set.');
  expect(err).toContain("old.yaml:4: network.retries expects a whole number, not 'many'");
  expect(existsSync(home.config)).toBe(false);
  expect(existsSync(home.data)).toBe(false);
});
