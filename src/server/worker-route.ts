import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SentinelError } from '../lib/errors.ts';
import type { Caller } from '../operations/operation.ts';
import type { Services } from '../operations/services.ts';
import { callerOf, freshCaller, type IdentityOptions } from './identity.ts';

type Socket = import('ws').WebSocket;

const PING_MS = 5_000;
const MAX_WAITING = 100;
/** RFC 6455 leaves 4000–4999 to applications: the credentials are no longer good, or the message is not one of ours. */
const SIGNED_OUT = 4401;
const NOT_OURS = 4400;

/** `WS /ws/worker`: a worker of another network takes steps and reports what they give. */
export function addWorkerRoute(
  server: FastifyInstance,
  { services, identity }: { services: Services; identity: IdentityOptions },
): void {
  server.get('/ws/worker', {
    websocket: true,
    async preValidation(request: FastifyRequest & { ws?: boolean }) {
      mustBeWorker(await callerOf(request, identity));
      if (!services.workflows.remoteWorkers)
        throw new SentinelError(
          'needs-postgres',
          'This server uses the embedded database: it does all steps itself.',
        );
      if (!request.ws) throw new SentinelError('websocket-needed', 'This address speaks WebSocket only.');
    },
    async handler(socket: Socket, request: FastifyRequest) {
      serve(socket, request, { services, identity, caller: await callerOf(request, identity) });
    },
  } as never);
}

function mustBeWorker({ permissions, via }: Caller): void {
  if (permissions !== 'all' && !permissions.has('worker:join'))
    throw new SentinelError('forbidden', 'This needs the permission worker:join.');
  if (via.kind !== 'token' && via.kind !== 'owner')
    throw new SentinelError('forbidden', 'A worker joins with a token.');
}

function serve(
  socket: Socket,
  request: FastifyRequest,
  { services, identity, caller }: { services: Services; identity: IdentityOptions; caller: Caller },
): void {
  const link = services.workflows.remoteWorkers?.join(caller.id, (message) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  });
  if (!link) {
    socket.close();
    return;
  }
  let alive = true;
  const heartbeat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
    // A program that is not told of pings sees this.
    socket.send('{"type":"beat"}');
    void freshCaller(request, identity)
      .then(mustBeWorker)
      .catch(() => socket.close(SIGNED_OUT, 'the token is no longer good'));
  }, PING_MS);
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('close', () => {
    clearInterval(heartbeat);
    link.gone();
  });
  socket.on('error', () => socket.terminate());
  let work = Promise.resolve();
  let waiting = 0;
  socket.on('message', (raw: Buffer) => {
    alive = true;
    waiting += 1;
    if (waiting >= MAX_WAITING) socket.pause();
    work = work
      .then(() => link.receive(JSON.parse(raw.toString('utf8'))))
      .catch((error: unknown) => {
        request.log.warn({ err: error }, 'a worker sent what is not one of our messages');
        socket.close(NOT_OURS, 'not one of our messages');
      })
      .then(() => {
        waiting -= 1;
        if (socket.isPaused && waiting < MAX_WAITING / 2) socket.resume();
      });
  });
}
