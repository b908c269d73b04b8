import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/schema.ts';
import { environment } from '../../config.ts';
import { closePool } from '../../engine/isolation/pool.ts';
import { programLabels } from '../../engine/programs.ts';
import { reapLeftovers } from '../../engine/reaper.ts';
import { loadTasks } from '../../engine/tasks.ts';
import { SentinelError } from '../../lib/errors.ts';
import { applyOutgoing, readOutgoing } from '../../net/outgoing.ts';
import type { FromWorker, Hello, ToWorker } from '../../workflows/scale/remote/messages.ts';
import { VERSION } from '../globals.ts';
import { connectWorker, type WorkerConnection } from './connection.ts';
import { doOrder, type OrderPlace } from './do-order.ts';
import { createReports, type Reports } from './reports.ts';

const PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;

interface Active {
  reports: Reports;
  stop: AbortController;
  done: Promise<void>;
}

/** A worker of another network: it calls the server and nobody calls it. Runs go on while the connection is lost. */
export async function joinServer(
  config: Config,
  {
    server,
    token,
    say,
    asked,
  }: { server: string; token: string; say(text: string): void; asked: Promise<void> },
): Promise<void> {
  const outgoing = readOutgoing(config.net);
  applyOutgoing(outgoing);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  reapLeftovers(config.dataDir);
  await refuseBadToken(server, token);
  const runs = new Map<string, Active>();
  const questions = new Map<number, { resolve(value: string): void; reject(error: unknown): void }>();
  let question = 0;
  let connection: WorkerConnection | undefined;
  let stopping = false;
  let refused: SentinelError | undefined;
  const send = (message: FromWorker) => connection?.send(message);
  const place: OrderPlace = {
    dataDir: config.dataDir,
    unpackedBytes: config.uploads.unpackedMb * 1024 * 1024,
    net: {
      userAgent: config.net.userAgent,
      ratePerSecond: config.net.ratePerSecond,
      proxy: outgoing.proxy,
      ca: outgoing.ca,
    },
    async *input(run) {
      const response = await fetch(new URL(`/api/v1/workers/runs/${run}/input`, server), {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!response.ok || !response.body)
        throw new SentinelError(
          'unreadable-target',
          `The server did not give the upload (${response.status}).`,
        );
      yield* response.body as unknown as AsyncIterable<Uint8Array>;
    },
    secret: (run, name) =>
      new Promise((resolve, reject) => {
        const id = ++question;
        questions.set(id, { resolve, reject });
        send({ type: 'secret', run, id, name: String(name) });
      }),
  };
  const about: Omit<Hello, 'runs'> = {
    type: 'hello',
    v: 1,
    session: randomUUID(),
    host: hostname(),
    pid: process.pid,
    version: VERSION,
    labels: {
      os: process.platform,
      arch: process.arch,
      ...programLabels(environment().PATH),
      ...config.worker.labels,
    },
    places: config.worker.places ?? config.limits.concurrentRuns,
    tasks: Object.fromEntries((await loadTasks()).map((task) => [task.id, task.version])),
  };

  function receive(message: ToWorker): void {
    if (message.type === 'order') begin(message.order);
    else if (message.type === 'welcome') {
      say('takes steps');
      for (const { run, upTo } of message.at) runs.get(run)?.reports.acknowledged(upTo);
      for (const { reports } of runs.values()) reports.sendAgain();
    } else if (message.type === 'ack') runs.get(message.run)?.reports.acknowledged(message.upTo);
    else if (message.type === 'cancel') runs.get(message.run)?.stop.abort();
    else if (message.type === 'refused') {
      const active = runs.get(message.run);
      active?.stop.abort();
      active?.reports.drop();
    } else if (message.type === 'secret') {
      const waiting = questions.get(message.id);
      questions.delete(message.id);
      if (message.value !== undefined) waiting?.resolve(message.value);
      else waiting?.reject(new SentinelError('forbidden', message.message ?? 'The server refused a secret.'));
    }
  }

  function begin(order: Extract<ToWorker, { type: 'order' }>['order']): void {
    if (runs.has(order.run)) return;
    const reports = createReports(order.run, send);
    const stop = new AbortController();
    const done = doOrder(order, place, { reports, signal: stop.signal })
      .catch((error: unknown) => say(String(error)))
      .finally(() => runs.delete(order.run));
    runs.set(order.run, { reports, stop, done });
  }

  async function talk(): Promise<void> {
    let pause = PAUSE_MS;
    while (!(stopping && runs.size === 0)) {
      connection = connectWorker(server, token, {
        open() {
          pause = PAUSE_MS;
          send({ ...about, runs: [...runs.keys()] });
        },
        receive,
      });
      const how = await connection.ended;
      if (how !== 'lost') {
        refused = how;
        return;
      }
      // What was asked on this line is not answered on the next.
      for (const { reject } of questions.values())
        reject(
          new SentinelError('server-unreachable', 'The connection was lost while a secret was asked for.'),
        );
      questions.clear();
      if (stopping && runs.size === 0) return;
      await sleep(pause * (0.5 + Math.random()));
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  const talking = talk();
  await Promise.race([asked, talking]);
  stopping = true;
  send({ type: 'drain' });
  await Promise.race([
    Promise.all([...runs.values()].map(({ done }) => done)),
    sleep(config.worker.drainSeconds * 1000, undefined, { ref: false }),
    talking,
  ]);
  for (const { stop } of runs.values()) stop.abort();
  connection?.close();
  await closePool(config.dataDir);
  if (refused) throw refused;
}

/** Before the first connection: a handshake that is refused does not say why. */
async function refuseBadToken(server: string, token: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(new URL('/ws/worker', server), { headers: { authorization: `Bearer ${token}` } });
  } catch (cause) {
    throw new SentinelError('server-unreachable', `${server} does not answer.`, { cause });
  }
  const body = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (body.code === 'websocket-needed') return;
  if (body.code === 'needs-postgres' || body.code === 'forbidden' || body.code === 'unauthenticated')
    throw new SentinelError(body.code, body.detail ?? 'The server refuses this worker.');
  throw new SentinelError(
    'unknown-answer',
    `${server} answered ${response.status}: is it a SentinelX server?`,
  );
}
