import { ERROR_CODES } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Permission } from '../../model/permission.ts';
import { hasEnded, type RunStatus } from '../../model/run.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { Principal } from '../new-run.ts';
import type { RunJobAction, RunJobRow } from './job-rows.ts';

export interface RunJobParts {
  store: Store;
  engine: Pick<Engine, 'cancel' | 'rerun' | 'lives'>;
  callerOf(job: {
    principal: string;
    token: string | null;
    project: string;
    needs: Permission;
  }): Promise<Principal>;
  /** This process, as it holds a lease. */
  worker: string;
}

const NEEDS: Readonly<Record<RunJobAction, Permission>> = { cancel: 'run:cancel', rerun: 'run:create' };
/** A process that works on a job says so again with every run. */
const LEASE_MS = 30_000;
const BATCH = 200;

/** Somebody stopped it, or another process has it: nothing of this run is changed then. */
class Lost extends Error {}

/** Jobs that nobody works on, oldest first. */
export async function unattendedJobs({ store, worker, engine }: RunJobParts): Promise<string[]> {
  const rows = await store.db
    .selectFrom('run_job')
    .select(['id', 'worker', 'lease'])
    .where('ended', 'is', null)
    .orderBy('id')
    .execute();
  const ids: string[] = [];
  for (const row of rows) if (await isFree({ worker, engine }, row)) ids.push(row.id);
  return ids;
}

async function isFree(
  { worker, engine }: Pick<RunJobParts, 'worker' | 'engine'>,
  row: { worker: string | null; lease: number | null },
): Promise<boolean> {
  if (row.worker === null || row.worker === worker || (row.lease ?? 0) < Date.now()) return true;
  return !(await engine.lives(row.worker));
}

/** Run by run, each in the transaction that also says so: a crash loses none and does none twice. */
export async function workOnJob(parts: RunJobParts, id: string, signal: AbortSignal): Promise<void> {
  let row = await take(parts, id);
  while (row && !signal.aborted) {
    const items = await parts.store.db
      .selectFrom('run_job_item')
      .select('run')
      .where('job', '=', id)
      .where('state', '=', 'planned')
      .orderBy('run')
      .limit(BATCH)
      .execute();
    if (row.status === 'stopping' || items.length === 0)
      return end(parts, id, row.status === 'stopping' ? 'stopped' : 'done');
    const caller = await callerOf(parts, row);
    if (caller instanceof SentinelError) return end(parts, id, 'failed', caller.message);
    for (const { run } of items) {
      if (signal.aborted) break;
      if ((await doOne(parts, { job: row, run, caller })) === 'lost') break;
    }
    row = await read(parts, id);
  }
  if (row) await release(parts, id);
}

/** From nobody, from who died, or from whose lease is over. */
async function take(parts: RunJobParts, id: string): Promise<RunJobRow | undefined> {
  const row = await parts.store.db.selectFrom('run_job').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.ended !== null || !(await isFree(parts, row))) return undefined;
  return parts.store.write({ lane: 'bulk' }, ({ tx }) =>
    tx
      .updateTable('run_job')
      .set({ worker: parts.worker, lease: Date.now() + LEASE_MS })
      .where('id', '=', id)
      .where('ended', 'is', null)
      .where('worker', row.worker === null ? 'is' : '=', row.worker)
      .returningAll()
      .executeTakeFirst(),
  );
}

function read({ store, worker }: RunJobParts, id: string): Promise<RunJobRow | undefined> {
  return store.db
    .selectFrom('run_job')
    .selectAll()
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('ended', 'is', null)
    .executeTakeFirst();
}

/** Who lost the account or the permission since does nothing more. */
async function callerOf(parts: RunJobParts, row: RunJobRow): Promise<Principal | SentinelError> {
  try {
    const { actor: principal, token, project } = row;
    return await parts.callerOf({ principal, token, project, needs: NEEDS[row.action] });
  } catch (error) {
    if (isAnswer(error)) return error;
    throw error;
  }
}

