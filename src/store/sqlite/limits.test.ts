import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import type { NewEvent } from '../../model/event.ts';
import { openStore } from '../open.ts';
import { startThread } from './link.ts';

const small = mountSmall();
afterAll(() => {
  if (!small) return;
  execFileSync('umount', [small]);
  rmSync(small, { recursive: true });
});

it('refuses an answer that would take the memory of the whole process', async () => {
  await inFolder(async (dataDir) => {
    const store = await openStore({ dataDir });
    const many = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000000)
      select i from n`.execute(store.db);
    await expect(many).rejects.toMatchObject({ code: 'too-large' });
    const long = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 12)
      select hex(zeroblob(10000000 + i)) as text from n`.execute(store.db);
    await expect(long).rejects.toMatchObject({ code: 'too-large' });
    expect(await store.head()).toBe(0);
    await store.close();
  });
});

it('replaces a thread that ended, and goes on to watch', async () => {
  await inFolder(async (dataDir) => {
    const store = await openStore({ dataDir });
    let changes = 0;
    const file = join(dataDir, 'sentinelx.db');
    const link = await startThread({ file, role: 'reader', memoryMb: 8 }, { changed: () => changes++ });
    await link.ask({ op: 'watch', on: true });
    const read = (text: string) => link.ask({ op: 'query', sql: text, parameters: [], inTransaction: false });
    const many = read(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000)
      select i, i as j, i as k from n`);
    await expect(many).rejects.toMatchObject({ code: 'internal' });
    expect((await read('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.insertInto('meta').values({ key: 'k-a', value: '' }).execute(),
    );
    await expect.poll(() => changes, { timeout: 2_000 }).toBeGreaterThan(0);
    await link.close();
    await store.close();
  });
});

it.skipIf(!small)(
  small ? 'survives a full disk' : 'survives a full disk (skipped: no small file system can be mounted)',
  async () => {
    const dataDir = small as string;
    const filler = join(dataDir, 'filler');
    await writeFile(filler, Buffer.alloc(2_000_000));
    const store = await openStore({ dataDir });
    let acknowledged = 0;
    const write = () =>
      store.write({ lane: 'run' }, async ({ tx, emit }) => {
        const value = randomBytes(20_000).toString('hex');
        await tx
          .insertInto('meta')
          .values({ key: `k-${acknowledged}`, value })
          .execute();
        emit(event(`run_${acknowledged}`));
      });
    const fill = async () => {
      for (;;) {
        await write();
        acknowledged++;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'disk-full' });
    expect(acknowledged).toBeGreaterThan(10);
    const stored = async () =>
      (await store.db.selectFrom('meta').select('key').where('key', 'like', 'k-%').execute()).length;
    expect(await stored()).toBe(acknowledged);
    await rm(filler);
    await write();
    expect(await stored()).toBe(acknowledged + 1);
    expect(await store.head()).toBe(acknowledged + 1);
    expect(await store.check()).toBe('ok');
    await store.close();
  },
);

function event(subject: string): NewEvent {
  return { type: 'run.cancelling', project: 'prj_default', actor: 'system', subject, data: {} };
}

async function inFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-faults-'));
  try {
    await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A file system of eight megabytes, when this user may mount one. */
function mountSmall(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    return undefined;
  }
}
