import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { derive, fileKey } from './instance-key.ts';
import { type KeyConfig, keySource } from './key-source.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { takeOverOldSecrets } from './old-secrets.ts';
import { beginRotation, workOnRotation } from './rotation/rotate.ts';
import { sealBytes } from './seal.ts';
import { packSealed, totpContext, unpackSealed } from './sealed-text.ts';
import { openSecretStore } from './secret-store.ts';

const ROTATOR = fileURLToPath(new URL('../../test/children/key-rotator.ts', import.meta.url));
const READER = { actor: 'usr_1', via: 'run:run_1', purpose: 'task x' };

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-secrets-'));
  store = await openStore({ dataDir: folder });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(config: KeyConfig = {}) {
  const keys = await openKeyring(store, keySource(config, folder));
  const audit = { key: await keys.mac('audit'), dialect: store.dialect };
  const secrets = openSecretStore({ store, keys, audit });
  const write = <T>(work: Parameters<typeof store.write<T>>[1]) => store.write({ lane: 'interactive' }, work);
  return {
    keys,
    secrets,
    set: (name: string, value: string, project = 'prj_a') =>
      write((w) => secrets.set(w, { project, name }, value, 'usr_1')),
    get: (name: string, project = 'prj_a') => secrets.read({ project, name }, READER),
    remove: (name: string) => write((w) => secrets.remove(w, { project: 'prj_a', name }, 'usr_1')),
  };
}

let workers = 0;
/** As one process of several does it; those that hold a lease live as long as the test. */
const working = (keys: Keyring, mostBatch?: number, lives = true) =>
  workOnRotation(
    { store, keys, worker: `worker-${workers++}`, lives: async () => lives },
    new AbortController().signal,
    mostBatch,
  );

async function rotateKeys(keys: Keyring, mostBatch?: number) {
  await store.write({ lane: 'interactive' }, (write) => beginRotation(write, keys, 'usr_1'));
  return working(keys, mostBatch);
}

/** Everything that lies in the data folder. */
const written = () =>
  readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => readFileSync(join(folder, name)).toString('latin1'))
    .join('\n');

test('what is stored comes back, after a new start too, and lies only sealed in the data folder', async () => {
  const first = await open();
  expect(await first.set('openai', 'sk-geheim-ü')).toBe('created');
  expect(await first.set('openai', 'sk-geheim-ö')).toBe('replaced');
  await first.set('rpc.eth', 'second');
  const again = await open();
  expect(await again.get('openai')).toBe('sk-geheim-ö');
  expect((await again.secrets.list('prj_a')).map((entry) => entry.name)).toEqual(['openai', 'rpc.eth']);
  expect(written()).not.toContain('geheim');
  expect(statSync(join(folder, 'instance.key')).mode & 0o777).toBe(0o600);
  expect(await again.remove('openai')).toBe(true);
  expect(await again.remove('openai')).toBe(false);
  await expect(again.get('openai')).rejects.toMatchObject({ code: 'not-found' });
});

test('each look at a value is in the audit log, one that found nothing too', async () => {
  const { set, get } = await open();
  await set('a', 'the value');
  await get('a');
  await expect(get('b')).rejects.toMatchObject({ code: 'not-found' });
  const entries = await store.db.selectFrom('audit_entry').selectAll().orderBy('seq').execute();
  expect(entries.map((entry) => [entry.operation, entry.actor, entry.via, entry.outcome])).toEqual([
    ['secret.read', 'usr_1', 'run:run_1', 'done'],
    ['secret.read', 'usr_1', 'run:run_1', 'failed'],
  ]);
  expect(JSON.parse(entries[0]?.after ?? '')).toEqual({ name: 'a', for: 'task x' });
  expect(JSON.stringify(entries)).not.toContain('the value');
});

test('a secret belongs to its project and name: a row that is moved there cannot be opened', async () => {
  const { set, get } = await open();
  await set('a', 'one');
  await set('b', 'two');
  await set('a', 'three', 'prj_b');
  expect(await get('a', 'prj_b')).toBe('three');
  const [row] = await store.db
    .selectFrom('secret')
    .selectAll()
    .where('name', '=', 'a')
    .where('project', '=', 'prj_a')
    .execute();
  const { nonce, data, tag } = row ?? { nonce: '', data: '', tag: '' };
  for (const place of [['b', 'prj_a'] as const, ['a', 'prj_b'] as const]) {
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx
        .updateTable('secret')
        .set({ nonce, data, tag })
        .where('name', '=', place[0])
        .where('project', '=', place[1])
        .execute(),
    );
    await expect(get(place[0], place[1])).rejects.toMatchObject({ code: 'wrong-key' });
  }
  const changed = `${data.startsWith('A') ? 'B' : 'A'}${data.slice(1)}`;
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .updateTable('secret')
      .set({ data: changed })
      .where('id', '=', row?.id ?? '')
      .execute(),
  );
  await expect(get('a')).rejects.toMatchObject({ code: 'wrong-key' });
});

