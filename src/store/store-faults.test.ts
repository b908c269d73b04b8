import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cuttable } from '../../test/servers/cuttable.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../test/servers/postgres.ts';
import type { NewEvent } from '../model/event.ts';
import { readEvents } from './events.ts';
import { openStore, type StoreOptions } from './open.ts';
import type { Store } from './store.ts';

const bin = postgresPrograms();

describe('mistakes and faults on sqlite', () => {
  faults(async (dataDir) => ({ dataDir }));
});

describe.skipIf(!bin)(
  bin ? 'mistakes and faults on postgres' : 'mistakes and faults on postgres (skipped: not installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    const fresh = () => server.database(`faults_${++count}`);
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());

    faults(async (dataDir) => ({ dataDir, databaseUrl: await fresh() }));

    it('renews the epoch on another server or after a promotion', async () => {
      const options = { dataDir: '', databaseUrl: await fresh() };
      const first = await openStore(options);
      await first.close();
      const second = await openStore(options);
      expect(second.epoch).toBe(first.epoch);
      await second.write({ lane: 'run' }, ({ tx }) =>
        tx.updateTable('meta').set({ value: '7:00000001:5' }).where('key', '=', 'server').execute(),
      );
      await second.close();
      const restored = await openStore(options);
      expect(restored.epoch).not.toBe(first.epoch);
      await restored.close();
    });

    it('goes on without a process whose line was cut in the middle of a transaction', async () => {
      const databaseUrl = await fresh();
      await using line = await cuttable(Number(new URL(databaseUrl).port));
      const through = new URL(databaseUrl);
      through.port = String(line.port);
      const near = await openStore({ dataDir: '', databaseUrl });
      const far = await openStore({ dataDir: '', databaseUrl: through.href });
      await near.write({ lane: 'run' }, ({ tx }) => insert(tx, 'k-held'));
      const held = Promise.withResolvers<void>();
      const cutOff = far.write({ lane: 'run' }, async ({ tx }) => {
        await tx.updateTable('meta').set({ value: 'far' }).where('key', '=', 'k-held').execute();
        line.cut();
        held.resolve();
        await insert(tx, 'k-never');
      });
      cutOff.catch(() => undefined);
      await held.promise;
      await near.write({ lane: 'run' }, async ({ tx }) => {
        await tx.updateTable('meta').set({ value: 'near' }).where('key', '=', 'k-held').execute();
      });
      line.heal();
      await expect(cutOff).rejects.toMatchObject({ code: 'store-unavailable' });
      await Promise.all([near.close(), far.close()]);
    }, 40_000);

    it('says that the database does not answer when it went away', async () => {
      const mine = await startPostgres(bin as string);
      const store = await openStore({ dataDir: '', databaseUrl: await mine.database('gone') });
      await mine.stop();
      await expect(store.head()).rejects.toMatchObject({ code: 'store-unavailable' });
      await expect(store.write({ lane: 'run' }, ({ tx }) => insert(tx, 'a'))).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      await store.close();
    });
  },
);

type Tx = Parameters<Parameters<Store['write']>[1]>[0]['tx'];