/** What was wrong with the request; everything else is a state of this server that passes, and the job is tried again. */
function isAnswer(error: unknown): error is SentinelError {
  return error instanceof SentinelError && ERROR_CODES[error.code].status < 500;
}

interface One {
  job: RunJobRow;
  run: string;
  caller: Principal;
}

async function doOne(parts: RunJobParts, one: One): Promise<'done' | 'lost'> {
  const { store, engine } = parts;
  const { job, run, caller } = one;
  try {
    const active = await isActive(store, run);
    if (job.action === 'rerun' && active) await skip(parts, one, { reason: 'run-active', message: null });
    else if (job.action === 'cancel')
      await engine.cancel(run, caller, (write) => advance(write, parts, one, null));
    else await engine.rerun(run, caller, (write, made) => advance(write, parts, one, made));
    return 'done';
  } catch (error) {
    if (error instanceof Lost) return 'lost';
    if (!isAnswer(error)) throw error;
    return skip(parts, one, { reason: error.code, message: error.message });
  }
}

async function isActive(store: Store, run: string): Promise<boolean> {
  const row = await store.db.selectFrom('run').select('status').where('id', '=', run).executeTakeFirst();
  return row !== undefined && !hasEnded(row.status as RunStatus);
}

/** In the transaction that changes the run: it counts only while this process holds the job and nobody stopped it. */
async function advance(
  { tx }: Pick<WriteContext, 'tx'>,
  { worker }: RunJobParts,
  { job, run }: One,
  made: string | null,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('run_job')
    .set((e) => ({ lease: Date.now() + LEASE_MS, done: e('done', '+', 1), changed: e('changed', '+', 1) }))
    .where('id', '=', job.id)
    .where('worker', '=', worker)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Lost();
  await tx
    .updateTable('run_job_item')
    .set({ state: 'changed', made })
    .where('job', '=', job.id)
    .where('run', '=', run)
    .execute();
}

async function skip(
  { store, worker }: RunJobParts,
  { job, run }: One,
  why: { reason: string; message: string | null },
): Promise<'done' | 'lost'> {
  return store.write({ lane: 'bulk' }, async ({ tx }) => {
    // Nobody else writes it while the lease is held.
    const row = await tx
      .selectFrom('run_job')
      .select(['skipped', 'done'])
      .where('id', '=', job.id)
      .where('worker', '=', worker)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (!row) return 'lost';
    const skipped = JSON.parse(row.skipped) as Record<string, number>;
    skipped[why.reason] = (skipped[why.reason] ?? 0) + 1;
    await tx
      .updateTable('run_job')
      .set({ lease: Date.now() + LEASE_MS, done: row.done + 1, skipped: JSON.stringify(skipped) })
      .where('id', '=', job.id)
      .execute();
    await tx
      .updateTable('run_job_item')
      .set({ state: 'skipped', ...why })
      .where('job', '=', job.id)
      .where('run', '=', run)
      .execute();
    return 'done';
  });
}

function end(
  { store, worker }: RunJobParts,
  id: string,
  status: 'done' | 'stopped' | 'failed',
  error: string | null = null,
): Promise<void> {
  return store.write({ lane: 'bulk' }, async ({ tx, emit }) => {
    const row = await tx
      .updateTable('run_job')
      .set({ status, error, ended: Date.now(), worker: null, lease: null })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .where('ended', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (!row) return;
    emit({
      type: 'run-job.ended',
      project: row.project,
      actor: row.actor,
      subject: row.id,
      data: { action: row.action, status, changed: row.changed, skipped: row.done - row.changed },
    });
  });
}

/** What is not done yet is for whoever comes next, and not only when the lease is over. */
async function release({ store, worker }: RunJobParts, id: string): Promise<void> {
  await store.write({ lane: 'bulk' }, ({ tx }) =>
    tx
      .updateTable('run_job')
      .set({ worker: null, lease: null })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .where('ended', 'is', null)
      .execute(),
  );
}
