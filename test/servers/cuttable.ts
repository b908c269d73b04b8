import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Cuttable extends AsyncDisposable {
  port: number;
  /** Nothing is forwarded any more, and nobody is told: a cable that was pulled. */
  cut(): void;
  heal(): void;
}

/** A line to a port of this machine that can be cut. */
export async function cuttable(to: number | (() => number)): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((near) => {
    const far = connect(typeof to === 'number' ? to : to(), '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (!whole) from.pause();
      from.on('data', (chunk) => void (into.destroyed || into.write(chunk)));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      whole = false;
      for (const socket of sockets) socket.pause();
    },
    heal() {
      whole = true;
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
