import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql, type Transaction } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../test/servers/postgres.ts';
import { newId } from '../lib/ids.ts';
import type { NewEvent } from '../model/event.ts';
import { eventStatements, readEvents, toEvent } from './events.ts';
import { executeAll } from './execute-all.ts';
import { MIGRATIONS } from './migrate.ts';
import { openStore, type StoreOptions } from './open.ts';
import { appendLog, readLog } from './run-log.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

const WRITER = fileURLToPath(new URL('../../test/children/store-writer.ts', import.meta.url));
const bin = postgresPrograms();

describe('store on sqlite', () => {
  contract(async (dataDir) => ({ dataDir }));

  it('keeps folder and file for the owner only', async () => {
    await inFolder(async (dataDir) => {
      const folder = join(dataDir, 'new');
      await (await openStore({ dataDir: folder })).close();
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, 'sentinelx.db'))).mode & 0o777).toBe(0o600);
    });
  });

  it('waits for the disk after a durable transaction, and not after another', async () => {
    await inFolder(async (dataDir) => {
      const store = await openStore({ dataDir });
      const handle = await open(join(dataDir, 'sentinelx.db-wal'), 'r');
      const handles = Object.getPrototypeOf(handle) as { datasync(): Promise<void> };
      await handle.close();
      const real = handles.datasync;
      let synced = 0;
      handles.datasync = async function datasync(this: unknown) {
        await real.call(this);
        synced += 1;
      };
      try {
        const write = (durable: boolean) =>
          store.write({ lane: 'run', durable }, ({ tx }) =>
            tx
              .insertInto('meta')
              .values({ key: newId('x'), value: '' })
              .execute(),
          );
        await write(false);
        expect(synced).toBe(0);
        await write(true);
        expect(synced).toBe(1);
        // Who comes while one sync runs shares the next.
        await Promise.all(Array.from({ length: 20 }, () => write(true)));
        expect(synced).toBeGreaterThan(1);
        expect(synced).toBeLessThan(20);
      } finally {
        handles.datasync = real;
      }
      await store.close();
    });
  });

  it('moves a log that has grown into the database while others write', async () => {
    await inFolder(async (dataDir) => {
      const store = await openStore({ dataDir });
      const file = join(dataDir, 'sentinelx.db');
      const before = (await stat(file)).size;
      const value = 'x'.repeat(100_000);
      // 20 MB: less than what a commit moves itself.
      for (let index = 0; index < 200; index += 1)
        await store.write({ lane: 'run' }, ({ tx }) =>
          tx
            .insertInto('meta')
            .values({ key: `k-${index}`, value })
            .execute(),
        );
      await expect
        .poll(async () => (await stat(file)).size, { timeout: 5_000 })
        .toBeGreaterThan(before + 10e6);
      expect((await stat(`${file}-wal`)).size).toBeLessThan(30e6);
      expect(await store.check()).toBe('ok');
      await store.close();
    });
  });

  it('sees commits of another process that carry no event', async () => {
    await inFolder(async (dataDir) => {
      const [one, two] = [await openStore({ dataDir }), await openStore({ dataDir })];
      let woken = 0;
      two.onCommit(() => woken++);
      await two.head();
      await one.write({ lane: 'run' }, ({ tx }) =>
        tx.insertInto('meta').values({ key: 'a', value: 'b' }).execute(),
      );
      await expect.poll(() => woken, { timeout: 2_000, interval: 5 }).toBeGreaterThan(0);
      await one.close();
      await two.close();
    });
  });

  it('serves a person before work in bulk', async () => {
    await inFolder(async (dataDir) => {
      const store = await openStore({ dataDir });
      const order: string[] = [];
      const job = (lane: 'interactive' | 'run' | 'bulk') =>
        store.write({ lane }, async ({ tx }) => {
          await sql`select 1`.execute(tx);
          order.push(lane);
        });
      await Promise.all([job('bulk'), job('bulk'), job('run'), job('interactive')]);
      expect(order).toEqual(['bulk', 'interactive', 'run', 'bulk']);
      await store.close();
    });
  });

  it('renews the epoch after a power loss, also when another process closed cleanly', async () => {
    await inFolder(async (dataDir) => {
      const first = await openStore({ dataDir });
      await first.write({ lane: 'run' }, ({ tx }) =>
        tx.insertInto('meta').values({ key: 'open:gone', value: 'an earlier boot' }).execute(),
      );
      await first.close();
      const second = await openStore({ dataDir });
      expect(second.epoch).not.toBe(first.epoch);
      await second.close();
      const third = await openStore({ dataDir });
      expect(third.epoch).toBe(second.epoch);
      await third.close();
    });
  });

  it('copies the file before it changes the tables of an existing database', async () => {
    await inFolder(async (dataDir) => {
      const store = await openStore({ dataDir });
      await store.write({ lane: 'run' }, ({ tx }) =>
        tx.insertInto('meta').values({ key: 'a', value: 'before' }).execute(),
      );
      await store.close();
      const known = MIGRATIONS as {
        name: string;
        migration: { up(tx: Transaction<Database>): Promise<void> };
      }[];
      const up = async (tx: Transaction<Database>) => {
        await tx.updateTable('meta').set({ value: 'after' }).where('key', '=', 'a').execute();
      };
      known.push({ name: '9998-test', migration: { up } });
      try {
        await Promise.all([1, 2].map(async () => (await openStore({ dataDir })).close()));
      } finally {
        known.pop();
      }
      const copies = (await readdir(dataDir)).filter((name) => name.includes('.before-9998-test'));
      expect(copies.length).toBeGreaterThan(0);
      for (const name of copies) expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
      const restored = join(dataDir, 'restored');
      await mkdir(restored);
      await copyFile(join(dataDir, copies.sort()[0] as string), join(restored, 'sentinelx.db'));
      const old = await openStore({ dataDir: restored });
      const row = await old.db.selectFrom('meta').select('value').where('key', '=', 'a').executeTakeFirst();
      expect(row).toEqual({ value: 'before' });
      await old.close();
    });
  });

  it('names a damaged file', async () => {
    await inFolder(async (dataDir) => {
      await (await openStore({ dataDir })).close();
      await overwrite(join(dataDir, 'sentinelx.db'), 0, 100);
      await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'store-broken' });
    });
  });

  it('finds damage inside of the file', async () => {
    await inFolder(async (dataDir) => {
      const store = await openStore({ dataDir });
      const log = Array.from({ length: 2_000 }, (_, n) => ({
        seq: n,
        time: 1,
        level: 'info' as const,
        text: 'x'.repeat(50),
      }));
      await store.write({ lane: 'bulk' }, ({ tx }) => appendLog(tx, 'sqlite', 'run_x', log));
      await store.close();
      const file = join(dataDir, 'sentinelx.db');
      const { size } = await stat(file);
      await overwrite(file, size - 8 * 4096, 4 * 4096);
      const damaged = await openStore({ dataDir });
      const verdict = await damaged.check().catch((error: { code: string }) => error.code);
      expect(verdict).not.toBe('ok');
      await damaged.close();
    });
  });

  it('names a folder that cannot be written', async () => {
    await inFolder(async (dataDir) => {
      const folder = join(dataDir, 'locked');
      await mkdir(folder, { mode: 0o555 });
      await chmod(dataDir, 0o755);
      const { child, lines } = start({ dataDir: folder }, 'open', true);
      await ended(child);
      expect(lines()).toEqual(['data-dir']);
    });
  });
});

