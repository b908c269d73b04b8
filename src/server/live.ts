import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { LiveEvent, LiveFeed } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Caller } from '../operations/operation.ts';
import type { Store } from '../store/store.ts';
import { callerOf, checkOrigin, freshCaller, type IdentityOptions } from './identity.ts';
import { wantedStream } from './streams.ts';

const Command = z.union([
  z.object({
    subscribe: z.string().max(100),
    after: z.string().max(100).optional(),
    query: z.string().max(1000).optional(),
  }),
  z.object({ unsubscribe: z.string().max(100) }),
]);
type Subscription = Extract<z.infer<typeof Command>, { subscribe: string }>;

const MAX_STREAMS = 50;
/** What the system's own buffer of the socket did not take. Two hundred slow readers hold so much each, at worst. */
const MAX_BUFFERED = 256 * 1024;
/** Commands that wait for their turn. */
const MAX_WAITING = 100;
const PING_MS = 20_000;
/** RFC 6455 leaves 4000–4999 to applications: the credentials are no longer good. */
const SIGNED_OUT = 4401;

type Socket = import('ws').WebSocket;

export interface LiveOptions {
  feed: LiveFeed;
  store: Store;
  identity: IdentityOptions;
  /** How often an open connection is looked at; 20 s unless told. */
  heartbeatMs?: number | undefined;
}

/** `WS /ws/execution`: streams of runs, their logs, and all events, each from the client's cursor. */
export function addLiveRoute(server: FastifyInstance, options: LiveOptions): void {
  server.get('/ws/execution', {
    websocket: true,
    async preValidation(request: FastifyRequest & { ws?: boolean }) {
      // Who shows nothing at all is told to sign in; where a browser brings a cookie along, its page must be one of ours.
      const { authorization, cookie, origin } = request.headers;
      if (!authorization && (cookie !== undefined || origin !== undefined))
        checkOrigin(request, options.identity.origins);
      await callerOf(request, options.identity);
      if (!request.ws) throw new SentinelError('websocket-needed', 'This address speaks WebSocket only.');
    },
    async handler(socket: Socket, request: FastifyRequest) {
      serve(socket, request, options);
    },
  } as never);
}

function serve(
  socket: Socket,
  request: FastifyRequest,
  { feed, store, identity, heartbeatMs = PING_MS }: LiveOptions,
): void {
  const streams = new Map<string, AbortController>();
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const refuse = (error: unknown, stream?: string) => {
    const known =
      error instanceof SentinelError
        ? error
        : new SentinelError('internal', 'The server log has the details.');
    if (known.code === 'internal') request.log.error({ err: error }, 'stream failed');
    send({
      ...(stream === undefined ? {} : { stream }),
      error: { code: known.code, message: known.message },
    });
  };
  let alive = true;
  const heartbeat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
    // A session that ended, a token that was revoked, a role that was taken back: the open socket follows.
    void reconsider();
  }, heartbeatMs);

  socket.on('pong', () => {
    alive = true;
  });
  socket.on('close', () => {
    clearInterval(heartbeat);
    for (const stream of streams.values()) stream.abort();
  });
  socket.on('error', () => socket.terminate());
  let work = Promise.resolve();
  let waiting = 0;
  // One after another, as they came; who sends faster than that waits, and fills nobody's memory.
  socket.on('message', (raw: Buffer) => {
    waiting += 1;
    if (waiting >= MAX_WAITING) socket.pause();
    work = work
      .then(() => obey(raw))
      .then(() => {
        waiting -= 1;
        if (socket.isPaused && waiting < MAX_WAITING / 2) socket.resume();
      });
  });

  async function obey(raw: Buffer): Promise<void> {
    const command = readCommand(raw);
    if (!command)
      return refuse(
        new SentinelError(
          'bad-request',
          "A message is { subscribe: 'run:<id>' | 'log:<id>' | 'events', after?, query? } or { unsubscribe }.",
        ),
      );
    if ('unsubscribe' in command) {
      streams.get(command.unsubscribe)?.abort();
      streams.delete(command.unsubscribe);
      return;
    }
    try {
      await subscribe(command);
    } catch (error) {
      refuse(error, command.subscribe);
    }
  }

  async function reconsider(): Promise<void> {
    const before = await callerOf(request, identity).catch(() => undefined);
    const now = await freshCaller(request, identity).catch(() => undefined);
    if (before && now && samePermissions(before, now)) return;
    socket.close(SIGNED_OUT, 'sign in again');
  }

  async function subscribe({ subscribe: stream, after, query }: Subscription): Promise<void> {
    if (streams.size >= MAX_STREAMS && !streams.has(stream))
      throw new SentinelError('too-many-requests', `A connection carries at most ${MAX_STREAMS} streams.`);
    const { name, visible } = await wantedStream(store, await freshCaller(request, identity), stream, query);
    // It may have gone meanwhile: nobody would end the stream.
    if (socket.readyState !== socket.OPEN) return;
    streams.get(stream)?.abort();
    const stop = new AbortController();
    streams.set(stream, stop);
    const subscriber = {
      async events(list: readonly LiveEvent[]) {
        if (stop.signal.aborted) return;
        const events = visible(list);
        if (events.length > 0) socket.send(frameOf(stream, events), { binary: false });
        // A slow reader slows only itself: its next page waits until the socket has taken the last one.
        while (socket.bufferedAmount > MAX_BUFFERED && !stop.signal.aborted)
          await new Promise((resolve) => setTimeout(resolve, 20));
      },
      gap: (from: string, to: string) => send({ stream, gap: { from, to } }),
    };
    feed.follow(name, after, subscriber, stop.signal).catch((error: unknown) => refuse(error, stream));
  }
}

const frames = new WeakMap<readonly LiveEvent[], Map<string, Buffer>>();

/** Watchers that see the same list of a stream get the same bytes: made once, and in memory once while they wait in the sockets. */
function frameOf(stream: string, events: readonly LiveEvent[]): Buffer {
  const made = frames.get(events) ?? new Map<string, Buffer>();
  const bytes = made.get(stream) ?? Buffer.from(JSON.stringify({ stream, events }));
  frames.set(events, made.set(stream, bytes));
  return bytes;
}

function samePermissions(a: Caller, b: Caller): boolean {
  if (a.permissions === 'all' || b.permissions === 'all') return a.permissions === b.permissions;
  const other = b.permissions;
  return a.permissions.size === other.size && [...a.permissions].every((name) => other.has(name));
}

function readCommand(raw: Buffer): z.infer<typeof Command> | undefined {
  try {
    return Command.parse(JSON.parse(raw.toString('utf8')));
  } catch {
    return undefined;
  }
}
