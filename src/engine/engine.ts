import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Blobs } from '../blobs/blobs.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Location } from '../model/location.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import { createHostNet } from '../net/host-net.ts';
import type { ProxySettings } from '../net/proxy.ts';
import { parseScopeEntry } from '../net/scope.ts';
import type { AnyTask } from '../plugin/task.ts';
import { getRun, NO_COUNTS, type RunRow, unfinishedRuns } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { createArtifactWriter } from './artifacts.ts';
import { openCatalogue } from './catalogue.ts';
import { type OwnTask, ownParts } from './own-tasks/own-task.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { parseParams } from './params.ts';
import { isAlive, processStart, reapLeftovers } from './reaper.ts';
import { type RunOrder, runInProcess } from './run-process.ts';
import { createRecorder, saveRules } from './run-recorder.ts';
import { type ReadSecret, secretsNamed, serveSecrets } from './run-secrets.ts';
import { removeScratch, scratchFolder, sweepScratch } from './scratch.ts';
import { resolveTarget, type Target } from './targets.ts';
import { DEFAULT_LIMITS } from './tasks.ts';
import { placeUpload, UNPACK_LIMITS, type UploadedFile, uploadTarget } from './upload-target.ts';

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

const HEARTBEAT_MS = 5_000;
const FOREIGN_DEAD_MS = 60_000;
/** Log lines about what an archive holds besides files. */
const TOLD = 20;