test('names and sizes are checked, and names of the language are no secrets', async () => {
  const { set, get } = await open();
  await expect(set('../x', 'v')).rejects.toMatchObject({ code: 'invalid-parameter' });
  await expect(set('x', '')).rejects.toMatchObject({ code: 'invalid-parameter' });
  await expect(set('x', 'v'.repeat(70_000))).rejects.toMatchObject({ code: 'invalid-parameter' });
  await expect(get('__proto__')).rejects.toMatchObject({ code: 'not-found' });
});

test('another key opens nothing, and says which key is missing', async () => {
  await (await open()).set('a', 'one');
  rmSync(join(folder, 'instance.key'));
  await expect(open()).rejects.toMatchObject({
    code: 'wrong-key',
    message: expect.stringContaining('instance.key'),
  });
});

test('a rotation seals everything anew under new keys, and keeps the keys of fingerprints and audit', async () => {
  const { keys, secrets, set, get } = await open();
  for (let index = 0; index < 25; index += 1) await set(`s${index}`, `value ${index}`);
  await store.write({ lane: 'interactive' }, async ({ tx }) => {
    const secret = packSealed(await keys.seal(tx, totpContext('usr_1'), 'TOTPSECRET'));
    await tx
      .insertInto('totp')
      .values({ user: 'usr_1', secret, confirmed: null, last_step: 0, created: 0 })
      .execute();
  });
  const before = await store.db.selectFrom('secret').selectAll().orderBy('id').execute();
  const master = await fileKey(folder);
  const macs = [await keys.mac('fingerprint'), await keys.mac('audit')];
  const other = await open();

  expect(await rotateKeys(keys, 10)).toMatchObject({
    actor: 'usr_1',
    total: 26,
    resealed: 26,
    unreadable: 0,
    dropped: 1,
    instanceKey: true,
  });

  const after = await store.db.selectFrom('secret').selectAll().orderBy('id').execute();
  expect(new Set(after.map((row) => row.key)).size).toBe(1);
  expect(after[0]?.key).not.toBe(before[0]?.key);
  expect(await fileKey(folder)).not.toEqual(master);
  expect(readdirSync(folder).filter((name) => name.startsWith('instance.key'))).toEqual(['instance.key']);
  expect([await keys.mac('fingerprint'), await keys.mac('audit')]).toEqual(macs);
  // The one that turned the keys, one that was open meanwhile, and one that starts later.
  for (const one of [{ keys, secrets, set, get }, other, await open()]) {
    expect(await one.get('s24')).toBe('value 24');
    expect(await one.keys.mac('fingerprint')).toEqual(macs[0]);
    const totp = await store.db.selectFrom('totp').select('secret').executeTakeFirstOrThrow();
    expect(await one.keys.open(totpContext('usr_1'), unpackSealed(totp.secret))).toBe('TOTPSECRET');
    await one.set('later', 'x');
    expect(await get('later')).toBe('x');
  }
});

test('what cannot be opened keeps its key and does not hold up the rest', async () => {
  const { keys, set, get } = await open();
  await set('a', 'one');
  await set('b', 'two');
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('secret').set({ data: 'AAAA' }).where('name', '=', 'a').execute(),
  );
  expect(await rotateKeys(keys)).toMatchObject({ resealed: 1, unreadable: 1, dropped: 0 });
  expect(await get('b')).toBe('two');
});

