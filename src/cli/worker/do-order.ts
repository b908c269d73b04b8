import { asError } from '../../engine/as-error.ts';
import { runInProcess } from '../../engine/run-process.ts';
import { removeScratch, scratchFolder } from '../../engine/scratch.ts';
import { resolveTarget } from '../../engine/targets.ts';
import { loadTask } from '../../engine/tasks.ts';
import { leftOut, placeUpload, UNPACK_LIMITS } from '../../engine/upload-target.ts';
import { SentinelError } from '../../lib/errors.ts';
import { createHostNet, type HostNetOptions } from '../../net/host-net.ts';
import { parseScopeEntry } from '../../net/scope.ts';
import type { RemoteOrder } from '../../workflows/scale/remote/messages.ts';
import type { Reports } from './reports.ts';

export interface OrderPlace {
  dataDir: string;
  net: Omit<HostNetOptions, 'entries' | 'maxRequests' | 'signal'>;
  unpackedBytes: number;
  /** The uploaded file of a run, from the server. */
  input(run: string): AsyncIterable<Uint8Array>;
  secret(run: string, name: unknown): Promise<string>;
}

/** Runs the task of an order here, and tells the server what it reports and how it ends. */
export async function doOrder(
  order: RemoteOrder,
  place: OrderPlace,
  { reports, signal }: { reports: Reports; signal: AbortSignal },
): Promise<void> {
  const { run } = order;
  let result: Awaited<ReturnType<typeof runInProcess>>;
  try {
    result = await perform(order, place, { reports, signal });
  } catch (error) {
    result = { ok: false, cancelled: signal.aborted, error: asError(error) };
  } finally {
    if (order.upload !== null) await removeScratch(place.dataDir, run);
  }
  await reports.keep({
    type: 'end',
    result: result.ok
      ? { ok: true, output: result.output ?? null }
      : {
          ok: false,
          cancelled: result.cancelled,
          code: result.error.code,
          message: result.error.message,
        },
  });
}

async function perform(
  order: RemoteOrder,
  place: OrderPlace,
  { reports, signal }: { reports: Reports; signal: AbortSignal },
): ReturnType<typeof runInProcess> {
  const { run, needs } = order;
  const task = await loadTask(order.task);
  if (task.version !== order.version || needs.join() !== task.needs.join())
    throw new SentinelError('task-failed', `This worker has ${order.task} in version ${task.version}.`);
  const report = (message: unknown) => reports.keep({ type: 'report', message });
  return runInProcess(
    {
      run,
      task: order.task,
      params: order.params,
      needs: task.needs,
      target: await targetOf(order, place, { reports, signal }),
      dataDir: place.dataDir,
      limits: order.limits,
      signal,
      ...(task.needs.includes('secret') ? { secret: (name) => place.secret(run, name) } : {}),
      ...(task.needs.includes('net')
        ? {
            net: createHostNet({
              ...place.net,
              entries: order.hosts.map(parseScopeEntry),
              maxConcurrent: 2,
              maxRequests: 1_000,
              signal,
              log: (level, text) =>
                void reports.log({
                  type: 'report',
                  message: { type: 'log', time: Date.now(), level, text },
                }),
            }),
          }
        : {}),
    },
    {
      events: (list) => report({ type: 'events', from: 0, list }),
      log: (line) => reports.log({ type: 'report', message: line }),
      artifact: (message) =>
        report(
          message.type === 'chunk'
            ? { ...message, bytes: Buffer.from(message.bytes).toString('base64') }
            : message,
        ),
    },
  );
}

/** A sample is here, too; an upload is fetched; other files are not what a worker of another network is asked for. */
async function targetOf(
  order: RemoteOrder,
  place: OrderPlace,
  { reports, signal }: { reports: Reports; signal: AbortSignal },
): Promise<string | null> {
  if (order.sample !== null) {
    const rules = { local: false, dataDir: place.dataDir, roots: [], hosts: [] };
    return resolveTarget(await loadTask(order.task), order.params, rules)?.path ?? null;
  }
  if (order.upload === null) return null;
  const placed = await placeUpload(
    { name: order.upload, blob: order.run },
    {
      blobs: { open: (run) => place.input(run) },
      folder: scratchFolder(place.dataDir, order.run),
      limits: { ...UNPACK_LIMITS, totalBytes: place.unpackedBytes },
      signal,
    },
  );
  const { log, problems } = leftOut(placed, order.upload);
  for (const text of log)
    await reports.log({ type: 'report', message: { type: 'log', time: Date.now(), level: 'warn', text } });
  if (problems.length > 0)
    await reports.keep({ type: 'report', message: { type: 'events', from: 0, list: problems } });
  return placed.path;
}
