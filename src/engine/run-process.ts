import { crashPoint } from '../lib/crash-point.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Net } from '../plugin/powers/net.ts';
import type { PowerName } from '../plugin/task.ts';
import { asError } from './as-error.ts';
import type { Channel } from './isolation/channel.ts';
import { readFromOwnTask } from './isolation/from-own-task.ts';
import type { ToChild, ToHost, WireEvent } from './isolation/messages.ts';
import { type OpenChild, openChild } from './isolation/open-child.ts';
import { packsOf } from './isolation/pack/packs.ts';
import { poolOf, type Seat } from './isolation/pool.ts';
import { readAhead } from './isolation/read-ahead.ts';
import type { RunProcess } from './isolation/spawn.ts';

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

/**
 * Runs one task in a process, with its powers and limits, and hands on what it reports. A task of ours without powers gets a
 * process that waits in the pool; every other run starts its own, because the powers are given at the start.
 */
export async function runInProcess(order: RunOrder, receiver: RunReceiver): Promise<RunResult> {
  if (order.signal.aborted) return cancelled();
  let result = failed(new SentinelError('task-crashed', 'The process of the run did not start.'));
  for (const place of placesFor(order)) {
    let begun: boolean;
    ({ begun, result } = await runIn(place(), order, receiver));
    if (begun) break;
  }
  return result;
}

/** Where the run may have its process, the fastest first; the next is for when the one before is gone before it began. */
function placesFor(order: RunOrder): (() => Seat)[] {
  const fresh = (pack?: string): Seat => {
    const child = openChild(order.dataDir, {
      run: order.run,
      needs: order.needs,
      target: order.target,
      memoryMb: order.limits.memoryMb,
      code: order.own?.folder,
      pack,
    });
    return { child, release: () => child.end() };
  };
  if (order.own) return [() => fresh()];
  const packs = packsOf(order.dataDir);
  const pack = packs.packOf(order.task);
  return [
    ...(order.needs.length === 0 && order.target === null
      ? [() => poolOf(order.dataDir).take(order.task, order.limits.memoryMb)]
      : []),
    ...(pack === undefined ? [] : [() => fresh(pack)]),
    () => {
      if (pack !== undefined) packs.reject(order.task);
      return fresh();
    },
  ];
}

/** Not begun: the process was gone before it had the task, so that a second start does nothing twice. */
async function runIn(
  { child, release }: Seat,
  order: RunOrder,
  receiver: RunReceiver,
): Promise<{ begun: boolean; result: RunResult }> {
  crashPoint('task.start.before');
  const ended = (result: RunResult) => ({ begun: true, result });
  const { channel, process } = child;
  const limits = watchLimits(process, order);
  const stopCancel = onCancel(order.signal, process, channel);
  let good = false;
  try {
    await channel.send({
      type: 'start',
      task: order.task,
      params: order.params,
      target: order.target,
      ...(order.own ? { module: order.own.module } : {}),
    });
    crashPoint('task.start.after');
    const { begun, end } = await follow(child, order, receiver);
    crashPoint('task.end.before');
    if (order.signal.aborted) return ended(cancelled());
    if (limits.exceeded) return ended(failed(limits.exceeded));
    if (!end) return { begun, result: failed(await crash(process)) };
    if (end.type === 'done') {
      good = true;
      return ended({ ok: true, output: end.output });
    }
    const { code, message, fields } = end;
    return ended(failed(new SentinelError(code as SentinelError['code'], message, { fields })));
  } catch (error) {
    if (order.signal.aborted) return ended(cancelled());
    return ended(failed(limits.exceeded ?? asError(error)));
  } finally {
    limits.stop();
    await release(good);
    crashPoint('task.end.after');
    stopCancel();
  }
}

async function follow(
  { channel, messages, process }: OpenChild,
  order: RunOrder,
  receiver: RunReceiver,
): Promise<{ begun: boolean; end?: Extract<ToHost, { type: 'done' | 'failed' }> }> {
  let begun = false;
  const take = readAhead(messages, {
    read: (value) => (order.own ? readFromOwnTask(value) : value),
    received: () => process.socket.bytesRead,
  });
  for (;;) {
    const message = await take.next();
    if (message === undefined) return { begun };
    begun ||= message.type !== 'prepared';
    switch (message.type) {
      case 'events': {
        const list = [...message.list];
        while (list.length < EVENTS_TOGETHER) {
          const more = take.nextIf((then) => then.type === 'events');
          if (more?.type !== 'events') break;
          list.push(...more.list);
        }
        await receiver.events(list);
        await channel.send({ type: 'ack', upTo: message.from + list.length - 1 });
        break;
      }
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
        return { begun, end: message };
      case 'ready':
      case 'prepared':
        break;
      default:
        throw new SentinelError('task-protocol', 'The run sent a message of an unknown type.');
    }
  }
}

/** What has come while the store was at work goes to it together: while one part is stored, the next is made ready. */
const EVENTS_TOGETHER = 3_000;

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