describe.skipIf(!bin)(
  bin ? 'store on postgres' : 'store on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    const fresh = () => server.database(`contract_${++count}`);
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());

    contract(async (dataDir) => ({ dataDir, databaseUrl: await fresh() }));

    it('outlives lost connections and listens again', async () => {
      const databaseUrl = await fresh();
      const [one, two] = [
        await openStore({ dataDir: '', databaseUrl }),
        await openStore({ dataDir: '', databaseUrl }),
      ];
      let woken = 0;
      two.onCommit(() => woken++);
      await expect.poll(() => woken, { timeout: 2_000 }).toBe(1);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
        one.db,
      );
      await expect.poll(() => woken, { timeout: 5_000 }).toBe(2);
      await one.write({ lane: 'run' }, async ({ emit }) => emit(event('after')));
      await expect.poll(() => woken, { timeout: 2_000 }).toBe(3);
      await one.close();
      await two.close();
    });

    it('says when there is no such database or no server', async () => {
      const url = await fresh();
      const missing = url.replace(/\w+$/, 'missing');
      await expect(openStore({ dataDir: '', databaseUrl: missing })).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      const nobody = 'postgres://sentinelx@127.0.0.1:9/none';
      await expect(openStore({ dataDir: '', databaseUrl: nobody })).rejects.toMatchObject({
        code: 'store-unavailable',
      });
    });
  },
);

