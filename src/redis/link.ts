import { Redis } from 'ioredis';
import { probeRedis, type RedisState, reasonOf, redisAddress } from './probe.ts';

/** Answers are right without Redis, only slower: every call here has a short limit, and failing is an ordinary outcome. */
export interface RedisLink {
  client: Redis;
  /** Whether the last thing that happened was good; for health and metrics. */
  up(): boolean;
  /** Asks it now. */
  state(): Promise<RedisState>;
  /** Tells all other processes on this channel that something was committed. */
  announce(): void;
  close(): Promise<void>;
}

const COMMAND_MS = 250;
const MAX_WAIT_MS = 5_000;
/** Many commits within this time are one wake-up. */
const ANNOUNCE_MS = 5;

export interface RedisOptions {
  /** `redis://` or `rediss://`. */
  url: string;
  /** Of this database: instances that share a Redis do not wake each other. */
  channel: string;
  /** Another process has committed. */
  wake(): void;
  /** Once when it goes, or is not there at the start, and once when it is back. */
  changed?(up: boolean, state: RedisState): void;
}

export function connectRedis({ url, channel, wake, changed }: RedisOptions): RedisLink {
  const options = {
    // A command while the connection is down fails at once, instead of waiting in memory.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt: number) => Math.min(MAX_WAIT_MS, attempt * 200),
  };
  const client = new Redis(url, { ...options, commandTimeout: COMMAND_MS });
  const listener = new Redis(url, { ...options, autoResubscribe: true });
  const address = redisAddress(url);
  let timer: NodeJS.Timeout | undefined;
  let reason: unknown;
  let was = true;
  let closing = false;
  const report = (up: boolean) => {
    if (closing || up === was) return;
    was = up;
    const why = reason === undefined ? 'the connection ended' : reasonOf(reason);
    changed?.(up, { address, problem: up ? undefined : why });
  };
  listener.on('error', () => undefined);
  client.on('error', (error) => {
    reason = error;
  });
  // Every try to connect ends with this event too: it is reported once.
  client.on('close', () => report(false));
  client.on('ready', () => {
    reason = undefined;
    report(true);
  });
  listener.on('ready', () => {
    listener.subscribe(channel).catch(() => undefined);
    // What was said before the connection stood was not heard.
    wake();
  });
  listener.on('message', wake);

  return {
    client,
    up: () => client.status === 'ready',
    async state() {
      // Between two tries to connect it may be there again already.
      if (client.status !== 'ready') return probeRedis(url);
      try {
        await client.ping();
        return { address, problem: undefined };
      } catch (error) {
        return { address, problem: reasonOf(error) };
      }
    },
    announce() {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (client.status === 'ready') client.publish(channel, '').catch(() => undefined);
      }, ANNOUNCE_MS);
      timer.unref();
    },
    async close() {
      closing = true;
      clearTimeout(timer);
      client.disconnect();
      listener.disconnect();
    },
  };
}
