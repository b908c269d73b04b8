import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Blobs } from '../blobs/blobs.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Location } from '../model/location.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import type { ProxySettings } from '../net/proxy.ts';
import type { AnyTask } from '../plugin/task.ts';
import { getRun, NO_COUNTS, type RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { asError } from './as-error.ts';
import { assetOf } from './asset.ts';
import { cancelRun } from './cancel-run.ts';
import { openCatalogue } from './catalogue.ts';
import { interrupt, openInstance } from './instance.ts';
import { closePool } from './isolation/pool.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { parseParams } from './params.ts';
import { performRun } from './perform-run.ts';
import { reapLeftovers } from './reaper.ts';
import { createRecorder, saveRules } from './run-recorder.ts';
import type { ReadSecret } from './run-secrets.ts';
import { removeScratch, sweepScratch } from './scratch.ts';
import { resolveTarget, type Target } from './targets.ts';
import { uploadTarget } from './upload-target.ts';

export interface EngineOptions {
  store: Store;
  dataDir: string;
  /** Key of the fingerprints. */
  key: Buffer;
  version: string;
  role: 'server' | 'cli';
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
}

export interface Principal {
  /** `user_…` or `local:<os user>`. */
  id: string;
  local: boolean;
  project: string;
}

/** What its caller stores in the same transaction, such as an audit entry. */
export type AlsoInIt = (context: WriteContext, run: string) => Promise<void>;

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const ABANDON_TRIES = 60;
const ABANDON_WAIT_MS = 1_000;

/** Runs tasks: checks what was asked for, keeps the queue of this process, and recovers what a dead one left. */
export async function startEngine(options: EngineOptions) {
  const { store, ownTasks } = options;
  const catalogue = openCatalogue(ownTasks);
  const active = new Map<string, AbortController>();
  const ends = new Map<string, Promise<void>>();
  const queue: string[] = [];
  let closing = false;

  reapLeftovers(options.dataDir);
  const instance = await openInstance(store, options);
  await instance.recover(enqueue);
  await sweepScratch(options.dataDir, async (run) => {
    const row = await store.db.selectFrom('run').select('status').where('id', '=', run).executeTakeFirst();
    return row !== undefined && !hasEnded(row.status as RunStatus);
  });

  /** What the run would look at and use; throws when it may not. Nothing is started. */
  async function check(
    taskId: string,
    params: unknown,
    principal: Principal,
  ): Promise<{ task: AnyTask; params: Record<string, unknown>; target: Target | null }> {
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
    if (closing) throw new SentinelError('conflict', 'The server is shutting down.');
    const { task, params: parsed, target } = await checkAll(taskId, params, principal);
    const id = newId('run');
    await store.write({ lane: 'interactive' }, async (context) => {
      const asset = target ? await assetOf(context.tx, principal.project, target) : null;
      await saveRules(context.tx, task.id, task.rules);
      await context.tx
        .insertInto('run')
        .values({
          id,
          project: principal.project,
          task: task.id,
          task_version: task.version,
          status: 'queued',
          params: JSON.stringify(parsed),
          target: target?.label ?? null,
          asset,
          principal: principal.id,
          instance: instance.id,
          fence: 1,
          created: Date.now(),
          started: null,
          ended: null,
          progress: null,
          counts: JSON.stringify(NO_COUNTS),
          output: null,
          error_code: null,
          error_message: null,
          rerun_of: rerunOf,
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
    enqueue(id);
    return { id, status: 'queued' };
  }

  function enqueue(id: string): void {
    queue.push(id);
    pump();
  }

  function pump(): void {
    while (!closing && active.size < options.limits.concurrentRuns) {
      const id = queue.shift();
      if (id === undefined) return;
      const cancel = new AbortController();
      active.set(id, cancel);
      const end = execute(id, cancel.signal)
        .catch((error: unknown) => abandon(id, error))
        .finally(() => {
          active.delete(id);
          ends.delete(id);
          pump();
        });
      ends.set(id, end);
    }
  }

  /** Something broke around a run (the store, a full disk): it must not look as if it went on. */
  async function abandon(id: string, cause: unknown): Promise<void> {
    const { code, message } = asError(cause);
    for (let attempt = 0; attempt < ABANDON_TRIES && !closing; attempt += 1) {
      try {
        const row = await getRun(store.db, id);
        if (!hasEnded(row.status as RunStatus)) await interrupt(store, row, { code, message });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, ABANDON_WAIT_MS));
      }
    }
  }

  async function execute(id: string, signal: AbortSignal): Promise<void> {
    const row = await begin(id);
    if (!row) return;
    const principal = { id: row.principal, local: row.principal.startsWith('local:'), project: row.project };
    let checked: Awaited<ReturnType<typeof check>> | undefined;
    let refusal: SentinelError | null = null;
    try {
      checked = await check(row.task, JSON.parse(row.params), principal);
    } catch (error) {
      refusal = asError(error);
    }
    const target = checked?.target ?? null;
    const recorder = createRecorder({
      store,
      row,
      key: options.key,
      rules: checked?.task.rules ?? {},
      limits: options.limits,
      placeGone: (at) => fileGone(target, at),
    });
    if (!checked) {
      await recorder.finish({ status: 'failed', output: null, error: refusal });
      return;
    }
    const performance = { row, task: checked.task, target, recorder, signal };
    const end = await performRun(options, performance).finally(async () => {
      // Before the run is seen to have ended: whoever sees that may rely on nothing being left.
      if (target?.upload) await removeScratch(options.dataDir, id);
    });
    await recorder.finish(end.status === 'cancelled' && closing ? { ...end, status: 'interrupted' } : end);
  }

  /** Marks a queued run as running; undefined when somebody cancelled it before. */
  function begin(id: string): Promise<RunRow | undefined> {
    return store.write({ lane: 'run' }, async ({ tx, emit }) => {
      const row = await tx.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      if (row?.status !== 'queued' || row.instance !== instance.id) return undefined;
      const started = Date.now();
      await tx.updateTable('run').set({ status: 'running', started }).where('id', '=', id).execute();
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
    active.get(id)?.abort();
    return status;
  }

  /** Another process of this data folder may have been asked to cancel a run of ours. */
  const stopListening = store.onCommit(() => void followCancels().catch(() => undefined));
  let following = false;
  async function followCancels(): Promise<void> {
    if (following || active.size === 0) return;
    following = true;
    try {
      const rows = await store.db
        .selectFrom('run')
        .select('id')
        .where('status', '=', 'cancelling')
        .where('instance', '=', instance.id)
        .execute();
      for (const row of rows) active.get(row.id)?.abort();
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
      await ends.get(id);
      const row = await getRun(store.db, id);
      if (hasEnded(row.status as RunStatus)) return row;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends what runs (as interrupted) and leaves the queue to the next start. */
  async function close(): Promise<void> {
    closing = true;
    stopListening();
    for (const cancelRun of active.values()) cancelRun.abort();
    await Promise.all(ends.values());
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
    activeRuns: () => active.size,
    queuedRuns: () => queue.length,
  };
}

function fileGone(target: Target | null, at: Location): boolean {
  if (!target?.path || at.kind !== 'file' || at.commit !== undefined) return false;
  const inTarget = join(target.path, at.path);
  return !existsSync(inTarget) && !existsSync(join(dirname(target.path), at.path));
}
