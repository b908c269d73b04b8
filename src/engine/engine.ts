import type { Blobs } from '../blobs/blobs.ts';
import { createMasker } from '../findings/masker.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import type { ProxySettings } from '../net/proxy.ts';
import { currentCause } from '../store/cause.ts';
import { getRun, type RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { asError } from './as-error.ts';
import { assetOf } from './asset.ts';
import { cancelRun } from './cancel-run.ts';
import { openCatalogue } from './catalogue.ts';
import { createCheck } from './check-order.ts';
import type { RunElsewhere } from './elsewhere.ts';
import { followCancels } from './follow-cancels.ts';
import { createImports } from './import-receiver.ts';
import { interrupt, openInstance, type Role } from './instance.ts';
import { closePool } from './isolation/pool.ts';
import { type Checked, isLight, newRun, type Principal, principalOf } from './new-run.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { createPlaces } from './places.ts';
import { reapLeftovers } from './reaper.ts';
import { createPerform } from './record-run.ts';
import type { RunEnded } from './run-ended.ts';
import { type ReadSecret, withSecrets } from './run-secrets.ts';
import { saveRules } from './save-rules.ts';
import { sweepScratch } from './scratch.ts';

export interface EngineOptions {
  store: Store;
  dataDir: string;
  /** Key of the fingerprints. */
  key: Buffer;
  version: string;
  role: Role;
  /** JSON: what this process says of itself to the others. */
  about?: (() => Promise<string>) | undefined;
  /** A process of another host counts as dead after so long without a heart-beat. */
  deadMs?: number | undefined;
  limits: {
    memoryMb: number;
    timeSeconds: number;
    findings: number;
    logLines: number;
    concurrentRuns: number;
  };
  net: {
    userAgent: string;
    ratePerSecond: number;
    proxy?: ProxySettings | undefined;
    ca?: readonly string[] | undefined;
  };
  readSecret: ReadSecret;
  blobs: Blobs;
  uploads: { unpackedBytes: number };
  ownTasks: OwnTasks;
  runEnded?: RunEnded | undefined;
  /** A run has ended and left its place. */
  placesFree?: (() => void) | undefined;
}

/** What its caller stores in the same transaction, such as an audit entry. */
export type AlsoInIt = (context: WriteContext, run: string) => Promise<void>;

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const ABANDON_TRIES = 60;
const ABANDON_WAIT_MS = 1_000;

/** Runs tasks: checks what was asked for, keeps the queue of this process, and recovers what a dead one left. */
export async function startEngine(options: EngineOptions) {
  const { store, ownTasks } = options;
  const imports = createImports(store);
  const runEnded = imports.withReceipt(options.runEnded);
  const catalogue = openCatalogue(ownTasks);
  const { check, checkAll } = createCheck({ store, dataDir: options.dataDir, catalogue, ownTasks });
  const places = createPlaces({
    places: options.limits.concurrentRuns,
    execute,
    abandon,
    free: options.placesFree,
  });

  const perform = createPerform(options, { imports, runEnded, closing: () => places.closing() });

  reapLeftovers(options.dataDir);
  const instance = await openInstance(store, { ...options, runEnded, has: places.has });
  await instance.recover(places.enqueue);
  await sweepScratch(options.dataDir, async (run) => {
    const row = await store.db.selectFrom('run').select('status').where('id', '=', run).executeTakeFirst();
    return row !== undefined && !hasEnded(row.status as RunStatus);
  });

  async function start(
    taskId: string,
    params: unknown,
    principal: Principal,
    { rerunOf = null, also }: { rerunOf?: string | null; also?: AlsoInIt | undefined } = {},
  ): Promise<{ id: string; status: RunStatus }> {
    if (places.closing()) throw new SentinelError('not-possible-now', 'The server is shutting down.');
    const { task, params: parsed, target } = await checkAll(taskId, params, principal);
    const id = newId('run');
    await store.write({ lane: 'interactive', label: 'run.start' }, async (context) => {
      const asset = target ? await assetOf(context.tx, principal.project, target) : null;
      await saveRules(context.tx, task.id, task.rules);
      await context.tx
        .insertInto('run')
        .values({
          ...newRun({ id, task, params: parsed, target, asset, principal, instance: instance.id, rerunOf }),
          cause_run: currentCause()?.event ?? null,
        })
        .execute();
      context.emit({
        type: 'run.created',
        project: principal.project,
        actor: principal.id,
        subject: id,
        run: id,
        data: { task: task.id, target: target?.label ?? null },
      });
      await also?.(context, id);
    });
    places.enqueue(id);
    return { id, status: 'queued' };
  }

  /** Does the run of a step, whose row its caller has stored as running. */
  function adopt(row: RunRow, checked: Checked, elsewhere?: RunElsewhere): void {
    const work = (signal: AbortSignal) => perform(row, { checked, refusal: null, signal, elsewhere });
    places.adopt(row.id, { light: elsewhere !== undefined || isLight(checked.task), work });
  }

  /** Something broke around a run (the store, a full disk): it must not look as if it went on. */
  async function abandon(id: string, cause: unknown): Promise<void> {
    const { code, message } = asError(cause);
    for (let attempt = 0; attempt < ABANDON_TRIES && !places.closing(); attempt += 1) {
      try {
        const row = await getRun(store.db, id);
        if (!hasEnded(row.status as RunStatus))
          await interrupt(store, row, { error: { code, message }, runEnded });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, ABANDON_WAIT_MS));
      }
    }
  }

  async function execute(id: string, signal: AbortSignal): Promise<void> {
    const row = await begin(id);
    if (!row) return;
    let checked: Checked | undefined;
    let refusal: SentinelError | null = null;
    try {
      checked = await check(row.task, JSON.parse(row.params), principalOf(row));
    } catch (error) {
      refusal = asError(error);
    }
    await perform(row, { checked, refusal, signal });
  }

  /** Marks a queued run as running; undefined when somebody cancelled it before. */
  function begin(id: string): Promise<RunRow | undefined> {
    return store.write({ lane: 'run', label: 'run.begin' }, async ({ tx, emit }) => {
      const row = await tx.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      if (row?.status !== 'queued' || row.instance !== instance.id) return undefined;
      const started = Date.now();
      const { numUpdatedRows } = await tx
        .updateTable('run')
        .set({ status: 'running', started })
        .where('id', '=', id)
        .where('status', '=', 'queued')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return undefined;
      emit({
        type: 'run.started',
        project: row.project,
        actor: row.principal,
        subject: id,
        run: id,
        data: { instance: instance.id },
      });
      return { ...row, status: 'running', started };
    });
  }

  async function cancel(id: string, principal: Principal, also?: AlsoInIt): Promise<RunStatus> {
    const status = await cancelRun(store, id, { principal, also });
    places.abort(id);
    return status;
  }

  const stopFollowing = followCancels(store, { instance: instance.id, places });

  async function rerun(
    id: string,
    principal: Principal,
    also?: AlsoInIt,
  ): Promise<{ id: string; status: RunStatus }> {
    const row = await getRun(store.db, id);
    if (row.project !== principal.project) throw new SentinelError('not-found', `There is no run ${id}.`);
    return start(row.task, JSON.parse(row.params), principal, { rerunOf: id, also });
  }

  /** Resolves when the run has ended, whichever way. Only for runs of this process. */
  async function whenEnded(id: string): Promise<RunRow> {
    for (;;) {
      await places.ended(id);
      const row = await getRun(store.db, id);
      if (hasEnded(row.status as RunStatus)) return row;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends what runs (as interrupted) and leaves the queue to the next start. */
  async function close(): Promise<void> {
    stopFollowing();
    await places.close();
    await closePool(options.dataDir);
    await instance.close();
  }

  return {
    instance: instance.id,
    catalogue,
    check: checkAll,
    start,
    cancel,
    rerun,
    whenEnded,
    close,
    adopt,
    /** Parameters of a step with the secrets in them: to be checked, and stored nowhere. */
    async withSecrets(row: Parameters<typeof withSecrets>[0]): Promise<Record<string, unknown>> {
      return JSON.parse(await withSecrets(row, options.readSecret, createMasker()));
    },
    freePlaces: places.freePlaces,
    /** Runs of processes that died end as interrupted. */
    /** Resolves when this process is no longer at that run. */
    whenDone: async (id: string) => places.ended(id),
    lives: instance.lives,
    recover: () => instance.recover(places.enqueue),
    activeRuns: places.active,
    queuedRuns: places.queued,
  };
}
