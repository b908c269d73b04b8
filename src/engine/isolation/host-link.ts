import { SentinelError } from '../../lib/errors.ts';
import type { LogLevel } from '../../model/run.ts';
import type { HttpRequest, HttpResponse, Net, TlsAnswer, TlsRequest } from '../../plugin/powers/net.ts';
import type { ReadFiles } from '../../plugin/powers/read-files.ts';
import type { Channel } from './channel.ts';
import { addExcerpt } from './excerpt.ts';
import type { ToChild, ToHost, WireEvent } from './messages.ts';

/** Events that may be on their way without an acknowledgement. */
const WINDOW = 8_000;
const BATCH = 200;

export type ArtifactEvent = {
  type: 'artifact';
  name: string;
  mediaType: string;
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};
export type HostLink = ReturnType<typeof hostLink>;

/** One run's side of the channel: what it reports, asks and is told. Nothing of it is heard after `close`. */
export function hostLink(channel: Channel<ToHost, ToChild>) {
  const cancel = new AbortController();
  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextCall = 1;
  let nextArtifact = 1;
  let sent = 0;
  let acknowledged = 0;
  let batch: WireEvent[] = [];
  const wakers: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

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
      if (!closed) void channel.send({ type: 'call', id, method, argument });
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
      if (!closed) void channel.send({ type: 'log', time: Date.now(), level, text });
    },
    async report(event: WireEvent | ArtifactEvent, files: ReadFiles | undefined): Promise<void> {
      if (closed) return;
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
    take(message: ToChild): void {
      if (message.type === 'ack') acknowledged = message.upTo;
      else if (message.type === 'cancel') cancel.abort();
      else if (message.type === 'reply') settle(message.id)?.resolve(message.value);
      else if (message.type === 'refusal')
        settle(message.id)?.reject(new SentinelError(message.code as SentinelError['code'], message.message));
      for (const wake of wakers.splice(0)) wake();
    },
    /** What a task left going after its end must not be taken for the next run's. */
    close(): void {
      closed = true;
      clearTimeout(timer);
      batch = [];
    },
  };

  function settle(id: number) {
    const waiting = calls.get(id);
    calls.delete(id);
    return waiting;
  }
}
