import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SentinelError } from '../lib/errors.ts';
import type { Caller } from '../operations/operation.ts';
import type { RedisLink } from '../redis/link.ts';
import { rateCounter } from '../redis/rate-counter.ts';

export interface RateLimits {
  /** Requests a minute from one address, whoever sends them. */
  addressPerMinute: number;
  /** Requests a minute of one session or token. */
  callerPerMinute: number;
}

export const RATE_LIMITS: RateLimits = { addressPerMinute: 12_000, callerPerMinute: 6_000 };

/** Counters per address, checked before anything else is looked at, and per session or token. */
export async function addRateLimits(
  server: FastifyInstance,
  limits: RateLimits,
  redis: RedisLink | undefined,
) {
  await server.register(rateLimit, {
    global: false,
    timeWindow: '1 minute',
    store: rateCounter(redis) as never,
  });
  const byAddress = server.createRateLimit({
    max: limits.addressPerMinute,
    keyGenerator: (request) => request.ip,
  });
  const callers = new WeakMap<FastifyRequest, string>();
  const byCaller = server.createRateLimit({
    max: limits.callerPerMinute,
    keyGenerator: (request) => callers.get(request) ?? `address:${request.ip}`,
  });

  return {
    address: async (request: FastifyRequest) => refuseExceeded(await byAddress(request)),
    async caller(request: FastifyRequest, { via }: Caller): Promise<void> {
      if (via.id === null) return;
      callers.set(request, `${via.kind}:${via.id}`);
      refuseExceeded(await byCaller(request));
    },
  };
}

export function refuseExceeded(
  state: { isAllowed: true } | { isAllowed: false; isExceeded: boolean; ttlInSeconds: number },
): void {
  if (state.isAllowed || !state.isExceeded) return;
  throw new SentinelError('too-many-requests', `Too many requests: try again in ${state.ttlInSeconds} s.`, {
    retryAfter: Math.max(1, state.ttlInSeconds),
  });
}
