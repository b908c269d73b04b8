import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { enterEpoch, leaveEpoch } from '../epoch.ts';
import { findingsIndex } from '../findings-index/link.ts';
import { type GuardRules, guarded } from '../guard.ts';
import { createLanes } from '../lanes.ts';
import { createListeners } from '../listeners.ts';
import { MIGRATIONS, migrate, pending } from '../migrate.ts';
import { refuseMoved } from '../moved.ts';
import type { Database } from '../schema.ts';
import type { Store } from '../store.ts';
import { createWrite } from '../write.ts';
import { threadDialect } from './dialect.ts';
import { startThread, type ThreadLink } from './link.ts';
import { logMover } from './log-mover.ts';
import { logSync } from './log-sync.ts';

/** The embedded store: `sentinelx.db` in the data folder, one writing and one reading thread. */
export async function openSqlite(
  dataDir: string,
  { moved = 'refused' }: { moved?: 'refused' | 'allowed' } = {},
): Promise<Store> {
  const file = join(dataDir, 'sentinelx.db');
  await prepare(dataDir, file);
  const listeners = createListeners();
  const mover = logMover(file);
  const writer = await startThread({ file, role: 'writer' }, { grown: mover.move });
  const written = connect(writer, 'writes');
  const onDisk = logSync(file);
  const exclusive = createLanes();

  const transact = async <T>(work: (tx: Transaction<Database>) => Promise<T>) => {
    const result = await exclusive('interactive', () => written.transaction().execute(work));
    await onDisk();
    return result;
  };
  const opening = newId('open');
  let epoch: string;
  let reader: ThreadLink;
  try {
    const todo = await transact(pending);
    if (todo.length > 0 && todo.length < MIGRATIONS.length)
      await copyBefore(writer, file, `${todo[0]}-${opening}`);
    // Another process may have migrated in between: what is pending is asked again inside the transaction.
    await transact(async (tx) => migrate(tx, 'sqlite', await pending(tx)));
    if (moved === 'refused') await transact(refuseMoved);
    epoch = await transact((tx) => enterEpoch(tx, { opening }));
    reader = await startThread({ file, role: 'reader' }, { changed: listeners.wake });
  } catch (error) {
    await mover.close();
    await writer.close();
    throw error;
  }
  const db = connect(reader, 'reads');
  const findings = findingsIndex(file);

  return {
    dialect: 'sqlite',
    epoch,
    db,
    findings,
    ...createWrite({
      dialect: 'sqlite',
      exclusive,
      transact: (work) => written.transaction().execute(work),
      onDisk,
      committed: listeners.wake,
    }),
    onCommit(listener) {
      listeners.add(listener);
      if (listeners.size === 1) void reader.ask({ op: 'watch', on: true }).catch(() => undefined);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void reader.ask({ op: 'watch', on: false }).catch(() => undefined);
      };
    },
    wake: listeners.wake,
    async head() {
      const row = await db
        .selectFrom('event')
        .select((e) => e.fn.max('seq').as('head'))
        .executeTakeFirst();
      return Number(row?.head ?? 0);
    },
    async check() {
      const { rows } = await reader.ask({ op: 'check' });
      return (rows as { integrity_check: string }[]).map((row) => row.integrity_check).join('; ');
    },
    async close() {
      await transact((tx) => leaveEpoch(tx, opening)).catch(() => undefined);
      await findings.close();
      await mover.close();
      await reader.close();
      await writer.close();
    },
  };
}

function connect(link: ThreadLink, side: GuardRules['side']): Kysely<Database> {
  const fault = (cause: unknown) =>
    cause instanceof SentinelError
      ? cause
      : new SentinelError('internal', `Database: ${cause instanceof Error ? cause.message : cause}`, {
          cause,
        });
  return new Kysely<Database>({ dialect: guarded(threadDialect(link), { side, fault }) });
}

/** A name of its own: of two processes that start at once, both may find the change pending. */
async function copyBefore(writer: ThreadLink, file: string, change: string): Promise<void> {
  const copy = `${file}.before-${change}`;
  // SQLite fills an empty file, and would make a new one readable for everybody.
  await (await open(copy, 'wx', 0o600)).close();
  await writer.ask({ op: 'backup', file: copy });
}

async function prepare(dataDir: string, file: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a', 0o600);
    await handle.close();
    await chmod(file, 0o600);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOSPC')
      throw new SentinelError('disk-full', `There is no space left for ${file}.`, { cause });
    throw new SentinelError('data-dir', `The data folder ${dataDir} cannot be written (${code}).`, { cause });
  }
}
