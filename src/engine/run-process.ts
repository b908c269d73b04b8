import { SentinelError } from '../lib/errors.ts';
import type { Net } from '../plugin/powers/net.ts';
import type { PowerName } from '../plugin/task.ts';
import { type Channel, openChannel } from './isolation/channel.ts';
import { readFromOwnTask } from './isolation/from-own-task.ts';
import type { ToChild, ToHost, WireEvent } from './isolation/messages.ts';
import { type RunProcess, spawnRun } from './isolation/spawn.ts';
import { noteChild } from './reaper.ts';

export interface RunOrder {
  run: string;
  task: string;
  params: Record<string, unknown>;
  needs: readonly PowerName[];
  target: string | null;
  dataDir: string;
  limits: { memoryMb: number; timeSeconds: number };
  /** Present when the task may use the network. */
  net?: Net;
  /** Present when the task may use secrets. */
  secret?: (name: unknown) => Promise<string>;
  signal: AbortSignal;
  /** Where the code of a plug-in's task stands; what such a task reports is read like everything from outside. */
  own?: { folder: string; module: string };
}

/** What the host does with what the run reports. Each is awaited before the next: that is the back-pressure. */
export interface RunReceiver {
  /** Stores the events; when it returns they are committed and will be acknowledged. */
  events(list: readonly WireEvent[]): Promise<void>;
  log(line: Extract<ToHost, { type: 'log' }>): Promise<void>;
  artifact(message: Extract<ToHost, { type: 'artifact' | 'chunk' | 'artifact-end' }>): Promise<void>;
}

export type RunResult =
  | { ok: true; output: unknown }
  | { ok: false; cancelled: boolean; error: SentinelError };

const TERM_AFTER_MS = 1_000;
const GRACE_MS = 5_000;
const MEMORY_POLL_MS = 200;

/** Runs one task in a process of its own, with its powers and limits, and hands on what it reports. */
export async function runInProcess(order: RunOrder, receiver: RunReceiver): Promise<RunResult> {
  if (order.signal.aborted) return cancelled();
  const child = spawnRun({
    run: order.run,
    needs: order.needs,
    target: order.target,
    memoryMb: order.limits.memoryMb,
    code: order.own?.folder,
  });
  const forget = noteChild(order.dataDir, child.pid);
  const channel = openChannel<ToChild, ToHost>(child.socket);
  const limits = watchLimits(child, order);
  const stopCancel = onCancel(order.signal, child, channel);
  try {
    await channel.send({
      type: 'start',
      task: order.task,
      params: order.params,
      target: order.target,
      ...(order.own ? { module: order.own.module } : {}),
    });
    const end = await follow(channel, order, receiver);
    if (order.signal.aborted) return cancelled();
    if (limits.exceeded) return failed(limits.exceeded);
    if (end?.type === 'done') return { ok: true, output: end.output };
    if (end?.type === 'failed')
      return failed(
        new SentinelError(end.code as SentinelError['code'], end.message, { fields: end.fields }),
      );
    return failed(await crash(child));
  } catch (error) {
    if (order.signal.aborted) return cancelled();
    return failed(
      limits.exceeded ??
        (error instanceof SentinelError
          ? error
          : new SentinelError('internal', String(error), { cause: error })),
    );
  } finally {
    limits.stop();
    channel.close();
    child.kill('SIGKILL');
    await child.exited;
    stopCancel();
    forget();
  }
}

async function follow(
  channel: Channel<ToChild, ToHost>,
  order: RunOrder,
  receiver: RunReceiver,
): Promise<Extract<ToHost, { type: 'done' | 'failed' }> | undefined> {
  for await (const received of channel.messages()) {
    const message = order.own ? readFromOwnTask(received) : received;
    switch (message.type) {
      case 'events':
        await receiver.events(message.list);
        await channel.send({ type: 'ack', upTo: message.from + message.list.length - 1 });
        break;
      case 'log':
        await receiver.log(message);
        break;
      case 'call':
        void serve(channel, order, message);
        break;
      case 'artifact':
      case 'chunk':
      case 'artifact-end':
        await receiver.artifact(message);
        break;
      case 'done':
      case 'failed':
        return message;
      case 'ready':
        break;
      default:
        throw new SentinelError('task-protocol', 'The run sent a message of an unknown type.');
    }
  }
  return undefined;
}

async function serve(
  channel: Channel<ToChild, ToHost>,
  { net, secret }: RunOrder,
  call: Extract<ToHost, { type: 'call' }>,
): Promise<void> {
  try {
    const value = await (call.method === 'secret'
      ? declared(secret, 'secret')(call.argument)
      : call.method === 'http'
        ? declared(net, 'net').http(call.argument as Parameters<Net['http']>[0])
        : declared(net, 'net').tls(call.argument as Parameters<Net['tls']>[0]));
    await channel.send({ type: 'reply', id: call.id, value });
  } catch (error) {
    const code = error instanceof SentinelError ? error.code : 'internal';
    await channel.send({
      type: 'refusal',
      id: call.id,
      code,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

function declared<T>(power: T | undefined, name: PowerName): T {
  if (power === undefined)
    throw new SentinelError('forbidden', `This task did not declare the power ${name}.`);
  return power;
}

function onCancel(signal: AbortSignal, child: RunProcess, channel: Channel<ToChild, ToHost>): () => void {
  const timers: NodeJS.Timeout[] = [];
  const cancel = () => {
    void channel.send({ type: 'cancel' });
    timers.push(
      setTimeout(() => child.kill('SIGTERM'), TERM_AFTER_MS),
      setTimeout(() => child.kill('SIGKILL'), TERM_AFTER_MS + GRACE_MS),
    );
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  return () => {
    signal.removeEventListener('abort', cancel);
    for (const timer of timers) clearTimeout(timer);
  };
}

/** Memory is what the system counts for the process: buffers escape the limit of the heap. */
function watchLimits(child: RunProcess, order: RunOrder) {
  const state: { exceeded: SentinelError | undefined; stop(): void } = {
    exceeded: undefined,
    stop: () => undefined,
  };
  const exceed = (error: SentinelError) => {
    state.exceeded ??= error;
    child.kill('SIGKILL');
  };
  const memory = setInterval(() => {
    if (child.memory() > order.limits.memoryMb * 1024 * 1024)
      exceed(new SentinelError('memory-limit', `The run used more than ${order.limits.memoryMb} MB.`));
  }, MEMORY_POLL_MS);
  const time = setTimeout(
    () => exceed(new SentinelError('time-limit', `The run took longer than ${order.limits.timeSeconds} s.`)),
    order.limits.timeSeconds * 1000,
  );
  state.stop = () => {
    clearInterval(memory);
    clearTimeout(time);
  };
  return state;
}

async function crash(child: RunProcess): Promise<SentinelError> {
  const end = await child.exited;
  const how = end.signal ? `by signal ${end.signal}` : `with code ${end.code}`;
  const heap = /heap out of memory|Allocation failed/.test(end.stderr);
  const last = end.stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500);
  return new SentinelError(
    heap ? 'memory-limit' : 'task-crashed',
    heap ? 'The run used more memory than its limit.' : `The process ended ${how}. ${last}`.trim(),
  );
}

function failed(error: SentinelError): RunResult {
  return { ok: false, cancelled: false, error };
}

function cancelled(): RunResult {
  return { ok: false, cancelled: true, error: new SentinelError('task-failed', 'The run was cancelled.') };
}