/** What both databases must do. */
function contract(place: (dataDir: string) => Promise<StoreOptions>) {
  let dataDir: string;
  let options: StoreOptions;
  let opened: Store[] = [];
  const another = async () => {
    const store = await openStore(options);
    opened.push(store);
    return store;
  };
  let store: Store;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-store-'));
    options = await place(dataDir);
    store = await another();
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()));
    opened = [];
    await rm(dataDir, { recursive: true, force: true });
  });
  const put = (target: Store, key: string, durable = false) =>
    target.write({ lane: 'run', durable }, async ({ tx, emit }) => {
      await tx.insertInto('meta').values({ key, value: key }).execute();
      emit(event(key));
    });
  const get = (target: Store, key: string) =>
    target.db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();

  it('shows a commit to every store, and nothing before', async () => {
    const other = await another();
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx.insertInto('meta').values({ key: 'a', value: '1' }).execute();
      expect(await get(store, 'a')).toBeUndefined();
    });
    expect(await get(store, 'a')).toEqual({ value: '1' });
    expect(await get(other, 'a')).toEqual({ value: '1' });
  });

  it('takes everything back when the work throws', async () => {
    const failed = store.write({ lane: 'run' }, async ({ tx, emit }) => {
      await tx.insertInto('meta').values({ key: 'a', value: '1' }).execute();
      emit(event('a'));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await get(store, 'a')).toBeUndefined();
    expect(await store.head()).toBe(0);
    await put(store, 'b', true);
    expect(await get(store, 'b')).toEqual({ value: 'b' });
  });

  it('refuses to write through the reading side', async () => {
    await expect(store.db.insertInto('meta').values({ key: 'a', value: '1' }).execute()).rejects.toThrow();
    expect(await get(store, 'a')).toBeUndefined();
  });

  it('shows a follower every event of two writers, in order', async () => {
    const other = await another();
    const total = 120;
    const seen: string[] = [];
    let after = 0;
    const follow = async () => {
      while (seen.length < total) {
        const page = await readEvents(store.db, { after, limit: 7 });
        for (const row of page) {
          expect(row.seq).toBeGreaterThan(after);
          after = row.seq;
          seen.push(row.subject);
        }
        if (page.length === 0) await sleep(1);
      }
    };
    const writes = [store, other].flatMap((target, t) =>
      Array.from({ length: total / 2 }, (_, n) => put(target, `${t}-${n}`, n % 10 === 0)),
    );
    await Promise.all([follow(), ...writes]);
    expect(new Set(seen).size).toBe(total);
    expect(await store.head()).toBe(after);
  });

  it('never shows an event before one with a lower number', async () => {
    const other = await another();
    const numbered = Promise.withResolvers<void>();
    const early = store.write({ lane: 'run' }, async ({ tx }) => {
      await executeAll(tx, eventStatements(store.dialect, [event('early')]));
      numbered.resolve();
      await sleep(300);
    });
    await numbered.promise;
    const late = put(other, 'late');
    await sleep(150);
    const subjects = async () =>
      (await readEvents(store.db, { after: 0, limit: 9 })).map((row) => row.subject);
    expect(await subjects()).toEqual([]);
    await Promise.all([early, late]);
    expect(await subjects()).toEqual(['early', 'late']);
  });

  it('wakes its own listeners at once and those of another store soon', async () => {
    const other = await another();
    let mine = 0;
    let theirs = 0;
    const stop = store.onCommit(() => mine++);
    other.onCommit(() => theirs++);
    await Promise.all([store.head(), other.head(), sleep(100)]);
    const [mineBefore, theirsBefore] = [mine, theirs];
    await put(store, 'a');
    expect(mine).toBeGreaterThan(mineBefore);
    await expect.poll(() => theirs, { timeout: 2_000, interval: 5 }).toBeGreaterThan(theirsBefore);
    stop();
    await sleep(50);
    const before = mine;
    await put(store, 'b');
    expect(mine).toBe(before);
  });

  it('keeps hostile text and makes what deceives visible', async () => {
    const nasty = 'a\u0000b\ud800c\u202ed\u{e0041}"\\\'; drop table meta; -- 😀\n';
    await store.write({ lane: 'run' }, async ({ tx, emit }) => {
      await appendLog(tx, store.dialect, 'run_x', [{ seq: 1, time: 1, level: 'info', text: nasty }]);
      emit({ ...event('run_x'), type: 'run.artifact', data: { artifact: 'art_x', name: nasty, size: 1 } });
    });
    const visible = 'a\\u0000b\\ud800c\\u202ed\\u{e0041}"\\\'; drop table meta; -- 😀\n';
    expect(await readLog(store.db, { run: 'run_x', after: 0, limit: 9 })).toEqual([
      { seq: 1, time: 1, level: 'info', text: visible },
    ]);
    const [row] = await readEvents(store.db, { after: 0, limit: 9 });
    expect(row && toEvent(row, store.epoch).data).toEqual({ artifact: 'art_x', name: visible, size: 1 });
  });

  it('gives bytes back as they were', async () => {
    const value = new Uint8Array([0, 255, 1, 0, 39, 92]);
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('finding_fingerprint')
        .values({ finding: 'fnd_x', kind: 'line', version: 1, value })
        .execute(),
    );
    const row = await store.db
      .selectFrom('finding_fingerprint')
      .selectAll()
      .where('value', '=', value)
      .executeTakeFirstOrThrow();
    expect(row.value).toBeInstanceOf(Uint8Array);
    expect([...row.value]).toEqual([...value]);
    expect(row.version).toBe(1);
  });

  it('keeps its epoch and its rows over a restart', async () => {
    await put(store, 'a', true);
    await store.close();
    opened = [];
    const again = await another();
    expect(again.epoch).toBe(store.epoch);
    expect(await get(again, 'a')).toEqual({ value: 'a' });
    expect(await again.head()).toBe(1);
  });

  it('opens once for several that start at the same time', async () => {
    const second = await place(await mkdtemp(join(dataDir, 'race-')));
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(second)));
    opened.push(...stores);
    expect(new Set(stores.map((one) => one.epoch)).size).toBe(1);
    expect(await stores[0]?.db.selectFrom('project').select('id').execute()).toEqual([{ id: 'prj_default' }]);
  });

  it('refuses a database of a newer release', async () => {
    await store.write({ lane: 'run' }, ({ tx }) =>
      sql`insert into migration (name, applied) values ('9999-future', 1)`.execute(tx),
    );
    await expect(openStore(options)).rejects.toMatchObject({ code: 'store-newer' });
  });

  it('loses nothing that was acknowledged when its process is killed', async () => {
    const { child, lines } = start(options, 'write');
    await expect.poll(() => lines().length, { timeout: 15_000, interval: 5 }).toBeGreaterThan(40);
    child.kill('SIGKILL');
    await ended(child);
    const acknowledged = Number(lines().at(-1));
    const rows = await store.db.selectFrom('meta').select('key').where('key', 'like', 'row-%').execute();
    // The last commit may have been made without its number getting out.
    expect(rows.length - acknowledged).toBeGreaterThanOrEqual(0);
    expect(rows.length - acknowledged).toBeLessThanOrEqual(1);
    expect((await readEvents(store.db, { after: 0, limit: 100_000 })).length).toBe(rows.length);
    expect(await store.check()).toBe('ok');
    await put(store, 'after');
  });
}

function event(subject: string): NewEvent {
  return { type: 'run.cancelling', project: 'prj_default', actor: 'system', subject, data: {} };
}

async function inFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-store-'));
  try {
    await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function overwrite(file: string, at: number, length: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(length, 0xa5), 0, length, at);
  await handle.close();
}

/** `unprivileged`: as a user that file permissions bind, also when the tests run as root. */
function start(options: StoreOptions, mode: 'write' | 'open', unprivileged = false) {
  const command = [process.execPath, WRITER, mode, options.dataDir, options.databaseUrl ?? ''];
  if (unprivileged && process.getuid?.() === 0)
    command.unshift('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return { child, lines: () => text.split('\n').slice(0, -1) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('close', resolve));
}
