import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { LiveEvent, LiveFeed, StreamName } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Caller } from '../operations/operation.ts';
import type { Store } from '../store/store.ts';
import { callerOf, checkOrigin, type IdentityOptions } from './identity.ts';

const Command = z.union([
  z.object({
    subscribe: z.string().max(100),
    after: z.string().max(100).optional(),
    query: z.string().max(1000).optional(),
  }),
  z.object({ unsubscribe: z.string().max(100) }),
]);

const MAX_STREAMS = 50;
const MAX_BUFFERED = 1024 * 1024;
const PING_MS = 20_000;

type Socket = import('ws').WebSocket;

/** `WS /ws/execution`: streams of runs, their logs, and all events, each from the client's cursor. */
export function addLiveRoute(
  server: FastifyInstance,
  options: { feed: LiveFeed; store: Store; identity: IdentityOptions },
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  server.get('/ws/execution', {
    websocket: true,
    async preValidation(request: FastifyRequest) {
      if (!request.headers.authorization) checkOrigin(request, options.identity.origins);
      callers.set(request, await callerOf(request, options.identity));
    },
    handler(socket: Socket, request: FastifyRequest) {
      const caller = callers.get(request);
      if (caller) serve(socket, caller, options);
      else socket.close();
    },
  } as never);
}

function serve(socket: Socket, caller: Caller, { feed, store }: { feed: LiveFeed; store: Store }): void {
  const streams = new Map<string, AbortController>();
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const refuse = (error: unknown, stream?: string) => {
    const known =
      error instanceof SentinelError
        ? error
        : new SentinelError('internal', 'The server log has the details.');
    send({
      ...(stream === undefined ? {} : { stream }),
      error: { code: known.code, message: known.message },
    });
  };
  let alive = true;
  const ping = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);

  socket.on('pong', () => {
    alive = true;
  });
  socket.on('close', () => {
    clearInterval(ping);
    for (const stream of streams.values()) stream.abort();
  });
  socket.on('error', () => socket.terminate());
  socket.on('message', (raw: Buffer) => {
    const command = readCommand(raw);
    if (!command)
      return refuse(
        new SentinelError(
          'wrong-usage',
          "A message is { subscribe: 'run:<id>' | 'log:<id>' | 'events', after? } or { unsubscribe }.",
        ),
      );
    if ('unsubscribe' in command) {
      streams.get(command.unsubscribe)?.abort();
      streams.delete(command.unsubscribe);
      return;
    }
    void subscribe(command.subscribe, command.after).catch((error: unknown) =>
      refuse(error, command.subscribe),
    );
  });

  async function subscribe(stream: string, after: string | undefined): Promise<void> {
    if (streams.size >= MAX_STREAMS)
      throw new SentinelError('too-many-attempts', `A connection carries at most ${MAX_STREAMS} streams.`);
    const name = await streamName(stream);
    streams.get(stream)?.abort();
    const stop = new AbortController();
    streams.set(stream, stop);
    const subscriber = {
      async events(list: readonly LiveEvent[]) {
        if (stop.signal.aborted) return;
        send({ stream, events: list });
        // A slow reader slows only itself: its next page waits until the socket has taken the last one.
        while (socket.bufferedAmount > MAX_BUFFERED && !stop.signal.aborted)
          await new Promise((resolve) => setTimeout(resolve, 20));
      },
      gap: (from: string, to: string) => send({ stream, gap: { from, to } }),
    };
    await feed.follow(name, after, subscriber, stop.signal);
  }

  async function streamName(stream: string): Promise<StreamName> {
    if (stream === 'events') return { kind: 'events', project: caller.project };
    const match = /^(run|log):(run_[0-9a-f-]{36})$/.exec(stream);
    const run = match?.[2];
    if (run === undefined)
      throw new SentinelError('wrong-usage', `There is no stream '${stream.slice(0, 60)}'.`);
    const row = await store.db
      .selectFrom('run')
      .select('id')
      .where('id', '=', run)
      .where('project', '=', caller.project)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no run ${run}.`);
    return { kind: match?.[1] === 'log' ? 'log' : 'run', run };
  }
}

function readCommand(raw: Buffer): z.infer<typeof Command> | undefined {
  try {
    return Command.parse(JSON.parse(raw.toString('utf8')));
  } catch {
    return undefined;
  }
}
