import { Redis } from 'ioredis';
import { systemCode } from '../lib/errors.ts';

const ANSWER_MS = 2_000;

/** Redis as it is now, for whoever looks after it. */
export interface RedisState {
  /** Without name and password. */
  address: string;
  /** Why it does not answer: a system code such as `ECONNREFUSED`, or what Redis said; undefined when it answers. */
  problem: string | undefined;
}

export function redisAddress(url: string): string {
  return URL.parse(url)?.host || 'Redis';
}

/** Connects once and asks once: a process that holds no connection says within two seconds whether there is one to be had. */
export async function probeRedis(url: string): Promise<RedisState> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The reason of a failed connection is in this event only; the promise says "Connection is closed".
  let reason: unknown;
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    await client.ping();
    return { address: redisAddress(url), problem: undefined };
  } catch (error) {
    return { address: redisAddress(url), problem: reasonOf(reason ?? error) };
  } finally {
    client.disconnect();
  }
}

export function reasonOf(error: unknown): string {
  return systemCode(error) ?? (error instanceof Error ? error.message : String(error));
}
