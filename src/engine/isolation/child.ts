/**
 * The first module of a run's process. It has the powers that its command line grants, talks to the host over file
 * descriptor 3 and ends when that pipe ends.
 */
import { Socket } from 'node:net';
import { SentinelError } from '../../lib/errors.ts';
import type { LogLevel } from '../../model/run.ts';
import type { HttpRequest, HttpResponse, Net, TlsAnswer, TlsRequest } from '../../plugin/powers/net.ts';
import type { ReadFiles } from '../../plugin/powers/read-files.ts';
import { openRootedFiles } from '../../plugin/powers/rooted-files.ts';
import type { AnyTask } from '../../plugin/task.ts';
import { TASKS } from '../../plugins/tasks.ts';
import { type Channel, openChannel } from './channel.ts';
import { addExcerpt } from './excerpt.ts';
import type { AskMessage, StartMessage, ToChild, ToHost, WireEvent } from './messages.ts';
import { removeSideDoors } from './side-doors.ts';

/** Events that may be on their way without an acknowledgement. */
const WINDOW = 4_000;
const BATCH = 200;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
});

async function main(): Promise<void> {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  const channel = openChannel<ToHost, ToChild>(socket);
  const messages = channel.messages();
  const first = await messages.next();
  if (first.done) process.exit(0);
  if (first.value.type === 'declare' || first.value.type === 'validate')
    return reply(channel, messages, first.value);
  if (first.value.type !== 'start') process.exit(0);
  const start = first.value;
  const host = hostLink(channel);
  void host.follow(messages);
  try {
    const task = await (start.module === undefined ? loadTask(start.task) : loadOwn(start.module, start));
    const output = await runTask(task, start, host);
    await channel.send({ type: 'done', output: output ?? null });
  } catch (error) {
    await channel.send(failure(error));
  }
  // The host ends this process. To leave by ourselves with its acknowledgements unread would reset the pipe and lose what is on its way.
}

async function loadTask(id: string): Promise<AnyTask> {
  const load = (TASKS as Record<string, () => Promise<{ default: AnyTask }>>)[id];
  if (!load) throw new SentinelError('unknown-task', `There is no task ${id}.`);
  const task = (await load()).default;
  removeSideDoors();
  return task;
}

/** A task of a plug-in; its own schema has the last word on the parameters. */
async function loadOwn(module: string, start: StartMessage): Promise<AnyTask> {
  const { importOwnTask } = await import('./own-module.ts');
  const { parseParams } = await import('../params.ts');
  const task = await importOwnTask(module);
  start.params = parseParams(task, start.params);
  return task;
}

async function reply(
  channel: Channel<ToHost, ToChild>,
  messages: AsyncGenerator<ToChild>,
  question: AskMessage,
): Promise<void> {
  try {
    const { answer } = await import('./own-module.ts');
    await channel.send({ type: 'done', output: await answer(question) });
  } catch (error) {
    await channel.send(failure(error));
  }
  await messages.next();
  process.exit(0);
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

type ArtifactEvent = {
  type: 'artifact';
  name: string;
  mediaType: string;
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};
type HostLink = ReturnType<typeof hostLink>;

function hostLink(channel: Channel<ToHost, ToChild>) {
  const cancel = new AbortController();
  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextCall = 1;
  let nextArtifact = 1;
  let sent = 0;
  let acknowledged = 0;
  let batch: WireEvent[] = [];
  const wakers: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const list = batch;
    batch = [];
    sent += list.length;
    await channel.send({ type: 'events', from: sent - list.length + 1, list });
    while (sent - acknowledged > WINDOW && !cancel.signal.aborted) {
      await new Promise<void>((resolve) => wakers.push(resolve));
    }
  }

  function call(method: 'http' | 'tls' | 'secret', argument: unknown): Promise<unknown> {
    const id = nextCall++;
    return new Promise((resolve, reject) => {
      calls.set(id, { resolve, reject });
      void channel.send({ type: 'call', id, method, argument });
    });
  }

  const net: Net = {
    http: (request: HttpRequest) => call('http', request) as Promise<HttpResponse>,
    tls: (request: TlsRequest) => call('tls', request) as Promise<TlsAnswer | null>,
  };

  return {
    net,
    secret: (name: string) => call('secret', name) as Promise<string>,
    signal: cancel.signal,
    flush,
    log(level: LogLevel, text: string) {
      void channel.send({ type: 'log', time: Date.now(), level, text });
    },
    async report(event: WireEvent | ArtifactEvent, files: ReadFiles | undefined): Promise<void> {
      if (event.type === 'artifact') {
        await flush();
        const id = nextArtifact++;
        await channel.send({ type: 'artifact', id, name: event.name, mediaType: event.mediaType });
        for await (const bytes of event.body) await channel.send({ type: 'chunk', id, bytes });
        await channel.send({ type: 'artifact-end', id });
        return;
      }
      batch.push(event.type === 'finding' ? addExcerpt(event, files) : event);
      if (batch.length >= BATCH) return flush();
      timer ??= setTimeout(() => void flush(), 20);
      // Gives the timer and the host's messages their turn between events of a task that never waits.
      if (batch.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async follow(messages: AsyncGenerator<ToChild>): Promise<void> {
      for await (const message of messages) {
        if (message.type === 'ack') acknowledged = message.upTo;
        else if (message.type === 'cancel') cancel.abort();
        else if (message.type === 'reply') settle(message.id)?.resolve(message.value);
        else if (message.type === 'refusal')
          settle(message.id)?.reject(
            new SentinelError(message.code as SentinelError['code'], message.message),
          );
        for (const wake of wakers.splice(0)) wake();
      }
      process.exit(0);
    },
  };

  function settle(id: number) {
    const waiting = calls.get(id);
    calls.delete(id);
    return waiting;
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
