import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSecretStore } from './secret-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'secrets.json');

test('what is stored comes back, in another process life too, and only sealed on disk', async () => {
  const store = await openSecretStore(folder);
  await store.set('openai', 'sk-geheim-ü');
  await store.set('rpc.eth', 'second');
  expect(await (await openSecretStore(folder)).get('openai')).toBe('sk-geheim-ü');
  expect(await store.list()).toEqual(['openai', 'rpc.eth']);
  expect(readFileSync(path(), 'utf8')).not.toContain('geheim');
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'instance.key')).mode & 0o777).toBe(0o600);
  expect(await store.remove('openai')).toBe(true);
  expect(await store.remove('openai')).toBe(false);
  expect(await store.get('openai')).toBeUndefined();
});

test('the same value is sealed differently each time', async () => {
  const store = await openSecretStore(folder);
  await store.set('a', 'same');
  const first = readFileSync(path(), 'utf8');
  await store.set('a', 'same');
  expect(readFileSync(path(), 'utf8')).not.toBe(first);
});

test('a secret cannot be passed off as another one, nor changed, nor opened with another key', async () => {
  const store = await openSecretStore(folder);
  await store.set('a', 'one');
  await store.set('b', 'two');
  const file = JSON.parse(readFileSync(path(), 'utf8'));
  const { a, b } = file.secrets;
  writeFileSync(path(), JSON.stringify({ ...file, secrets: { a: b, b: a } }));
  await expect(store.get('a')).rejects.toMatchObject({ code: 'data-dir' });
  const data = `${a.data.startsWith('A') ? 'B' : 'A'}${a.data.slice(1)}`;
  writeFileSync(path(), JSON.stringify({ ...file, secrets: { a: { ...a, data } } }));
  await expect(store.get('a')).rejects.toMatchObject({ code: 'data-dir' });
  writeFileSync(path(), JSON.stringify(file));
  writeFileSync(join(folder, 'instance.key'), `${'0'.repeat(64)}\n`);
  await expect((await openSecretStore(folder)).get('a')).rejects.toThrow(/instance\.key/);
});

test('names are checked, and names of the language are no secrets', async () => {
  const store = await openSecretStore(folder);
  await expect(store.set('../x', 'v')).rejects.toMatchObject({ code: 'invalid-parameter' });
  expect(await store.get('__proto__')).toBeUndefined();
  expect(await store.get('constructor')).toBeUndefined();
});

test('twenty writers at once lose nothing', async () => {
  const stores = await Promise.all(Array.from({ length: 4 }, () => openSecretStore(folder)));
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => stores[index % 4]?.set(`s${index}`, String(index))),
  );
  expect(await stores[0]?.list()).toHaveLength(20);
});

test('a damaged file is said to be damaged', async () => {
  const store = await openSecretStore(folder);
  writeFileSync(path(), '{"v":1,');
  await expect(store.get('a')).rejects.toThrow(/damaged/);
});
