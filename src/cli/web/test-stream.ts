import type { Client } from './client.ts';
import type { TestRow } from './test.ts';

const ANSWER_MS = 5_000;

/** Opens the live stream as a program does: a wrong subscription must be answered with an error, not with silence. */
export async function testStream(client: Client): Promise<TestRow> {
  const row = { method: 'WS', path: '/ws/execution' };
  const started = performance.now();
  const address = new URL('/ws/execution', client.server.url);
  address.protocol = 'ws:';
  try {
    // Node's WebSocket takes headers; the type of browsers does not know them.
    const Socket = WebSocket as unknown as new (
      url: URL,
      options: { headers: Record<string, string> },
    ) => WebSocket;
    const socket = new Socket(address, { headers: { authorization: `Bearer ${client.server.token}` } });
    const text = await firstMessage(socket);
    socket.close();
    const ok = 'error' in (JSON.parse(text) as object);
    return {
      ...row,
      status: 101,
      ms: Math.round(performance.now() - started),
      verdict: ok ? 'ok' : 'failed',
      note: ok ? '' : 'expected an error',
    };
  } catch (error) {
    return {
      ...row,
      status: null,
      ms: null,
      verdict: 'failed',
      note: error instanceof Error ? error.message : 'no answer',
    };
  }
}

function firstMessage(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in 5 s')), ANSWER_MS);
    socket.addEventListener('open', () => socket.send(JSON.stringify({ subscribe: 'nothing:like-this' })));
    socket.addEventListener('error', () => reject(new Error('connection refused')));
    socket.addEventListener('message', (event) => {
      clearTimeout(timer);
      resolve(String(event.data));
    });
  });
}
