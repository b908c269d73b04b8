import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskUrl } from './config/mask.ts';
import { configKeys } from './config/schema.ts';
import { loadConfig } from './config.ts';

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sentinelx-config-')), 'config.yaml');
  writeFileSync(file, text);
  return file;
}

test('defaults < file < environment < flags', () => {
  const file = fileWith('port: 1\nhost: localhost\nlogLevel: error\n');
  const env = { SENTINELX_PORT: '2', SENTINELX_HOST: '::1' };
  const { config, origins } = loadConfig({ file, env, flags: { port: 3 } });
  expect([config.port, config.host, config.logLevel, config.net.retries]).toEqual([3, '::1', 'error', 2]);
  expect(origins.get('port')).toEqual({ kind: 'flag', name: 'port' });
  expect(origins.get('host')).toEqual({ kind: 'env', name: 'SENTINELX_HOST' });
  expect(origins.get('logLevel')).toEqual({ kind: 'file', file, line: 3, column: 1 });
  expect(origins.get('net.retries')).toBeUndefined();
});

test('it is frozen all the way down', () => {
  const { config } = loadConfig({ file: fileWith(''), env: {} });
  expect(() => {
    (config.limits as { memoryMb: number }).memoryMb = 1;
  }).toThrow(TypeError);
});

test('variables are read as the type of their key', () => {
  const env = {
    SENTINELX_ALLOW_PLAIN_HTTP: 'yes',
    SENTINELX_LIMITS_MEMORY_MB: ' 256 ',
    SENTINELX_LOG_LEVEL: 'DEBUG',
    SENTINELX_RPC_URLS: 'eth=https://rpc.example.org, other=secret:rpc.other',
    SENTINELX_HOST: '',
  };
  const { config } = loadConfig({ file: fileWith('host: ::1\n'), env });
  expect(config.allowPlainHttp).toBe(true);
  expect(config.limits.memoryMb).toBe(256);
  expect(config.logLevel).toBe('debug');
  expect(config.rpcUrls).toEqual({ eth: 'https://rpc.example.org', other: 'secret:rpc.other' });
  expect(config.host).toBe('::1');
});

test('the names of the variables that other tools use are fixed', () => {
  const names = Object.fromEntries(configKeys().map((key) => [key.key, key.env]));
  expect(names).toMatchObject({
    dataDir: 'SENTINELX_DATA_DIR',
    host: 'SENTINELX_HOST',
    port: 'SENTINELX_PORT',
    publicUrl: 'SENTINELX_PUBLIC_URL',
    databaseUrl: 'SENTINELX_DATABASE_URL',
    redisUrl: 'SENTINELX_REDIS_URL',
    logLevel: 'SENTINELX_LOG_LEVEL',
  });
});

test('paths in the file are relative to the file; a key without a value is not set', () => {
  const file = fileWith('dataDir: data\noutput:\n  directory: ./out\npublicUrl:\n');
  const { config } = loadConfig({ file, env: {} });
  expect(config.dataDir).toBe(join(file, '..', 'data'));
  expect(config.output.directory).toBe(join(file, '..', 'out'));
  expect(config.publicUrl).toBeUndefined();
});

test('an error names file, line, column and key, and never a secret value', () => {
  const wrong = (text: string) => {
    try {
      loadConfig({ file: fileWith(text), env: {} });
    } catch (error) {
      return (error as Error).message.replace(/\/\S+\//g, '');
    }
    return 'no error';
  };
  expect(wrong('limits:\n  memroyMb: 1\n')).toBe(
    'config.yaml:2:3: limits.memroyMb: is not a key; did you mean limits.memoryMb?',
  );
  expect(wrong('memoryMb: 1\n')).toBe(
    'config.yaml:1:1: memoryMb: is not a key; did you mean limits.memoryMb?',
  );
  expect(wrong('llm:\n  apiKey: sk-secret\n')).not.toContain('sk-secret');
  expect(wrong('databaseUrl: "mysql://u:hunter2@h/x"\n')).not.toContain('hunter2');
  expect(wrong('- a\n')).toMatch(/^config\.yaml:1:1: expects keys and values/);
  expect(wrong('a: &a [*a, *a]\nb: *c\n')).toMatch(/^config\.yaml/);
});

test('a variable that means nothing is a warning with what was meant', () => {
  const { warnings } = loadConfig({ file: fileWith(''), env: { SENTINELX_PROT: '1' } });
  expect(warnings).toEqual(['The variable SENTINELX_PROT means nothing. Did you mean SENTINELX_PORT?']);
});

test('no password and no key of an address survives masking', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9]{20,30}[0-9]$/);
  fc.assert(
    fc.property(word, word, word, (password, key, query) => {
      const shown = maskUrl(`https://user:${password}@rpc.example.org/v3/${key}?token=${query}`);
      for (const secret of [password, key, query]) expect(shown).not.toContain(secret);
    }),
  );
  expect(maskUrl('http://localhost:8545')).toBe('http://localhost:8545');
});
