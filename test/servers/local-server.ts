import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';

export interface LocalServer extends AsyncDisposable {
  port: number;
  /** `http://localhost:PORT`, or https. */
  origin: string;
  /** Method and path of every request, in order. */
  seen: string[];
}

export async function startHttp(listener: RequestListener): Promise<LocalServer> {
  const seen: string[] = [];
  const server = createHttp((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  return listening(server, 'http', seen);
}

export async function startHttps(options: ServerOptions, listener: RequestListener): Promise<LocalServer> {
  const seen: string[] = [];
  const server = createHttps(options, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.on('tlsClientError', () => {});
  return listening(server, 'https', seen);
}

/** A server that speaks whatever the test writes. */
export async function startRaw(onSocket: (socket: Socket) => void): Promise<LocalServer> {
  const server = createTcp((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listening(server, 'http', []);
}

async function listening(server: Server, scheme: string, seen: string[]): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://localhost:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
