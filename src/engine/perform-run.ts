import { SentinelError } from '../lib/errors.ts';
import { createHostNet } from '../net/host-net.ts';
import { parseScopeEntry } from '../net/scope.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { RunRow } from '../store/runs.ts';
import { createArtifactWriter } from './artifacts.ts';
import { asError } from './as-error.ts';
import type { RunElsewhere } from './elsewhere.ts';
import type { EngineOptions } from './engine.ts';
import { type OwnTask, ownParts } from './own-tasks/own-task.ts';
import { type RunOrder, type RunReceiver, type RunResult, runInProcess } from './run-process.ts';
import type { createRecorder } from './run-recorder.ts';
import { secretsNamed, serveSecrets } from './run-secrets.ts';
import { scratchFolder } from './scratch.ts';
import type { Target } from './targets.ts';
import { DEFAULT_LIMITS } from './tasks.ts';
import { leftOut, placeUpload, UNPACK_LIMITS, type UploadedFile } from './upload-target.ts';

type Recorder = ReturnType<typeof createRecorder>;
type RunEnd = Parameters<Recorder['finish']>[0];

export interface Performance {
  row: RunRow;
  task: AnyTask;
  target: Target | null;
  recorder: Recorder;
  signal: AbortSignal;
  /** Of an import: takes its events before the recorder does. */
  receive?: Recorder['events'] | undefined;
  /** On another machine. */
  elsewhere?: RunElsewhere | undefined;
}

const CANCELLED: RunEnd = { status: 'cancelled', output: null, error: null };

/** Runs the task in its process; returns how the run ended. */
export async function performRun(
  options: EngineOptions,
  { row, task, target, recorder, receive, signal, elsewhere }: Performance,
): Promise<RunEnd> {
  const { id } = row;
  let own: RunOrder['own'];
  try {
    if (elsewhere) refuseOwnFiles(target);
    else if (target?.upload) target.path = await place(options, target.upload, { run: id, recorder, signal });
    if (ownParts(task)) own = await options.ownTasks.codeFor(task as OwnTask);
  } catch (error) {
    if (signal.aborted) return CANCELLED;
    return { status: 'failed', output: null, error: asError(error) };
  }
  const limits = {
    memoryMb: Math.min(options.limits.memoryMb, task.limits?.memoryMb ?? DEFAULT_LIMITS.memoryMb),
    timeSeconds: Math.min(options.limits.timeSeconds, task.limits?.timeSeconds ?? DEFAULT_LIMITS.timeSeconds),
  };
  const artifacts = createArtifactWriter({
    blobs: options.blobs,
    run: id,
    project: row.project,
    actor: row.principal,
    masker: recorder.masker,
    owned: recorder.owned,
  });
  const run = async (order: RunOrder, receiver: RunReceiver): Promise<RunResult> =>
    elsewhere
      ? elsewhere(
          {
            ...order,
            version: task.version,
            upload: target?.upload ?? null,
            sample: target?.path ? target.label : null,
            hosts: task.needs.includes('net') ? await hostTexts(options, row.project) : [],
          },
          receiver,
        )
      : runInProcess(order, receiver);
  const result = await run(
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
      ...(task.needs.includes('net') && !elsewhere
        ? {
            net: createHostNet({
              ...options.net,
              entries: await allowedHosts(options, row.project),
              maxConcurrent: 2,
              maxRequests: 1_000,
              signal,
              log: (level, text) => void recorder.log({ type: 'log', time: Date.now(), level, text }),
            }),
          }
        : {}),
    },
    {
      events: receive ?? recorder.events,
      log: recorder.log,
      artifact: artifacts.receive,
    },
  ).finally(() => artifacts.close());
  if (result.ok) return { status: 'done', output: result.output, error: null };
  return result.cancelled ? CANCELLED : { status: 'failed', output: null, error: result.error };
}

async function allowedHosts(options: EngineOptions, project: string) {
  return (await hostTexts(options, project)).map(parseScopeEntry);
}

async function hostTexts({ store }: EngineOptions, project: string): Promise<string[]> {
  const hosts = await store.db
    .selectFrom('scope_entry')
    .select('value')
    .where('project', '=', project)
    .where('kind', '=', 'host')
    .execute();
  return hosts.map((entry) => entry.value);
}

function refuseOwnFiles(target: Target | null): void {
  if (!target?.path || target.upload || target.label.startsWith('sample:')) return;
  throw new SentinelError(
    'unreadable-target',
    `${target.label} is on the machines of the servers: upload it, so that a worker of another network can read it.`,
  );
}

/** What an archive holds and the run will not see is told: links in its log, unread files as problems. */
async function place(
  options: EngineOptions,
  upload: UploadedFile,
  { run, recorder, signal }: { run: string; recorder: Recorder; signal: AbortSignal },
): Promise<string> {
  const placed = await placeUpload(upload, {
    blobs: options.blobs,
    folder: scratchFolder(options.dataDir, run),
    limits: { ...UNPACK_LIMITS, totalBytes: options.uploads.unpackedBytes },
    signal,
  });
  const { log, problems } = leftOut(placed, upload.name);
  for (const text of log) await recorder.log({ type: 'log', time: Date.now(), level: 'warn', text });
  await recorder.events(problems);
  return placed.path;
}
