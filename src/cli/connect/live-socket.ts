import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { LiveStream, LiveSubscriber } from '../session.ts';

export interface FollowOptions {
  url: string;
  headers: Record<string, string>;
  stream: LiveStream;
  after: string | undefined;
  subscriber: LiveSubscriber;
  signal: AbortSignal;
}

const Message = z.object({
  stream: z.string().optional(),
  events: z
    .array(
      z.object({
        cursor: z.string(),
        time: z.number(),
        type: z.string(),
        data: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  gap: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** A server that is away for longer is gone; what it has is not lost. */
const GIVE_UP_MS = 60_000;

/** Follows a stream over one WebSocket after another: each begins behind the last event that came. */
export async function followRemote(options: FollowOptions): Promise<void> {
  const { subscriber, signal } = options;
  let cursor = options.after;
  let lostAt: number | undefined;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    await connection({ ...options, after: cursor }, (message) => {
      if (lostAt !== undefined) subscriber.connection?.('back');
      lostAt = undefined;
      pause = FIRST_PAUSE_MS;
      if (message === 'opened') return;
      if (message.gap !== undefined) subscriber.gap?.();
      if (!message.events || message.events.length === 0) return;
      cursor = message.events.at(-1)?.cursor;
      subscriber.events(message.events);
    });
    if (signal.aborted) return;
    if (lostAt === undefined) subscriber.connection?.('lost');
    lostAt ??= Date.now();
    if (Date.now() - lostAt > GIVE_UP_MS)
      throw new SentinelError('server-unreachable', `${options.url} does not answer any more.`);
    await wait(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  }
}

/** One connection, until it closes or the signal comes. Rejects for what the server refuses. */
function connection(
  { url, headers, stream, after, signal }: FollowOptions,
  receive: (message: z.infer<typeof Message> | 'opened') => void,
): Promise<void> {
  const address = new URL('/ws/execution', url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  // Node's WebSocket takes headers; the type of browsers does not know them.
  const Socket = WebSocket as unknown as new (
    url: URL,
    options: { headers: Record<string, string> },
  ) => WebSocket;
  return new Promise((resolve, reject) => {
    const socket = new Socket(address, { headers });
    const stop = () => {
      socket.close();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = () => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ subscribe: stream, ...(after === undefined ? {} : { after }) }));
      receive('opened');
    });
    socket.addEventListener('message', ({ data }) => {
      if (signal.aborted) return;
      const message = Message.safeParse(parseJson(String(data)));
      if (!message.success || (message.data.stream ?? stream) !== stream) return;
      const { error } = message.data;
      if (error === undefined) return receive(message.data);
      const code = Object.hasOwn(ERROR_CODES, error.code) ? (error.code as ErrorCode) : 'unknown-answer';
      reject(new SentinelError(code, error.message));
      stop();
    });
    socket.addEventListener('close', end);
    socket.addEventListener('error', end);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
