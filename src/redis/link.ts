import { Redis } from 'ioredis';

/** Redis makes things faster and is never needed: every call here has a short limit, and failing is an ordinary outcome. */
export interface RedisLink {
  client: Redis;
  /** Whether the last thing that happened was good; for health and metrics. */
  up(): boolean;
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
}

export function connectRedis({ url, channel, wake }: RedisOptions): RedisLink {
  const options = {
    // A command while the connection is down fails at once, instead of waiting in memory.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt: number) => Math.min(MAX_WAIT_MS, attempt * 200),
  };
  const client = new Redis(url, { ...options, commandTimeout: COMMAND_MS });
  const listener = new Redis(url, { ...options, autoResubscribe: true });
  let timer: NodeJS.Timeout | undefined;
  for (const connection of [client, listener]) connection.on('error', () => undefined);
  listener.on('ready', () => {
    listener.subscribe(channel).catch(() => undefined);
    // What was said before the connection stood was not heard.
    wake();
  });
  listener.on('message', wake);

  return {
    client,
    up: () => client.status === 'ready',
    announce() {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (client.status === 'ready') client.publish(channel, '').catch(() => undefined);
      }, ANNOUNCE_MS);
      timer.unref();
    },
    async close() {
      clearTimeout(timer);
      client.disconnect();
      listener.disconnect();
    },
  };
}
