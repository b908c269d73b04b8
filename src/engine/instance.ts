import { hostname } from 'node:os';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { newId } from '../lib/ids.ts';
import { type RunRow, unfinishedRuns } from '../store/runs.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { lockWorkflowRun } from './lock-order.ts';
import { isAlive, processStart } from './reaper.ts';
import { endAbandoned } from './run-change-set.ts';
import type { RunEnded } from './run-ended.ts';

export type Role = 'server' | 'worker' | 'cli';

const HEARTBEAT_MS = 5_000;
/** A process of another host cannot be looked at: it is dead when its heart has not beaten for so long. */
export const DEAD_MS = 60_000;

export interface InstanceOptions {
  role: Role;
  version: string;
  runEnded?: RunEnded | undefined;
  /** JSON: what this process says of itself to the others. */
  about?: (() => Promise<string>) | undefined;
  deadMs?: number | undefined;
  /** Whether this process is at that run, or has it in its queue. */
  has?(run: string): boolean;
}

/** This process as the others on the store see it, and what it does about those that died. */
export async function openInstance(store: Store, options: InstanceOptions) {
  const { role, version, runEnded, deadMs = DEAD_MS } = options;
  const instance = newId('ins');
  /** Runs that are ours and that nobody here is at, when they were looked for the last time. */
  let lost = new Set<string>();
  await register();
  const heartbeat = setInterval(() => void beat().catch(() => undefined), Math.min(HEARTBEAT_MS, deadMs / 4));
  heartbeat.unref();

  async function register(): Promise<void> {
    const row = {
      id: instance,
      pid: process.pid,
      started: Number(processStart(process.pid) ?? 0),
      host: hostname(),
      role,
      heartbeat: storeTime(store.dialect),
      version,
      about: (await options.about?.()) ?? null,
    };
    await store.write({ lane: 'interactive', label: 'instance.register' }, ({ tx }) =>
      tx.insertInto('instances').values(row).execute(),
    );
  }

  async function beat(): Promise<void> {
    const about = (await options.about?.()) ?? null;
    const result = await store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .updateTable('instances')
        .set({ heartbeat: storeTime(store.dialect), about })
        .where('id', '=', instance)
        .executeTakeFirst(),
    );
    // Others took it for dead, and what it was at was given to them: what comes late is refused by its number.
    if (result.numUpdatedRows === 0n) await register();
  }

  /** Runs whose process is gone end as interrupted; what was only queued there is taken over by a server. */
  async function recover(takeOver: (run: string) => void): Promise<void> {
    // In this order: an instance is stored before its first run, so that none of a server that has just come is taken for lost.
    const unfinished = await unfinishedRuns(store.db);
    const known = await instances(store.db, store.dialect);
    const living = new Set(
      known.filter((row) => row.id === instance || lives(row, deadMs)).map((row) => row.id),
    );
    await findLost(unfinished, takeOver);
    for (const row of unfinished) {
      if (row.instance !== null && living.has(row.instance)) continue;
      if (row.status === 'queued' && role === 'server') {
        const taken = await store.write({ lane: 'run', label: 'run.takeover' }, async ({ tx }) => {
          const result = await tx
            .updateTable('run')
            .set({ instance, fence: row.fence + 1 })
            .where('id', '=', row.id)
            .where('fence', '=', row.fence)
            .executeTakeFirst();
          return result.numUpdatedRows > 0n;
        });
        if (taken) takeOver(row.id);
      } else if (row.status !== 'queued') await interrupt(store, row, { runEnded });
    }
    const dead = known.map((row) => row.id).filter((id) => !living.has(id));
    if (dead.length > 0)
      await store.write({ lane: 'bulk', label: 'instance.sweep' }, ({ tx }) =>
        tx.deleteFrom('instances').where('id', 'in', dead).execute(),
      );
  }

  /** Of a commit whose answer did not come this process does not know that it was done: the run is ours, and nobody is at it. */
  async function findLost(unfinished: readonly RunRow[], takeOver: (run: string) => void): Promise<void> {
    const { has } = options;
    if (!has) return;
    const now = unfinished.filter((row) => row.instance === instance && !has(row.id));
    // A run that was stored just now may come to its place a moment later.
    for (const row of now.filter(({ id }) => lost.has(id))) {
      if (row.status === 'queued') takeOver(row.id);
      else await interrupt(store, row, { runEnded });
    }
    lost = new Set(now.map((row) => row.id));
  }

  /** Nothing of this instance is left to be recovered. */
  async function close(): Promise<void> {
    clearInterval(heartbeat);
    await store
      .write({ lane: 'interactive' }, ({ tx }) =>
        tx.deleteFrom('instances').where('id', '=', instance).execute(),
      )
      .catch(() => undefined);
  }

  /** Whether the process of an instance is at work. */
  async function livesHere(id: string): Promise<boolean> {
    if (id === instance) return true;
    return (await instancesAlive(store.db, deadMs, store.dialect)).some((row) => row.id === id);
  }

  return { id: instance, recover, lives: livesHere, close };
}

