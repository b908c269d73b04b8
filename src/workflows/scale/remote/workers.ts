import type { OrderElsewhere, RunElsewhere } from '../../../engine/elsewhere.ts';
import type { Engine } from '../../../engine/engine.ts';
import { remoteMembers } from '../../../engine/instance.ts';
import type { UploadedFile } from '../../../engine/upload-target.ts';
import { SentinelError } from '../../../lib/errors.ts';
import type { Store } from '../../../store/store.ts';
import type { createConsumers } from '../consumers.ts';
import type { Consuming } from '../scale.ts';
import { versionHere } from '../versions.ts';
import { FromWorker, type Hello, type ToWorker } from './messages.ts';
import { openRemoteRun, type RemoteRun } from './remote-run.ts';

export type RemoteWorkers = ReturnType<typeof createRemoteWorkers>;

const BEAT_MS = 5_000;

interface Session {
  id: string;
  /** Who joined: the token of somebody else cannot go on with it. */
  owner: string;
  member: string;
  places: number;
  runs: Map<string, RemoteRun>;
  /** Undefined while the connection is lost. */
  send: ((message: ToWorker) => void) | undefined;
  giveUp: NodeJS.Timeout | undefined;
  consumers: ReturnType<typeof createConsumers>;
}

/**
 * Workers of other networks: they speak to this server only, which takes steps from the queues on their behalf, keeps what they report
 * under the number of the run, and gives their steps back when they are silent for too long.
 */
export function createRemoteWorkers(parts: {
  store: Store;
  engine: Engine;
  consume(who: Consuming): ReturnType<typeof createConsumers>;
  deadMs: number;
  failed(error: unknown): void;
}) {
  const { engine, deadMs } = parts;
  const members = remoteMembers(parts.store);
  const sessions = new Map<string, Session>();
  let stopped = false;
  const timer = setInterval(
    () => {
      const live = [...sessions.values()].filter((session) => session.send);
      void members.beat(live.map((session) => session.member)).catch(() => undefined);
    },
    Math.min(BEAT_MS, deadMs / 4),
  );
  timer.unref();

  async function open(hello: Hello, owner: string): Promise<Session> {
    const { labels, places, tasks, pid, version } = hello;
    const member = await members.add({
      pid,
      version,
      // Never the name of a machine of ours: its process cannot be looked at.
      host: `${hello.host} (remote)`,
      about: JSON.stringify({ labels, places, tasks }),
    });
    const session: Session = {
      id: hello.session,
      owner,
      member,
      places,
      runs: new Map(),
      send: undefined,
      giveUp: undefined,
      consumers: parts.consume({
        labels,
        places,
        freePlaces: () => places - session.runs.size,
        remote: { connected: () => session.send !== undefined },
        // What it reports is explained by our rules: it must be the very same version.
        versionOf: async (task) => {
          const here = await versionHere(engine.catalogue, task);
          return here !== null && tasks[task] === here ? here : null;
        },
        async execute(claimed) {
          if (claimed.kind !== 'task') return;
          engine.adopt(claimed.row, claimed.checked, elsewhere(session));
          await engine.whenDone(claimed.row.id);
        },
      }),
    };
    sessions.set(session.id, session);
    return session;
  }

  function elsewhere(session: Session): RunElsewhere {
    return async (order, receiver) => {
      const run = openRemoteRun(order, receiver, (message) => session.send?.(message));
      session.runs.set(order.run, run);
      session.send?.(orderMessage(order));
      try {
        return await run.result;
      } finally {
        session.runs.delete(order.run);
        session.consumers.wake();
      }
    };
  }

  async function end(session: Session): Promise<void> {
    clearTimeout(session.giveUp);
    sessions.delete(session.id);
    session.consumers.stop();
    for (const run of session.runs.values()) run.lost();
    await members.remove(session.member).catch(() => undefined);
    await session.consumers.close();
  }

  return {
    /** A connection of a worker. Messages are taken one after another. */
    join(owner: string, send: (message: ToWorker) => void) {
      let session: Session | undefined;

      async function hello(message: Hello): Promise<void> {
        if (stopped) throw new SentinelError('not-possible-now', 'The server is shutting down.');
        const known = sessions.get(message.session);
        if (known && known.owner !== owner)
          throw new SentinelError('forbidden', 'This session belongs to another worker.');
        session = known ?? (await open(message, owner));
        clearTimeout(session.giveUp);
        session.send = send;
        send({
          type: 'welcome',
          at: [...session.runs].map(([run, remote]) => ({ run, upTo: remote.upTo() })),
        });
        for (const [id, run] of session.runs) {
          if (message.runs.includes(id)) run.sayAgain();
          else if (run.begun()) run.lost();
          else send(orderMessage(run.order));
        }
        session.consumers.wake();
      }

      return {
        async receive(raw: unknown): Promise<void> {
          const message = FromWorker.parse(raw);
          if (message.type === 'hello') return hello(message);
          if (message.type === 'drain') return session?.consumers.stop();
          const run = session?.runs.get(message.run);
          if (!run) return send({ type: 'refused', run: message.run });
          if (message.type === 'secret') return run.secret(message);
          run.report(message);
        },
        gone(): void {
          if (session?.send !== send) return;
          session.send = undefined;
          const lost = session;
          session.giveUp = setTimeout(() => void end(lost).catch(parts.failed), deadMs);
        },
      };
    },
    /** What a run of such a worker looks at, for who joined with the same account. */
    uploadOf(run: string, owner: string): UploadedFile | undefined {
      for (const session of sessions.values())
        if (session.owner === owner) {
          const upload = session.runs.get(run)?.order.upload;
          if (upload) return upload;
        }
      return undefined;
    },
    wake(): void {
      for (const session of sessions.values()) session.consumers.wake();
    },
    stop(): void {
      stopped = true;
      for (const session of sessions.values()) session.consumers.stop();
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await Promise.all([...sessions.values()].map(end));
    },
  };
}

function orderMessage(order: OrderElsewhere): ToWorker {
  const { run, task, version, params, limits, sample } = order;
  return {
    type: 'order',
    order: {
      ...{ run, task, version, params, limits, sample },
      needs: [...order.needs],
      upload: order.upload?.name ?? null,
      hosts: [...order.hosts],
    },
  };
}