test('a rotation that is killed loses nothing and is completed by the next start', async () => {
  const { set, keys } = await open();
  const macs = await keys.mac('fingerprint');
  for (let index = 0; index < 60; index += 1) await set(`s${index}`, `value ${index}`);
  const states = new Set<string>();
  for (const delay of [0, 20, 60, 150]) {
    const child = spawn(process.execPath, [ROTATOR, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const rows = await store.db.selectFrom('secret').select('key').execute();
    states.add(String(new Set(rows.map((row) => row.key)).size));
    const next = await open();
    for (const index of [0, 30, 59]) expect(await next.get(`s${index}`)).toBe(`value ${index}`);
  }
  const last = await open();
  // Whoever held the lease was killed.
  await working(last.keys, undefined, false);
  expect(await working(last.keys)).toBeUndefined();
  const rows = await store.db.selectFrom('secret').select('key').execute();
  expect(new Set(rows.map((row) => row.key)).size).toBe(1);
  expect(await last.get('s59')).toBe('value 59');
  expect(await last.keys.mac('fingerprint')).toEqual(macs);
  expect(readdirSync(folder).filter((name) => name.startsWith('instance.key'))).toEqual(['instance.key']);
  // At least once it was killed in the middle: both keys were in use.
  expect([...states]).toContain('2');
}, 60_000);

test('the key can come from the environment, and be changed there with the one before', async () => {
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
  await (await open({ instance: one })).set('a', 'x');
  expect(existsSync(join(folder, 'instance.key'))).toBe(false);
  await expect(open({ instance: two })).rejects.toMatchObject({ code: 'wrong-key' });
  const changed = await open({ instance: two, previous: one });
  expect(await changed.keys.outdated()).toBe(true);
  await changed.keys.rewrap();
  const { get, keys } = await open({ instance: two });
  expect(await get('a')).toBe('x');
  expect(await rotateKeys(keys)).toMatchObject({ resealed: 1, instanceKey: false });
  expect(await (await open({ instance: two })).get('a')).toBe('x');
});

test('the key can come from a program; one that fails, prints something else or hangs is refused', async () => {
  const key = 'ab'.repeat(32);
  await (await open({ command: ['/bin/echo', key] })).set('a', 'x');
  expect(await (await open({ command: ['/bin/echo', key] })).get('a')).toBe('x');
  for (const command of [
    ['/bin/echo', 'no key'],
    ['/bin/false'],
    ['/nowhere/program'],
    ['/bin/echo', `${key}; true`],
  ])
    await expect(open({ command })).rejects.toMatchObject({ code: 'key-unavailable' });
  const started = Date.now();
  // The helper of the program holds its output open.
  await expect(open({ command: ['/bin/sh', '-c', 'sleep 60 & wait'] })).rejects.toMatchObject({
    code: 'key-unavailable',
  });
  expect(Date.now() - started).toBeLessThan(12_000);
}, 30_000);

test('secrets.json of an earlier release is taken over once and removed; what is newer wins', async () => {
  const sealed = async (name: string, value: string) =>
    sealBytes(await derive(await fileKey(folder), 'secrets'), name, Buffer.from(value));
  const path = join(folder, 'secrets.json');
  const parts = await open();
  await parts.set('newer', 'of today', 'global');
  const secrets = { openai: await sealed('openai', 'sk-old'), newer: await sealed('newer', 'of before') };
  writeFileSync(path, JSON.stringify({ v: 1, secrets }));
  expect(await takeOverOldSecrets(folder, { store, ...parts })).toBe(2);
  expect(existsSync(path)).toBe(false);
  expect(await parts.get('openai', 'global')).toBe('sk-old');
  expect(await parts.get('newer', 'global')).toBe('of today');
  expect(await takeOverOldSecrets(folder, { store, ...parts })).toBe(0);

  const broken = { good: await sealed('good', 'kept'), bad: await sealed('another name', 'x') };
  writeFileSync(path, JSON.stringify({ v: 1, secrets: broken }));
  expect(await takeOverOldSecrets(folder, { store, ...parts })).toBe(1);
  expect(await parts.get('good', 'global')).toBe('kept');
  expect(existsSync(path)).toBe(false);
  expect(existsSync(`${path}.unreadable`)).toBe(true);
});

test('twenty writers in four stores at once lose nothing', async () => {
  const parts = await Promise.all(Array.from({ length: 4 }, () => open()));
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => parts[index % 4]?.set(`s${index}`, String(index))),
  );
  expect(await parts[0]?.secrets.list('prj_a')).toHaveLength(20);
});

test('several processes that change the keys at once forget none that is still needed', async () => {
  const parts = await Promise.all(Array.from({ length: 3 }, () => open()));
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  for (const name of names) await parts[0]?.set(name, `value of ${name}`);
  // Small batches, so that one is still at work when the next one begins.
  await Promise.all(
    parts.flatMap(({ keys }) => [rotateKeys(keys, 2), rotateKeys(keys, 3).then(() => rotateKeys(keys, 5))]),
  );
  await working(parts[0]?.keys as Keyring);
  const fresh = await open();
  for (const name of names) expect(await fresh.get(name)).toBe(`value of ${name}`);
}, 30_000);
