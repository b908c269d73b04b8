import type { RedisLink } from './link.ts';

type Answer = (error: Error | null, state?: { current: number; ttl: number }) => void;

const COUNT = `local current = redis.call('INCR', KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
if ttl < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) ttl = tonumber(ARGV[1]) end
return {current, ttl}`;
const MAX_LOCAL = 50_000;

/**
 * The `store` of @fastify/rate-limit: counts in Redis for all servers together, and in this process while Redis does not
 * answer. A limit is never lifted because a counter is away.
 */
export function rateCounter(redis: RedisLink | undefined) {
  const local = new Map<string, { current: number; until: number }>();

  function countHere(key: string, window: number): { current: number; ttl: number } {
    const now = Date.now();
    if (local.size > MAX_LOCAL) for (const [name, entry] of local) if (entry.until <= now) local.delete(name);
    if (local.size > MAX_LOCAL) local.clear();
    const known = local.get(key);
    const entry = known && known.until > now ? known : { current: 0, until: now + window };
    entry.current += 1;
    local.set(key, entry);
    return { current: entry.current, ttl: entry.until - now };
  }

  return class RateCounter {
    // Each limit has a window and a place of its own.
    readonly #place: string;

    constructor(options: { nameSpace?: string } = {}) {
      this.#place = options.nameSpace ?? '';
    }

    incr(key: string, answer: Answer, window: number): void {
      const name = `${this.#place}${key}`;
      // Both count, so that a fall-back does not begin at nothing.
      const here = countHere(name, window);
      if (!redis?.up()) {
        answer(null, here);
        return;
      }
      redis.client
        .eval(COUNT, 1, `sentinelx:rate:${name}`, String(window))
        .then((result) => {
          const [current, ttl] = result as [number, number];
          answer(null, { current, ttl });
        })
        .catch(() => answer(null, here));
    }

    child(options: { nameSpace?: string }): RateCounter {
      return new RateCounter(options);
    }
  };
}
