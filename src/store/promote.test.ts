import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../test/servers/postgres.ts';
import { openStore } from './open.ts';
import { promote, undoPromotion } from './promote.ts';
import type { Store } from './store.ts';

const bin = postgresPrograms();

describe.skipIf(!bin)(bin ? 'promote' : 'promote (skipped: no PostgreSQL is installed)', () => {
  let server: PostgresServer;
  let dataDir: string;
  let url: string;
  let count = 0;
  beforeAll(async () => {
    server = await startPostgres(bin as string);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-promote-'));
    url = await server.database(`promote_${++count}`);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const options = (more: Partial<Parameters<typeof promote>[0]> = {}) => ({
    dataDir,
    url,
    isAlive: () => false,
    ...more,
  });

  /** Rows of every kind of value: long text, bytes, null, reals, events with their numbers, more than one page. */
  async function fill(): Promise<void> {
    const store = await openStore({ dataDir });
    await store.write({ lane: 'bulk' }, async ({ tx, emit }) => {
      for (let index = 0; index < 1_203; index += 1) {
        emit({
          type: 'run.progress',
          project: 'prj_default',
          actor: 'system',
          subject: `run_${index}`,
          data: { done: index, total: null, note: `ü ${index} "quoted" \\ 😀` },
        });
        await tx
          .insertInto('finding_fingerprint')
          .values({
            finding: `fnd_${index}`,
            kind: 'exact',
            version: 1,
            value: new Uint8Array([index % 256, 0, 255]),
          })
          .execute();
      }
      await tx
        .insertInto('project')
        .values({ id: 'prj_b', slug: 'b', name: 'B'.repeat(9_000), created: 1 })
        .execute();
      await tx
        .insertInto('reader_cursor')
        .values({ reader: 'siem', epoch: 'old', seq: 77, updated: 1 })
        .execute();
      await tx.insertInto('meta').values({ key: 'access-version', value: '9' }).execute();
    });
    await store.close();
  }

  async function content(store: Store): Promise<unknown> {
    const events = await store.db.selectFrom('event').selectAll().orderBy('seq').execute();
    const prints = await store.db.selectFrom('finding_fingerprint').selectAll().orderBy('finding').execute();
    const projects = await store.db.selectFrom('project').selectAll().orderBy('id').execute();
    return {
      events,
      projects,
      prints: prints.map((print) => ({ ...print, value: Buffer.from(print.value).toString('hex') })),
    };
  }

  test('everything is there, with the same numbers, and the log goes on after them', async () => {
    await fill();
    const before = await openStore({ dataDir });
    const wanted = await content(before);
    await before.close();
    const seen: string[] = [];
    const report = await promote(options({ progress: (table) => seen.push(table) }));
    expect(report.find((table) => table.name === 'event')).toMatchObject({ rows: 1_203 });
    expect(report.find((table) => table.name === 'event')?.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(seen)).toContain('finding_fingerprint');
    const after = await openStore({ dataDir, databaseUrl: url });
    expect(await content(after)).toEqual(wanted);
    const head = await after.head();
    await after.write({ lane: 'run' }, async ({ emit }) =>
      emit({ type: 'run.cancelling', project: 'prj_default', actor: 'system', subject: 'x', data: {} }),
    );
    expect(await after.head()).toBeGreaterThan(head);
    const cursor = await after.db.selectFrom('reader_cursor').selectAll().executeTakeFirst();
    expect(cursor).toMatchObject({ seq: 77, epoch: after.epoch });
    const version = await after.db
      .selectFrom('meta')
      .select('value')
      .where('key', '=', 'access-version')
      .executeTakeFirst();
    expect(version?.value).toBe('9');
    await after.close();
  });

  test('the old store is left: opening it says where to, undo brings it back unchanged', async () => {
    await fill();
    await promote(options());
    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'store-moved' });
    await expect(promote(options())).rejects.toMatchObject({ code: 'store-moved' });
    expect((await undoPromotion(dataDir)).to).toBe(new URL(url).host + new URL(url).pathname);
    const store = await openStore({ dataDir });
    expect(await store.check()).toBe('ok');
    expect(await store.head()).toBe(1_203);
    await store.close();
    await expect(undoPromotion(dataDir)).rejects.toMatchObject({ code: 'not-possible-now' });
  });

  test('a database with rows, or a store in use, is refused and nothing is changed', async () => {
    await fill();
    const taken = await openStore({ dataDir, databaseUrl: url });
    await taken.write({ lane: 'run' }, async ({ tx }) => {
      await tx
        .insertInto('scope_entry')
        .values({ id: 's', project: 'p', kind: 'host', value: 'h', created: 1, actor: 'a' })
        .execute();
    });
    await taken.close();
    await expect(promote(options())).rejects.toMatchObject({ code: 'in-use' });
    const store = await openStore({ dataDir });
    await store.write({ lane: 'run' }, async ({ tx }) => {
      const row = { id: 'ins_x', pid: 1, started: 1, host: 'h', role: 'server', heartbeat: 1, version: '0' };
      await tx.insertInto('instances').values(row).execute();
    });
    await store.close();
    await expect(promote(options({ isAlive: () => true }))).rejects.toMatchObject({ code: 'in-use' });
    const still = await openStore({ dataDir });
    expect(await still.head()).toBe(1_203);
    await still.close();
  });

  test('what the other side changed is noticed before it counts', async () => {
    await fill();
    const first = await openStore({ dataDir, databaseUrl: url });
    // A trigger stands for whatever alters data on its way.
    await first.close();
    const pg = (await import('pg')).default;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`create function spoil() returns trigger language plpgsql as $$ begin new.name := 'spoilt'; return new; end $$;
      create trigger spoil before insert on project for each row execute function spoil()`);
    await client.end();
    await expect(promote(options())).rejects.toMatchObject({ code: 'store-broken' });
    const store = await openStore({ dataDir });
    expect(await sql`select 1`.execute(store.db)).toBeTruthy();
    await store.close();
  });
});
