import type { Engine } from '../../engine/engine.ts';
import type { Store } from '../../store/store.ts';
import type { Claimed, Order } from '../engine/claim.ts';
import type { Core } from '../engine/core.ts';
import type { Prepared } from '../engine/prepare.ts';
import type { Entry, RunState } from '../state/run-state.ts';
import { createClaimBatches } from './claim-batches.ts';
import { createConsumers } from './consumers.ts';
import { createFeeder } from './feeder.ts';
import { openJobQueues } from './job-queues.ts';
import { createRemoteWorkers } from './remote/workers.ts';
import { createSweep } from './sweep.ts';
import { versionHere } from './versions.ts';

export interface ScaleSettings {
  databaseUrl: string;
  /** Queues in PostgreSQL when absent. */
  redisUrl?: string | undefined;
  /** Fills the queues; else it only takes from them. */
  feeds: boolean;
  /** Steps with a process of their own at a time; 0: this process takes none, nor those without. */
  places: number;
  /** Steps of one queue that nobody has taken yet. */
  backlog: number;
  stalledMs: number;
  deadMs: number;
}

/** Who takes steps out of the queues, and what it has. */
export type Consuming = Omit<
  Parameters<typeof createConsumers>[0],
  'store' | 'queues' | 'take' | 'failed' | 'deadMs'
>;

export type Scale = Awaited<ReturnType<typeof openScale>>;

/** Many processes on one PostgreSQL: steps of tasks go through queues, and whoever has a place for one takes it. */
export async function openScale(
  settings: ScaleSettings,
  parts: {
    store: Store;
    core: Core;
    engine: Engine;
    labels: Readonly<Record<string, string>>;
    prepare(state: RunState, entry: Entry): Promise<Prepared>;
    claim(orders: readonly Order[]): Promise<Claimed[]>;
    execute(claimed: Claimed): Promise<void>;
    failed(error: unknown): void;
  },
) {
  const { store, core, engine, failed } = parts;
  const { redisUrl, databaseUrl, places } = settings;
  const backend =
    redisUrl === undefined
      ? await (await import('./postgres-backend.ts')).postgresBackend(databaseUrl)
      : await (await import('./redis-backend.ts')).redisBackend(redisUrl, `sentinelx:${store.epoch}`);
  const queues = await openJobQueues(backend, { stalledMs: settings.stalledMs, failed });
  const peek = (ids: readonly string[]) => core.states.peek(store.db, ids);
  const { catalogue } = engine;
  const feeder = settings.feeds
    ? createFeeder({
        store,
        change: core.change,
        catalogue,
        queues,
        backlog: settings.backlog,
        deadMs: settings.deadMs,
        placesHere: places > 0,
        failed,
      })
    : undefined;
  const sweep = settings.feeds ? createSweep({ db: store.db, catalogue, queues, peek, failed }) : undefined;
  const take = createClaimBatches({ peek, prepare: parts.prepare, claim: parts.claim });
  const consume = (who: Consuming) =>
    createConsumers({ store, queues, take, failed, deadMs: settings.deadMs, ...who });
  const consumers =
    places > 0
      ? consume({
          places,
          labels: parts.labels,
          freePlaces: engine.freePlaces,
          versionOf: (task) => versionHere(catalogue, task),
          execute: parts.execute,
        })
      : undefined;
  const remote = settings.feeds
    ? createRemoteWorkers({ store, engine, consume, deadMs: settings.deadMs, failed })
    : undefined;
  backend.onUp(() => {
    sweep?.now();
    feeder?.wake();
  });
  sweep?.now();
  feeder?.wake();

  return {
    wake(): void {
      feeder?.wake();
      consumers?.wake();
      remote?.wake();
    },
    /** Workers of other networks, on a server. */
    remote,
    up: queues.up,
    active: () => consumers?.active() ?? 0,
    /** Hands nothing over and takes nothing new; what it has goes on. */
    async stop(): Promise<void> {
      consumers?.stop();
      remote?.stop();
      await feeder?.close();
      await sweep?.close();
    },
    /** When what it had has ended. */
    async close(): Promise<void> {
      await remote?.close();
      await queues.close();
    },
  };
}
