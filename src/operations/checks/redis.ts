import { probeRedis, type RedisState } from '../../redis/probe.ts';
import type { Services } from '../services.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** What the settings say; `databaseUrl` decides whether steps go through Redis. */
interface Settings {
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
}

/** Nothing where no Redis is configured. */
export async function checkRedis({ databaseUrl, redisUrl }: Settings): Promise<Check[]> {
  return redisUrl === undefined ? [] : [redisCheck(await probeRedis(redisUrl), databaseUrl !== undefined)];
}

/** By the connection of this process where it has one, and that steps were taken by the queue the last time. */
export async function checkQueue(services: Services): Promise<Check[]> {
  const { redis, workflows, store, configuration } = services;
  const shared = store.dialect === 'postgres';
  const checks = redis
    ? [redisCheck(await redis.state(), shared)]
    : await checkRedis({ ...configuration?.config, databaseUrl: shared ? '' : undefined });
  const well = checks.every(({ verdict }) => verdict === 'ok');
  if (!well || workflows.queueUp?.() !== false) return checks;
  return [
    ...checks,
    fail(
      'queue of steps',
      'did not take what was handed over the last time: steps of workflows wait',
      'Look after Redis, or PostgreSQL where there is none. Nothing is lost: the steps go on by themselves.',
    ),
  ];
}

/** Null: steps go through no queue. A command on the database itself has no connection yet, and asks. */
export async function queueAnswers(services: Services): Promise<boolean | null> {
  const up = services.workflows.queueUp?.();
  if (up === false) return false;
  if (services.store.dialect !== 'postgres') return null;
  return (await checkQueue(services)).every(({ verdict }) => verdict === 'ok');
}

function redisCheck({ address, problem }: RedisState, steps: boolean): Check {
  if (problem === undefined) return ok('redis', `${address} answers`);
  const away = `${address} does not answer (${problem})`;
  return steps
    ? fail(
        'redis',
        `${away}: steps of workflows that go to a worker wait, and each server counts limits alone`,
        'Start Redis, or correct SENTINELX_REDIS_URL. Nothing is lost: the steps go on by themselves when it is back.',
      )
    : warn(
        'redis',
        `${away}: limits are counted by this process alone, and nothing waits`,
        'Start Redis, or take SENTINELX_REDIS_URL away: one process on the embedded database does not need it.',
      );
}
