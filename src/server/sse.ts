import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { LiveEvent } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import { callerOf, freshCaller } from './identity.ts';
import type { LiveOptions } from './live.ts';
import { parse } from './routes.ts';
import { wantedStream } from './streams.ts';

const Query = z.strictObject({
  subscribe: z.string().max(100).optional(),
  after: z.string().max(100).optional(),
  query: z.string().max(1000).optional(),
  project: z.string().max(100).optional(),
});

const HEARTBEAT_MS = 15_000;

/**
 * `GET /api/v1/stream?subscribe=run:<id>`: the streams of the WebSocket as Server-Sent Events, for `curl -N`. The id of an
 * event is its cursor, so that `Last-Event-ID` resumes.
 */
export function addEventStreamRoute(server: FastifyInstance, { feed, store, identity }: LiveOptions): void {
  server.get('/api/v1/stream', async (request, reply) => {
    const { subscribe, after, query } = parse(Query, request.query) as z.infer<typeof Query>;
    if (subscribe === undefined)
      throw new SentinelError(
        'bad-request',
        'subscribe is missing: name a stream, as in /api/v1/stream?subscribe=run:<id>, log:<id> or events.',
      );
    const caller = await callerOf(request, identity);
    const { name, visible } = await wantedStream(store, caller, subscribe, query);
    const stop = new AbortController();
    const raw = open(reply);
    raw.on('close', () => stop.abort());
    const heartbeat = setInterval(() => {
      raw.write(': \n\n');
      freshCaller(request, identity).catch(() => raw.end());
    }, HEARTBEAT_MS);
    const last = request.headers['last-event-id'];
    const subscriber = {
      async events(list: readonly LiveEvent[]) {
        const frames = framesOf(visible(list));
        if (frames.length === 0 || raw.write(frames)) return;
        await new Promise<void>((resolve) => {
          raw.once('drain', resolve);
          stop.signal.addEventListener('abort', () => resolve(), { once: true });
        });
      },
      gap: (from: string, to: string) =>
        void raw.write(`event: gap\ndata: ${JSON.stringify({ from, to })}\n\n`),
    };
    feed
      .follow(name, typeof last === 'string' ? last : after, subscriber, stop.signal)
      .catch((error: unknown) => request.log.error({ err: error }, 'stream failed'))
      .finally(() => {
        clearInterval(heartbeat);
        raw.end();
      });
    return reply;
  });
}

function open(reply: FastifyReply): FastifyReply['raw'] {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write(': connected\n\n');
  return raw;
}

const made = new WeakMap<readonly LiveEvent[], Buffer>();

/** Made once for all who see the same list. */
function framesOf(events: readonly LiveEvent[]): Buffer {
  const known = made.get(events);
  if (known) return known;
  const bytes = Buffer.from(events.map(frame).join(''));
  made.set(events, bytes);
  return bytes;
}

function frame({ cursor, time, type, data }: LiveEvent): string {
  return `id: ${cursor}\nevent: ${type}\ndata: ${JSON.stringify({ time, data })}\n\n`;
}
