import { hostname } from 'node:os';
import { newId } from '../lib/ids.ts';
import { type RunRow, unfinishedRuns } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { isAlive, processStart } from './reaper.ts';
import type { RunEnded } from './run-ended.ts';

const HEARTBEAT_MS = 5_000;
/** A process of another host cannot be looked at: it is dead when its heart has not beaten for so long. */
const FOREIGN_DEAD_MS = 60_000;

/** This process as the others on the store see it, and what it does about those that died. */
export async function openInstance(
  store: Store,
  { role, version, runEnded }: { role: 'server' | 'cli'; version: string; runEnded?: RunEnded | undefined },
) {
  const instance = newId('ins');
  await register();
  const heartbeat = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();

  async function register(): Promise<void> {
    const row = {
      id: instance,
      pid: process.pid,
      started: Number(processStart(process.pid) ?? 0),
      host: hostname(),
      role,
      heartbeat: Date.now(),
      version,
    };
    await store.write({ lane: 'interactive', label: 'instance.register' }, ({ tx }) =>
      tx.insertInto('instances').values(row).execute(),
    );
  }

  async function beat(): Promise<void> {
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('instances').set({ heartbeat: Date.now() }).where('id', '=', instance).execute(),
    );
  }

  /** Runs whose process is gone end as interrupted; what was only queued there is taken over by a server. */
  async function recover(takeOver: (run: string) => void): Promise<void> {
    const known = await store.db.selectFrom('instances').selectAll().execute();
    const living = new Set(known.filter((row) => row.id === instance || lives(row)).map((row) => row.id));
    for (const row of await unfinishedRuns(store.db)) {
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
    const row = await store.db.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirst();
    return row !== undefined && lives(row);
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

function lives(row: { pid: number; started: number; host: string; heartbeat: number }): boolean {
  if (row.host !== hostname()) return Date.now() - row.heartbeat < FOREIGN_DEAD_MS;
  return isAlive(row.pid) && Number(processStart(row.pid) ?? 0) === row.started;
}
