import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and gives everything that comes back until the other side is silent or gone. */
export function sendRaw(base: string, text: string, quietMs = 300): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = openRaw(base);
    let answer = '';
    let timer: NodeJS.Timeout | undefined;
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
    });
    socket.on('close', done);
    socket.on('error', (error: Error & { code?: string }) =>
      error.code === 'ECONNRESET' ? done() : reject(error),
    );
    socket.setTimeout(5_000, () => reject(new Error('no answer within 5 s')));
    socket.write(Buffer.from(text, 'latin1'));
  });
}

export function openRaw(base: string): Socket {
  const { hostname, port } = new URL(base);
  return connect(Number(port), hostname);
}

/** How many answers came on a connection, and with which status. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

export function hostOf(base: string): string {
  return new URL(base).host;
}
