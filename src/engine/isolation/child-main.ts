import { Socket } from 'node:net';
import { SentinelError } from '../../lib/errors.ts';
import type { LogLevel } from '../../model/run.ts';
import { openRootedFiles } from '../../plugin/powers/rooted-files.ts';
import type { AnyTask } from '../../plugin/task.ts';
import { type Channel, openChannel } from './channel.ts';
import { type ArtifactEvent, type HostLink, hostLink } from './host-link.ts';
import type { AskMessage, StartMessage, ToChild, ToHost, WireEvent } from './messages.ts';
import { closePrototypes } from './shared-state.ts';
import { removeSideDoors } from './side-doors.ts';

/** What differs between the program from the sources and a packed one. */
export interface ChildParts {
  tasks: Record<string, () => Promise<{ default: AnyTask }>>;
  /** For tasks of plug-ins; absent in a packed program. */
  own?: {
    load(
      module: string,
      params: Record<string, unknown>,
    ): Promise<{ task: AnyTask; params: StartMessage['params'] }>;
    answer(question: AskMessage): Promise<unknown>;
  };
  /** V8's code cache of a packed program. */
  codeCache?: () => Uint8Array;
}

/**
 * The program of a run's process. It has the powers that its command line grants, talks to the host over file descriptor 3
 * and ends when that pipe ends.
 */
export function startChild(parts: ChildParts): void {
  const channel = openChannel<ToHost, ToChild>(new Socket({ fd: 3, readable: true, writable: true }));
  obey(channel, parts).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
}

/** The host ends this process. To leave by ourselves with its acknowledgements unread would reset the pipe and lose what is on its way. */
async function obey(channel: Channel<ToHost, ToChild>, parts: ChildParts): Promise<void> {
  let host: HostLink | undefined;
  for await (const message of channel.messages()) {
    switch (message.type) {
      case 'start':
        // One after the other: the host starts the next when it has seen the end of the one before.
        host = hostLink(channel);
        void serve(channel, { start: message, host, parts });
        break;
      case 'prepare':
        await find(parts, message.task);
        removeSideDoors();
        closePrototypes();
        await channel.send({ type: 'prepared' });
        break;
      case 'declare':
      case 'validate':
        await reply(channel, message, parts);
        break;
      case 'code-cache':
        await channel.send({ type: 'code-cache', bytes: parts.codeCache?.() ?? new Uint8Array() });
        break;
      default:
        host?.take(message);
    }
  }
}

async function serve(
  channel: Channel<ToHost, ToChild>,
  { start, host, parts }: { start: StartMessage; host: HostLink; parts: ChildParts },
): Promise<void> {
  let end: ToHost;
  try {
    const task = await load(start, parts);
    await channel.send({ type: 'ready' });
    end = { type: 'done', output: (await runTask(task, start, host)) ?? null };
  } catch (error) {
    await host.flush();
    end = failure(error);
  }
  host.close();
  await channel.send(end);
}

async function load(start: StartMessage, parts: ChildParts): Promise<AnyTask> {
  if (start.module === undefined) {
    const task = await find(parts, start.task);
    removeSideDoors();
    return task;
  }
  const { task, params } = await own(parts).load(start.module, start.params);
  // Its own schema has the last word on the parameters.
  start.params = params;
  return task;
}

async function find({ tasks }: ChildParts, id: string): Promise<AnyTask> {
  const load = Object.hasOwn(tasks, id) ? tasks[id] : undefined;
  if (!load) throw new SentinelError('unknown-task', `There is no task ${id}.`);
  return (await load()).default;
}

function own(parts: ChildParts): NonNullable<ChildParts['own']> {
  if (!parts.own) throw new SentinelError('task-protocol', 'This process is not for tasks of plug-ins.');
  return parts.own;
}

async function reply(
  channel: Channel<ToHost, ToChild>,
  question: AskMessage,
  parts: ChildParts,
): Promise<void> {
  try {
    await channel.send({ type: 'done', output: await own(parts).answer(question) });
  } catch (error) {
    await channel.send(failure(error));
  }
}

async function runTask(task: AnyTask, start: StartMessage, host: HostLink): Promise<unknown> {
  const files =
    task.needs.includes('read') && start.target !== null ? openRootedFiles(start.target) : undefined;
  const context = {
    params: start.params,
    signal: host.signal,
    log: (level: LogLevel, text: string) => host.log(level, text),
    now: () => Date.now(),
    ...(files ? { files } : {}),
    ...(task.needs.includes('net') ? { net: host.net } : {}),
    ...(task.needs.includes('secret') ? { secret: host.secret } : {}),
  };
  const generator = task.run(context) as AsyncGenerator<WireEvent | ArtifactEvent, unknown>;
  for (;;) {
    const step = await generator.next();
    if (step.done) {
      await host.flush();
      return step.value;
    }
    await host.report(step.value, files);
    if (host.signal.aborted) {
      await generator.return(undefined);
      await host.flush();
      return undefined;
    }
  }
}

function failure(error: unknown): ToHost {
  if (error instanceof SentinelError)
    return { type: 'failed', code: error.code, message: error.message, fields: error.fields };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    type: 'failed',
    code: 'task-failed',
    message: text.split('\n').slice(0, 4).join('\n'),
    fields: [],
  };
}
