import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Blobs } from '../blobs/blobs.ts';
import { createMasker } from '../findings/masker.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Location } from '../model/location.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import type { ProxySettings } from '../net/proxy.ts';
import { currentCause } from '../store/cause.ts';
import { createLanes } from '../store/lanes.ts';
import { getRun, type RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { asError } from './as-error.ts';
import { assetOf } from './asset.ts';
import { cancelRun } from './cancel-run.ts';
import { openCatalogue } from './catalogue.ts';
import type { RunElsewhere } from './elsewhere.ts';
import { assetOfImport } from './import-asset.ts';
import { createImports, IMPORT_FINDINGS } from './import-receiver.ts';
import { interrupt, openInstance, type Role } from './instance.ts';
import { closePool } from './isolation/pool.ts';
import { type Checked, isLight, newRun, type Principal, principalOf } from './new-run.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { parseParams } from './params.ts';
import { performRun } from './perform-run.ts';
import { createPlaces } from './places.ts';
import { reapLeftovers } from './reaper.ts';
import type { RunEnded } from './run-ended.ts';
import { createRecorder, saveRules } from './run-recorder.ts';
import { type ReadSecret, withSecrets } from './run-secrets.ts';
import { removeScratch, sweepScratch } from './scratch.ts';
import { resolveTarget, type Target } from './targets.ts';
import { uploadTarget } from './upload-target.ts';

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

type Recorder = ReturnType<typeof createRecorder>;

/** What its caller stores in the same transaction, such as an audit entry. */
export type AlsoInIt = (context: WriteContext, run: string) => Promise<void>;

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** Many commits within this time are one look. */
const CANCEL_LOOK_MS = 50;
const ABANDON_TRIES = 60;
const ABANDON_WAIT_MS = 1_000;

/** Runs tasks: checks what was asked for, keeps the queue of this process, and recovers what a dead one left. */
export async function startEngine(options: EngineOptions) {
  const { store, ownTasks } = options;
  const imports = createImports(store);
  const runEnded = imports.withReceipt(options.runEnded);
  const catalogue = openCatalogue(ownTasks);
  /** Tasks without powers share few processes: more at a time would only start more of them. */
  const seats = createLanes(availableParallelism());
  const places = createPlaces({
    places: options.limits.concurrentRuns,
    execute,
    abandon,
    free: options.placesFree,
  });

  reapLeftovers(options.dataDir);
  const instance = await openInstance(store, { ...options, runEnded, has: places.has });
  await instance.recover(places.enqueue);
  await sweepScratch(options.dataDir, async (run) => {
    const row = await store.db.selectFrom('run').select('status').where('id', '=', run).executeTakeFirst();
    return row !== undefined && !hasEnded(row.status as RunStatus);
  });

  /** What the run would look at and use; throws when it may not. Nothing is started. */
  async function check(taskId: string, params: unknown, principal: Principal): Promise<Checked> {
    const task = await catalogue.load(taskId);
    const parsed = parseParams(task, params);
    const scope = await store.db
      .selectFrom('scope_entry')
      .select(['kind', 'value'])
      .where('project', '=', principal.project)
      .execute();
    const upload = await uploadTarget(store.db, task, parsed, principal.project);
    const target =
      upload ??
      resolveTarget(task, parsed, {
        local: principal.local,
        dataDir: options.dataDir,
        roots: scope.filter((entry) => entry.kind === 'path').map((entry) => entry.value),
        hosts: scope.filter((entry) => entry.kind === 'host').map((entry) => entry.value),
      });
    if (task.imports && target)
      target.asset = await assetOfImport(store.db, principal.project, {
        named: parsed.asset,
        file: target.upload?.name ?? target.label,
      });
    return { task, params: parsed, target };
  }

  /** With what only the own schema of a plug-in's task knows, which costs a process. */
  async function checkAll(...asked: Parameters<typeof check>): ReturnType<typeof check> {
    const checked = await check(...asked);
    await ownTasks.checkParams(checked.task, checked.params);
    return checked;
  }

  async function start(
    taskId: string,
    params: unknown,
    principal: Principal,
    { rerunOf = null, also }: { rerunOf?: string | null; also?: AlsoInIt | undefined } = {},
  ): Promise<{ id: string; status: RunStatus }> {
    if (places.closing()) throw new SentinelError('conflict', 'The server is shutting down.');
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

  async function perform(
    row: RunRow,
    {
      checked,
      refusal,
      signal,
      elsewhere,
    }: {
      checked: Checked | undefined;
      refusal: SentinelError | null;
      signal: AbortSignal;
      elsewhere?: RunElsewhere | undefined;
    },
  ): Promise<void> {
    const { id } = row;
    const target = checked?.target ?? null;
    const recorder = createRecorder({
      store,
      row,
      key: options.key,
      rules: checked?.task.rules ?? {},
      imports: checked?.task.imports ?? false,
      limits: checked?.task.imports
        ? { ...options.limits, findings: Math.max(options.limits.findings, IMPORT_FINDINGS) }
        : options.limits,
      placeGone: (at) => fileGone(target, at),
      runEnded,
    });
    if (!checked) {
      await recorder.finish({ status: 'failed', output: null, error: refusal });
      return;
    }
    const end = await performAs(row, { checked, recorder, signal, elsewhere }).finally(async () => {
      // Before the run is seen to have ended: whoever sees that may rely on nothing being left.
      if (target?.upload) await removeScratch(options.dataDir, id);
    });
    await recorder.finish(isInterrupted(end) ? { ...end, status: 'interrupted' } : end);
  }

  /** It is no end of the task that we stop, or that the database or the worker went away under it. */
  function isInterrupted(end: Awaited<ReturnType<typeof performRun>>): boolean {
    if (end.status === 'cancelled') return places.closing();
    const code = end.error?.code;
    return end.status === 'failed' && (code === 'store-unavailable' || code === 'worker-lost');
  }

  async function performAs(
    row: RunRow,
    {
      checked,
      recorder,
      signal,
      elsewhere,
    }: {
      checked: Checked;
      recorder: Recorder;
      signal: AbortSignal;
      elsewhere: RunElsewhere | undefined;
    },
  ): ReturnType<typeof performRun> {
    const { task, target } = checked;
    try {
      const params = await withSecrets(row, options.readSecret, recorder.masker);
      const perform = () =>
        performRun(options, {
          row: { ...row, params },
          task,
          target,
          recorder,
          receive: task.imports ? imports.receiver(row, recorder) : undefined,
          signal,
          elsewhere,
        });
      return isLight(task) && !elsewhere ? await seats('run', perform) : await perform();
    } catch (error) {
      if (signal.aborted) return { status: 'cancelled', output: null, error: null };
      return { status: 'failed', output: null, error: asError(error) };
    }
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

  /** Another process of this data folder may have been asked to cancel a run of ours. */
  const stopListening = store.onCommit(() => {
    cancelsTimer ??= setTimeout(() => {
      cancelsTimer = undefined;
      void followCancels().catch(() => undefined);
    }, CANCEL_LOOK_MS);
  });
  let cancelsTimer: NodeJS.Timeout | undefined;
  let following = false;
  async function followCancels(): Promise<void> {
    if (following || places.active() === 0) return;
    following = true;
    try {
      const rows = await store.db
        .selectFrom('run')
        .select('id')
        .where('status', '=', 'cancelling')
        .where('instance', '=', instance.id)
        .execute();
      for (const row of rows) places.abort(row.id);
    } finally {
      following = false;
    }
  }

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
    stopListening();
    clearTimeout(cancelsTimer);
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

function fileGone(target: Target | null, at: Location): boolean {
  if (!target?.path || at.kind !== 'file' || at.commit !== undefined) return false;
  const inTarget = join(target.path, at.path);
  return !existsSync(inTarget) && !existsSync(join(dirname(target.path), at.path));
}