/** Runs tasks: checks what was asked for, keeps the queue of this process, and recovers what a dead one left. */
export async function startEngine(options: EngineOptions) {
  const { store, ownTasks } = options;
  const catalogue = openCatalogue(ownTasks);
  const instance = newId('ins');
  const active = new Map<string, AbortController>();
  const ends = new Map<string, Promise<void>>();
  const queue: string[] = [];
  let closing = false;

  reapLeftovers(options.dataDir);
  await register();
  await recover();
  await sweepScratch(options.dataDir, async (run) => {
    const row = await store.db.selectFrom('run').select('status').where('id', '=', run).executeTakeFirst();
    return row !== undefined && !hasEnded(row.status as RunStatus);
  });
  const heartbeat = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();

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
          instance,
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
        .catch(() => undefined)
        .finally(() => {
          active.delete(id);
          ends.delete(id);
          pump();
        });
      ends.set(id, end);
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
    const end = await perform(row, checked.task, target, recorder, signal).finally(async () => {
      // Before the run is seen to have ended: whoever sees that may rely on nothing being left.
      if (target?.upload) await removeScratch(options.dataDir, id);
    });
    await recorder.finish(end);
  }

  /** Runs the task in its process; returns how the run ended. */
  async function perform(
    row: RunRow,
    task: AnyTask,
    target: Target | null,
    recorder: ReturnType<typeof createRecorder>,
    signal: AbortSignal,
  ): Promise<Parameters<typeof recorder.finish>[0]> {
    const { id } = row;
    let own: RunOrder['own'];
    try {
      if (target?.upload) target.path = await place(target.upload, id, recorder, signal);
      if (ownParts(task)) own = await ownTasks.codeFor(task as OwnTask);
    } catch (error) {
      if (signal.aborted) return cancelledEnd();
      return { status: 'failed', output: null, error: asError(error) };
    }
    const limits = {
      memoryMb: Math.min(options.limits.memoryMb, task.limits?.memoryMb ?? DEFAULT_LIMITS.memoryMb),
      timeSeconds: Math.min(
        options.limits.timeSeconds,
        task.limits?.timeSeconds ?? DEFAULT_LIMITS.timeSeconds,
      ),
    };
    const hosts = await store.db
      .selectFrom('scope_entry')
      .select('value')
      .where('project', '=', row.project)
      .where('kind', '=', 'host')
      .execute();
    const entries = hosts.map((entry) => parseScopeEntry(entry.value));
    const artifacts = createArtifactWriter({
      blobs: options.blobs,
      run: id,
      project: row.project,
      actor: row.principal,
      masker: recorder.masker,
      owned: recorder.owned,
    });
    const result = await runInProcess(
      {
        run: id,
        task: row.task,
        params: JSON.parse(row.params),
        needs: task.needs,
        target: target?.path ?? null,
        dataDir: options.dataDir,
        limits,
        signal,
        ...(own ? { own } : {}),
        ...(task.needs.includes('secret')
          ? {
              secret: serveSecrets(
                secretsNamed(task, JSON.parse(row.params)),
                (name) =>
                  options.readSecret(name, {
                    project: row.project,
                    run: id,
                    task: row.task,
                    actor: row.principal,
                  }),
                recorder.masker,
              ),
            }
          : {}),
        ...(task.needs.includes('net')
          ? {
              net: createHostNet({
                ...options.net,
                entries,
                maxConcurrent: 2,
                maxRequests: 1_000,
                signal,
                log: (level, text) => void recorder.log({ type: 'log', time: Date.now(), level, text }),
              }),
            }
          : {}),
      },
      {
        events: recorder.events,
        log: recorder.log,
        artifact: artifacts.receive,
      },
    ).finally(() => artifacts.close());
    if (result.ok) return { status: 'done', output: result.output, error: null };
    return result.cancelled ? cancelledEnd() : { status: 'failed', output: null, error: result.error };
  }

  function cancelledEnd() {
    return { status: closing ? ('interrupted' as const) : ('cancelled' as const), output: null, error: null };
  }

  /** What an archive holds and the run will not see is told: links in its log, unread files as problems. */
  async function place(
    upload: UploadedFile,
    run: string,
    recorder: ReturnType<typeof createRecorder>,
    signal: AbortSignal,
  ): Promise<string> {
    const placed = await placeUpload(upload, {
      blobs: options.blobs,
      folder: scratchFolder(options.dataDir, run),
      limits: { ...UNPACK_LIMITS, totalBytes: options.uploads.unpackedBytes },
      signal,
    });
    for (const { path, what } of placed.skipped.slice(0, TOLD))
      await recorder.log({
        type: 'log',
        time: Date.now(),
        level: 'warn',
        text: `${path}: a ${what} is left out`,
      });
    if (placed.skipped.length > TOLD) {
      const text = `${placed.skipped.length - TOLD} more links and devices are left out`;
      await recorder.log({ type: 'log', time: Date.now(), level: 'warn', text });
    }
    await recorder.events(
      [
        ...placed.unread.slice(0, TOLD),
        ...(placed.unread.length > TOLD
          ? [{ path: upload.name, why: `${placed.unread.length - TOLD} more files cannot be unpacked` }]
          : []),
      ].map(({ path, why }) => ({ type: 'problem', at: path, code: 'archive-member', message: why })),
    );
    return placed.path;
  }

  /** Marks a queued run as running; undefined when somebody cancelled it before. */
  function begin(id: string): Promise<RunRow | undefined> {
    return store.write({ lane: 'run' }, async ({ tx, emit }) => {
      const row = await tx.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      if (row?.status !== 'queued' || row.instance !== instance) return undefined;
      const started = Date.now();
      await tx.updateTable('run').set({ status: 'running', started }).where('id', '=', id).execute();
      emit({
        type: 'run.started',
        project: row.project,
        actor: row.principal,
        subject: id,
        run: id,
        data: { instance },
      });
      return { ...row, status: 'running', started };
    });
  }

  async function cancel(id: string, principal: Principal, also?: AlsoInIt): Promise<RunStatus> {
    const status = await store.write({ lane: 'interactive' }, async (context): Promise<RunStatus> => {
      const { tx, emit } = context;
      const row = await tx
        .selectFrom('run')
        .selectAll()
        .where('id', '=', id)
        .where('project', '=', principal.project)
        .executeTakeFirst();
      if (!row) throw new SentinelError('not-found', `There is no run ${id}.`);
      if (hasEnded(row.status as RunStatus))
        throw new SentinelError('run-not-active', `The run ${id} has ended already (${row.status}).`);
      await also?.(context, id);
      const envelope = { project: row.project, actor: principal.id, subject: id, run: id };
      if (row.status === 'queued') {
        await tx
          .updateTable('run')
          .set({ status: 'cancelled', ended: Date.now() })
          .where('id', '=', id)
          .execute();
        emit({
          ...envelope,
          type: 'run.ended',
          data: { status: 'cancelled', counts: NO_COUNTS, error: null },
        });
        return 'cancelled';
      }
      if (row.status !== 'cancelling') {
        await tx.updateTable('run').set({ status: 'cancelling' }).where('id', '=', id).execute();
        emit({ ...envelope, type: 'run.cancelling', data: {} });
      }
      return 'cancelling';
    });
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
        .where('instance', '=', instance)
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

  async function register(): Promise<void> {
    const row = {
      id: instance,
      pid: process.pid,
      started: Number(processStart(process.pid) ?? 0),
      host: hostname(),
      role: options.role,
      heartbeat: Date.now(),
      version: options.version,
    };
    await store.write({ lane: 'interactive' }, ({ tx }) => tx.insertInto('instances').values(row).execute());
  }

  async function beat(): Promise<void> {
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('instances').set({ heartbeat: Date.now() }).where('id', '=', instance).execute(),
    );
  }

  /** Runs whose process is gone end as interrupted; what was only queued there is taken over by a server. */
  async function recover(): Promise<void> {
    const known = await store.db.selectFrom('instances').selectAll().execute();
    const living = new Set(known.filter((row) => row.id === instance || lives(row)).map((row) => row.id));
    for (const row of await unfinishedRuns(store.db)) {
      if (row.instance !== null && living.has(row.instance)) continue;
      if (row.status === 'queued' && options.role === 'server') {
        const taken = await store.write({ lane: 'run' }, async ({ tx }) => {
          const result = await tx
            .updateTable('run')
            .set({ instance, fence: row.fence + 1 })
            .where('id', '=', row.id)
            .where('fence', '=', row.fence)
            .executeTakeFirst();
          return result.numUpdatedRows > 0n;
        });
        if (taken) enqueue(row.id);
      } else if (row.status !== 'queued') await interrupt(row);
    }
    const dead = known.map((row) => row.id).filter((id) => !living.has(id));
    if (dead.length > 0)
      await store.write({ lane: 'bulk' }, ({ tx }) =>
        tx.deleteFrom('instances').where('id', 'in', dead).execute(),
      );
  }

  function interrupt(row: RunRow): Promise<void> {
    return store.write({ lane: 'run' }, async ({ tx, emit }) => {
      const error = {
        code: 'task-crashed',
        message: 'The process that ran it ended. What it had reported is kept; run it again to complete it.',
      };
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
    });
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
    clearInterval(heartbeat);
    stopListening();
    for (const cancelRun of active.values()) cancelRun.abort();
    await Promise.all(ends.values());
    await store
      .write({ lane: 'interactive' }, ({ tx }) =>
        tx.deleteFrom('instances').where('id', '=', instance).execute(),
      )
      .catch(() => undefined);
  }

  return {
    instance,
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

function asError(error: unknown): SentinelError {
  return error instanceof SentinelError
    ? error
    : new SentinelError('internal', String(error), { cause: error });
}

function lives(row: { pid: number; started: number; host: string; heartbeat: number }): boolean {
  if (row.host !== hostname()) return Date.now() - row.heartbeat < FOREIGN_DEAD_MS;
  return isAlive(row.pid) && Number(processStart(row.pid) ?? 0) === row.started;
}

async function assetOf(
  tx: import('kysely').Transaction<import('../store/schema.ts').Database>,
  project: string,
  target: Target,
): Promise<string> {
  const { kind, key, name } = target.asset;
  const found = await tx
    .selectFrom('asset')
    .select('id')
    .where('project', '=', project)
    .where('kind', '=', kind)
    .where('key', '=', key)
    .executeTakeFirst();
  if (found) return found.id;
  const id = newId('ast');
  await tx.insertInto('asset').values({ id, project, kind, key, name, created: Date.now() }).execute();
  return id;
}

function fileGone(target: Target | null, at: Location): boolean {
  if (!target?.path || at.kind !== 'file' || at.commit !== undefined) return false;
  const inTarget = join(target.path, at.path);
  return !existsSync(inTarget) && !existsSync(join(dirname(target.path), at.path));
}