function faults(place: (dataDir: string) => Promise<StoreOptions>) {
  let dataDir: string;
  let store: Store;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-faults-'));
    store = await openStore(await place(dataDir));
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const keys = async () => {
    const rows = await store.db.selectFrom('meta').select('key').where('key', 'like', 'k-%').execute();
    return rows.map((row) => row.key);
  };

  it('says that a value is there already', async () => {
    await store.write({ lane: 'run' }, ({ tx }) => insert(tx, 'k-a'));
    await expect(store.write({ lane: 'run' }, ({ tx }) => insert(tx, 'k-a'))).rejects.toMatchObject({
      code: 'already-exists',
    });
  });

  it('stores nothing after a statement failed, even when its error was swallowed', async () => {
    await store.write({ lane: 'run' }, ({ tx }) => insert(tx, 'k-a'));
    const swallowed = store.write({ lane: 'run' }, async ({ tx }) => {
      await insert(tx, 'k-b');
      await insert(tx, 'k-a').catch(() => undefined);
    });
    await expect(swallowed).rejects.toMatchObject({ code: 'already-exists' });
    const goesOn = store.write({ lane: 'run' }, async ({ tx }) => {
      await insert(tx, 'k-a').catch(() => undefined);
      await insert(tx, 'k-c');
    });
    await expect(goesOn).rejects.toMatchObject({ code: 'already-exists' });
    expect(await keys()).toEqual(['k-a']);
  });

  it('refuses a write inside of a write instead of waiting for itself', async () => {
    const nested = store.write({ lane: 'run' }, async ({ tx }) => {
      await insert(tx, 'k-a');
      await store.write({ lane: 'run' }, (inner) => insert(inner.tx, 'k-b'));
    });
    await expect(nested).rejects.toMatchObject({ code: 'internal' });
    expect(await keys()).toEqual([]);
  });

  it('lets one write start another that it does not wait for', async () => {
    let later: Promise<unknown> | undefined;
    store.onCommit(() => {
      later ??= store.write({ lane: 'run' }, ({ tx }) => insert(tx, 'k-b'));
    });
    await store.write({ lane: 'run' }, async ({ tx, emit }) => {
      await insert(tx, 'k-a');
      emit(event('run_x'));
    });
    await expect.poll(() => later !== undefined).toBe(true);
    await later;
    expect(await keys()).toEqual(['k-a', 'k-b']);
  });

  it('refuses an event whose payload is not what its type says', async () => {
    const wrong = { ...event('run_x'), type: 'run.artifact', data: { artifact: 1 } } as unknown as NewEvent;
    const unknown = { ...event('run_x'), type: 'run.vanished' } as unknown as NewEvent;
    for (const bad of [wrong, unknown]) {
      const write = store.write({ lane: 'run' }, async ({ tx, emit }) => {
        await insert(tx, 'k-a');
        emit(bad);
      });
      await expect(write).rejects.toMatchObject({ code: 'internal' });
    }
    expect(await keys()).toEqual([]);
    expect(await readEvents(store.db, { after: 0, limit: 10 })).toEqual([]);
  });

  it('has no transaction and no writing on the reading side, and says so', async () => {
    await expect(store.db.transaction().execute((tx) => insert(tx, 'k-a'))).rejects.toMatchObject({
      code: 'internal',
    });
    await expect(insert(store.db, 'k-a')).rejects.toMatchObject({ code: 'internal' });
    expect(await keys()).toEqual([]);
  });

  it('keeps text that a database refuses as a visible escape, as value and as search', async () => {
    for (const [text, visible] of [
      ['k-nul\u0000', 'k-nul\\u0000'],
      ['k-lone\ud800', 'k-lone\\ud800'],
    ] as const) {
      await store.write({ lane: 'run' }, ({ tx }) => insert(tx, text));
      expect(await keys()).toContain(visible);
      expect(await store.db.selectFrom('meta').select('key').where('key', '=', text).execute()).toEqual([
        { key: visible },
      ]);
    }
  });

  it('takes keys longer than an index entry of PostgreSQL may be', async () => {
    const long = randomBytes(6_000).toString('base64');
    await store.write({ lane: 'run' }, async ({ tx }) => {
      const row = { id: 'ast_1', project: 'prj_default', kind: 'folder', key: long, name: 'x', created: 1 };
      await tx.insertInto('asset').values(row).execute();
      const ref = { finding: 'fnd_1', project: 'prj_default', kind: 'purl', value: long };
      await tx.insertInto('finding_ref').values(ref).execute();
      await tx
        .insertInto('scope_entry')
        .values({
          id: 'scp_1',
          project: 'prj_default',
          kind: 'path',
          value: long,
          created: 1,
          actor: 'system',
        })
        .execute();
    });
    const again = store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('asset')
        .values({ id: 'ast_2', project: 'prj_default', kind: 'folder', key: long, name: 'x', created: 1 })
        .execute(),
    );
    await expect(again).rejects.toMatchObject({ code: 'already-exists' });
    const found = await store.db.selectFrom('finding_ref').selectAll().where('value', '=', long).execute();
    expect(found.map((row) => row.finding)).toEqual(['fnd_1']);
  });

  it('takes a payload of ten megabytes', async () => {
    const note = 'a"\n'.repeat(3_500_000);
    await store.write({ lane: 'run' }, async ({ emit }) =>
      emit({ ...event('run_x'), type: 'run.progress', data: { done: 1, total: null, note } }),
    );
    const [row] = await readEvents(store.db, { after: 0, limit: 1 });
    expect(JSON.parse(row?.data ?? '{}').note === note).toBe(true);
  });

  it('serves who came in a better lane first', async () => {
    const order: string[] = [];
    const gates: (() => void)[] = [];
    const blocked = () => new Promise<void>((resolve) => gates.push(resolve));
    const width = store.dialect === 'sqlite' ? 1 : 6;
    const blockers = Array.from({ length: width }, () => store.write({ lane: 'bulk' }, blocked));
    await expect.poll(() => gates.length).toBe(width);
    const waiting = (['bulk', 'run', 'interactive'] as const).map((lane) =>
      store.write({ lane }, async ({ tx }) => {
        order.push(lane);
        await sql`select 1`.execute(tx);
      }),
    );
    // One place becomes free, so that one after the other gets it.
    gates[0]?.();
    await Promise.all(waiting);
    for (const open of gates) open();
    await Promise.all(blockers);
    expect(order).toEqual(['interactive', 'run', 'bulk']);
  });
}

async function insert(tx: Tx | Store['db'], key: string): Promise<void> {
  await tx.insertInto('meta').values({ key, value: key }).execute();
}

function event(subject: string): NewEvent {
  return { type: 'run.cancelling', project: 'prj_default', actor: 'system', subject, data: {} };
}