const PROCESS_GONE = {
  code: 'task-crashed',
  message: 'The process that ran it ended. What it had reported is kept; run it again to complete it.',
};

/** Ends a run that nobody goes on with; one that has changed meanwhile is left alone. */
export function interrupt(
  store: Store,
  row: RunRow,
  {
    error = PROCESS_GONE,
    runEnded,
  }: { error?: { code: string; message: string }; runEnded?: RunEnded | undefined },
): Promise<void> {
  return store.write({ lane: 'run', label: 'run.interrupt' }, async (context) => {
    const { tx, emit } = context;
    await lockWorkflowRun(context, store.dialect, row);
    const status = row.status === 'cancelling' ? 'cancelled' : 'interrupted';
    const result = await tx
      .updateTable('run')
      .set({
        status,
        ended: Date.now(),
        fence: row.fence + 1,
        error_code: error.code,
        error_message: error.message,
      })
      .where('id', '=', row.id)
      .where('fence', '=', row.fence)
      .where('status', '=', row.status)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) return;
    await endAbandoned(context, row, error.message);
    emit({
      type: 'run.ended',
      project: row.project,
      actor: 'system',
      subject: row.id,
      run: row.id,
      data: { status, counts: JSON.parse(row.counts), error },
    });
    await runEnded?.(context, row, { status, output: null, error });
  });
}

/** A worker that is reached through this process: it counts as a member for as long as it gives signs of life. */
export function remoteMembers(store: Store) {
  const time = () => storeTime(store.dialect);
  return {
    async add(member: { pid: number; host: string; version: string; about: string }): Promise<string> {
      const id = newId('ins');
      const row = { id, ...member, started: 0, role: 'remote', heartbeat: time() };
      await store.write({ lane: 'run' }, ({ tx }) => tx.insertInto('instances').values(row).execute());
      return id;
    },
    async beat(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      await store.write({ lane: 'run' }, ({ tx }) =>
        tx.updateTable('instances').set({ heartbeat: time() }).where('id', 'in', ids).execute(),
      );
    },
    async remove(id: string): Promise<void> {
      await store.write({ lane: 'run' }, ({ tx }) =>
        tx.deleteFrom('instances').where('id', '=', id).execute(),
      );
    },
  };
}

type InstanceRow = Selectable<Database['instances']> & { now: number };

/** Those whose process is at work, as far as one can see. */
export async function instancesAlive(
  db: Kysely<Database>,
  deadMs: number,
  dialect: Store['dialect'],
): Promise<InstanceRow[]> {
  return (await instances(db, dialect)).filter((row) => lives(row, deadMs));
}

async function instances(db: Kysely<Database>, dialect: Store['dialect']): Promise<InstanceRow[]> {
  const rows = await db.selectFrom('instances').selectAll().select(storeTime(dialect).as('now')).execute();
  return rows.map((row) => ({ ...row, now: Number(row.now), heartbeat: Number(row.heartbeat) }));
}

/** Hosts have clocks of their own, and those jump: where there may be several hosts, the database's counts. */
function storeTime(dialect: Store['dialect']): RawBuilder<number> {
  return dialect === 'postgres'
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`${Date.now()}`;
}

function lives(row: InstanceRow, deadMs: number): boolean {
  if (row.host !== hostname()) return row.now - row.heartbeat < deadMs;
  return isAlive(row.pid) && Number(processStart(row.pid) ?? 0) === row.started;
}
